/** How the person may be contacted: their own word, which counts from the moment it is saved. */
import { useState } from "preact/hooks";
import { confirm, saveContact } from "../actions.ts";
import type { Channel, Contact } from "../protocol.ts";
import { state } from "../state.ts";
import { momentOf, written } from "../words.ts";
import { Button, CodeForm, described, FieldError, isWrong, PRIVATE, sentBy, Sheet, t } from "./parts.tsx";

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

export function ContactPage() {
  const { contact } = state;
  return (
    <Sheet title={t("contactTitle")} back={state.crime ? "crime" : "crimes"}>
      <p class="govuk-body">{t("contactText")}</p>
      {contact?.changed_at && (
        <p class="account-soft" data-testid="portal-contact-changed">
          {t(contact.changed_by === "person" ? "changedHere" : "changedByPolice", {
            at: momentOf(contact.changed_at, written(state.language)),
          })}
        </p>
      )}
      {contact && <Plan key={contact.changed_at} stored={contact} />}
    </Sheet>
  );
}

/** Before something is turned to somebody: is it them? The code goes by the way that was agreed before. */
export function ConfirmPage() {
  return (
    <Sheet title={t("codeTitle")} back="contact">
      <p class="govuk-body">{t("confirmText")}</p>
      <CodeForm testId="portal-confirm" send="save" onCode={confirm} />
      <p class="govuk-body">{t("confirmNoCode")}</p>
    </Sheet>
  );
}

function Plan({ stored }: { stored: Contact }) {
  // What was not stored yet is still there to be changed.
  const { code_word: word = "", ...wish } = state.wanted?.wish ?? {};
  const contact = { ...stored, ...wish };
  // Nobody has asked yet where messages may go out and nobody has said that it is safe: then nothing is chosen.
  const [safe, setSafe] = useState(contact.safe || (contact.channel === "none" ? false : null));
  const channels: readonly [Channel, string][] = [
    ["sms", contact.phone_hint],
    ["email", contact.email_hint],
    ["both", `${contact.phone_hint} ${contact.email_hint}`],
  ];
  return (
    <form
      noValidate
      onSubmit={(event) => {
        const data = new FormData(event.currentTarget);
        const value = sentBy(event);
        const word = value("code_word").trim();
        const answer = {
          safe: value("safe") === "yes",
          channel: safe ? ((value("channel") || "none") as Channel) : "none",
          hours: { from: value("from"), to: value("to"), days: data.getAll("days").map(Number) },
          language: value("language") || contact.language,
          ...(word && { code_word: word }),
        } as const;
        saveContact(safe === null ? null : answer);
      }}
    >
      <Choices
        legend={t("safe")}
        name="safe"
        chosen={safe === null ? "" : safe ? "yes" : "no"}
        onPick={(value) => setSafe(value === "yes")}
        options={[
          ["yes", t("yes")],
          ["no", t("no")],
        ]}
      />
      {safe && (
        <>
          <Choices
            legend={t("channel")}
            name="channel"
            chosen={contact.channel}
            options={channels
              .filter(([, hint]) => hint.trim())
              .map(([value, hint]) => [
                value,
                value === "both" ? t("both") : t(value as "sms" | "email", { hint }),
              ])}
          />
          <div
            class={`govuk-form-group account-hours${isWrong("hours") ? " govuk-form-group--error" : ""}`}
            id="hours"
            tabIndex={-1}
          >
            <FieldError field="hours" />
            {(["from", "to"] as const).map((end) => (
              <label key={end} class="govuk-label">
                {t(end)}
                <input
                  class="govuk-input govuk-input--width-5"
                  type="time"
                  name={end}
                  defaultValue={contact.hours[end]}
                />
              </label>
            ))}
          </div>
          <fieldset class="govuk-fieldset govuk-form-group">
            <legend class="govuk-fieldset__legend govuk-fieldset__legend--s">{t("days")}</legend>
            <div class="govuk-checkboxes govuk-checkboxes--small">
              {DAYS.map((day, number) => (
                <div class="govuk-checkboxes__item" key={day}>
                  <input
                    class="govuk-checkboxes__input"
                    type="checkbox"
                    id={day}
                    name="days"
                    value={number + 1}
                    defaultChecked={contact.hours.days.includes(number + 1)}
                  />
                  <label class="govuk-label govuk-checkboxes__label" for={day}>
                    {t(day)}
                  </label>
                </div>
              ))}
            </div>
          </fieldset>
        </>
      )}
      {safe === false && (
        <p class="govuk-inset-text account-warning" data-testid="portal-no-code">
          {t("noMeans")}
        </p>
      )}
      {!safe && (
        <>
          <input type="hidden" name="from" value={contact.hours.from} />
          <input type="hidden" name="to" value={contact.hours.to} />
          {contact.hours.days.map((day) => (
            <input key={day} type="hidden" name="days" value={day} />
          ))}
        </>
      )}
      <div class="govuk-form-group">
        <label class="govuk-label govuk-label--s" for="language">
          {t("language")}
        </label>
        <select class="govuk-select" id="language" name="language" defaultValue={contact.language}>
          {state.me?.languages.map(({ code, endonym }) => (
            <option key={code} value={code} lang={code} selected={code === contact.language}>
              {endonym}
            </option>
          ))}
        </select>
      </div>
      <div class="govuk-form-group">
        <label class="govuk-label govuk-label--s" for="code_word">
          {t("codeWord")}
        </label>
        <div class="govuk-hint" id="code-word-hint">
          {t("codeWordHint")} {stored.code_word && t("codeWordSet")}
        </div>
        <input
          class="govuk-input govuk-input--width-20"
          id="code_word"
          name="code_word"
          maxLength={40}
          defaultValue={word}
          aria-describedby="code-word-hint"
          {...PRIVATE}
        />
      </div>
      <Button testId="portal-contact-save">{t("save")}</Button>
    </form>
  );
}

function Choices({
  legend,
  name,
  chosen,
  options,
  onPick,
}: {
  legend: string;
  name: string;
  chosen: string;
  options: readonly (readonly [string, string])[];
  onPick?: (value: string) => void;
}) {
  return (
    <div class={`govuk-form-group${isWrong(name) ? " govuk-form-group--error" : ""}`}>
      <fieldset class="govuk-fieldset" {...described(name)}>
        <legend class="govuk-fieldset__legend govuk-fieldset__legend--s">{legend}</legend>
        <FieldError field={name} />
        <div class="govuk-radios">
          {options.map(([value, words], number) => (
            <div class="govuk-radios__item" key={value}>
              <input
                class="govuk-radios__input"
                type="radio"
                id={number ? `${name}-${value}` : name}
                name={name}
                value={value}
                data-testid={`portal-${name}-${value}`}
                defaultChecked={value === chosen}
                onChange={() => onPick?.(value)}
              />
              <label class="govuk-label govuk-radios__label" for={number ? `${name}-${value}` : name}>
                {words}
              </label>
            </div>
          ))}
        </div>
      </fieldset>
    </div>
  );
}
