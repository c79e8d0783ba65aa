/** How the person may be contacted: their own word, one question a page, which counts from the moment it is saved. */
import type { ComponentChildren } from "preact";
import { answerSafe, change, choose, confirm, dropCodeWord, saveContact } from "../actions.ts";
import type { Channel, Contact, ContactWish } from "../protocol.ts";
import { type Question, state } from "../state.ts";
import type { Key } from "../words.ts";
import { direction, listOf, momentOf, written } from "../words.ts";
import {
  Button,
  CodeForm,
  described,
  FieldError,
  isWrong,
  PRIVATE,
  Sheet,
  t,
  TITLE,
  wrongly,
} from "./parts.tsx";

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

/** What each page asks. */
const ASKS: Readonly<Record<Question, Key>> = {
  safe: "safe",
  channel: "channel",
  hours: "when",
  language: "language",
  code_word: "codeWord",
};

/** What was agreed, row by row, each with a way to change it. */
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
      {contact && <Summary contact={contact} />}
    </Sheet>
  );
}

/** Whether it is safe; null: nobody has said that yet, though messages may go out. */
function saidSafe({ safe, channel }: Contact): boolean | null {
  return safe || (channel === "none" ? false : null);
}

function Summary({ contact }: { contact: Contact }) {
  const safe = saidSafe(contact);
  const { hours, language } = contact;
  const tongue = state.me?.languages.find(({ code }) => code === language);
  return (
    <dl class="govuk-summary-list">
      <Row of="safe">{safe === null ? t("notSaid") : t(safe ? "yes" : "no")}</Row>
      {contact.channel !== "none" && (
        <>
          <Row of="channel" locked={!safe}>
            {ways(contact)
              .filter(([way]) => way !== "both" && (way === contact.channel || contact.channel === "both"))
              .map(([way, words]) => (
                <div key={way}>{words}</div>
              ))}
          </Row>
          <Row of="hours" locked={!safe}>
            {(["from", "to"] as const).map((end) => (
              <div key={end}>
                {t(end)} <bdi>{hours[end]}</bdi>
              </div>
            ))}
            <div>
              {hours.days.length === DAYS.length
                ? t("everyDay")
                : listOf(
                    DAYS.filter((_, number) => hours.days.includes(number + 1)).map((day) => t(day)),
                    written(state.language),
                  )}
            </div>
          </Row>
        </>
      )}
      <Row of="language" locked={safe === null}>
        <span lang={language} dir={direction(language)}>
          {tongue?.endonym ?? language}
        </span>
      </Row>
      <Row of="code_word" locked={safe === null}>
        {t(contact.code_word ? "codeWordSet" : "codeWordNone")}
      </Row>
    </dl>
  );
}

/** `locked`: not to be changed before somebody said whether it is safe. */
function Row({ of, locked, children }: { of: Question; locked?: boolean; children: ComponentChildren }) {
  return (
    <div class="govuk-summary-list__row" data-testid={`portal-plan-${of}`}>
      <dt class="govuk-summary-list__key">{t(ASKS[of])}</dt>
      <dd class="govuk-summary-list__value">{children}</dd>
      <dd class="govuk-summary-list__actions">
        {!locked && (
          <button
            type="button"
            class="account-link"
            aria-label={`${t("changeIt")}: ${t(ASKS[of])}`}
            data-testid={`portal-change-${of}`}
            onClick={() => change(of)}
          >
            {t("changeIt")}
          </button>
        )}
      </dd>
    </div>
  );
}

/** Before something is turned to somebody: is it them? The code goes by the way that was agreed before. */
export function ConfirmPage() {
  return (
    <Sheet title={t("codeTitle")} back={state.wanted?.question ?? "contact"}>
      <p class="govuk-body">{t("confirmText")}</p>
      <CodeForm testId="portal-confirm" send="save" onCode={confirm} />
      <p class="govuk-body">{t("confirmNoCode")}</p>
    </Sheet>
  );
}

/** What is chosen now: what is stored, and over it what was not stored yet. */
function chosen(): Contact | undefined {
  const { contact, wanted } = state;
  return contact && { ...contact, ...wanted?.wish, code_word: contact.code_word };
}

/** One question; what was chosen is kept over a cover, another language, a code and a line that breaks. */
function Asked({
  question,
  back = "contact",
  send = "save",
  onSend = saveContact,
  children,
}: {
  question: Question;
  back?: "contact" | "safe";
  send?: "save" | "goOn";
  onSend?: () => void;
  children: ComponentChildren;
}) {
  return (
    <Sheet title={t(ASKS[question])} back={back}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          onSend();
        }}
      >
        {children}
        <Button testId="portal-contact-save">{t(send)}</Button>
      </form>
    </Sheet>
  );
}

export function SafePage() {
  const plan = chosen();
  if (!plan) return <ContactPage />;
  const safe = state.wanted?.wish.safe ?? saidSafe(plan);
  return (
    <Asked question="safe" send={safe === false ? "save" : "goOn"} onSend={() => answerSafe(safe)}>
      <p class="govuk-body">{t("contactText")}</p>
      <Choices
        name="safe"
        chosen={safe === null ? "" : safe ? "yes" : "no"}
        onPick={(value) => choose({ safe: value === "yes" })}
        options={[
          ["yes", t("yes")],
          ["no", t("no")],
        ]}
      />
      <div role="status">
        {safe === false && (
          <p class="govuk-inset-text account-warning" data-testid="portal-no-code">
            {t("noMeans")}
          </p>
        )}
      </div>
    </Asked>
  );
}

/** The ways for which there is a number or an address. */
function ways({ phone_hint, email_hint }: Contact): readonly (readonly [Channel, string])[] {
  const single = [
    ["sms", phone_hint],
    ["email", email_hint],
  ] as const;
  const open = single.filter(([, hint]) => hint).map(([way, hint]) => [way, t(way, { hint })] as const);
  return open.length > 1 ? [...open, ["both", t("both")]] : open;
}

export function ChannelPage() {
  const plan = chosen();
  if (!plan) return <ContactPage />;
  const options = ways(plan);
  const back = state.wanted?.wish.safe ? "safe" : "contact";
  if (options.length === 0) {
    return (
      <Sheet title={t("channel")} back={back}>
        <p class="govuk-body">{t("noDetails")}</p>
      </Sheet>
    );
  }
  return (
    <Asked question="channel" back={back}>
      <Choices
        name="channel"
        chosen={plan.channel}
        onPick={(channel) => choose({ channel: channel as Channel })}
        options={options}
      />
    </Asked>
  );
}

export function HoursPage() {
  const plan = chosen();
  if (!plan) return <ContactPage />;
  const { hours } = plan;
  function pick(part: Partial<ContactWish["hours"]>): void {
    choose({ hours: { ...hours, ...part } });
  }
  return (
    <Asked question="hours">
      <div class={`govuk-form-group${isWrong("hours") ? " govuk-form-group--error" : ""}`}>
        <FieldError field="hours" />
        <div class="account-hours">
          {(["from", "to"] as const).map((end) => (
            <label key={end} class="govuk-label">
              {t(end)}
              <input
                class={wrongly("govuk-input govuk-input--width-5", "hours")}
                type="time"
                id={end === "from" ? "hours" : end}
                data-testid={`portal-hours-${end}`}
                value={hours[end]}
                onInput={({ currentTarget }) => pick({ [end]: currentTarget.value })}
                {...described("hours")}
              />
            </label>
          ))}
        </div>
      </div>
      <div class={`govuk-form-group${isWrong("days") ? " govuk-form-group--error" : ""}`}>
        <fieldset class="govuk-fieldset" {...described("days")}>
          <legend class="govuk-fieldset__legend govuk-fieldset__legend--s">{t("days")}</legend>
          <FieldError field="days" />
          <div class="govuk-checkboxes govuk-checkboxes--small">
            {DAYS.map((day, before) => {
              const number = before + 1;
              const others = hours.days.filter((one) => one !== number);
              return (
                <div class="govuk-checkboxes__item" key={day}>
                  <input
                    class="govuk-checkboxes__input"
                    type="checkbox"
                    id={before ? day : "days"}
                    checked={hours.days.includes(number)}
                    onChange={({ currentTarget }) =>
                      pick({ days: currentTarget.checked ? [...others, number].sort() : others })
                    }
                  />
                  <label class="govuk-label govuk-checkboxes__label" for={before ? day : "days"}>
                    {t(day)}
                  </label>
                </div>
              );
            })}
          </div>
        </fieldset>
      </div>
    </Asked>
  );
}

export function LanguagePage() {
  const plan = chosen();
  if (!plan) return <ContactPage />;
  return (
    <Asked question="language">
      <div class="govuk-form-group">
        <select
          class="govuk-select"
          id="language"
          aria-labelledby={TITLE}
          value={plan.language}
          onChange={({ currentTarget }) => choose({ language: currentTarget.value })}
        >
          {state.me?.languages.map(({ code, endonym }) => (
            <option key={code} value={code} lang={code} selected={code === plan.language}>
              {endonym}
            </option>
          ))}
        </select>
      </div>
    </Asked>
  );
}

export function CodeWordPage() {
  const plan = chosen();
  if (!plan) return <ContactPage />;
  return (
    <Asked question="code_word">
      <div class={`govuk-form-group${isWrong("code_word") ? " govuk-form-group--error" : ""}`}>
        <div class="govuk-hint" id="code-word-hint">
          {t("codeWordHint")} {plan.code_word && t("codeWordOther")}
        </div>
        <FieldError field="code_word" />
        <input
          class={wrongly("govuk-input govuk-input--width-20", "code_word")}
          id="code_word"
          dir="auto"
          maxLength={40}
          aria-labelledby={TITLE}
          value={state.wanted?.wish.code_word ?? ""}
          onInput={({ currentTarget }) => choose({ code_word: currentTarget.value })}
          {...described("code_word", "code-word-hint")}
          {...PRIVATE}
        />
      </div>
      {plan.code_word && (
        <p class="govuk-body">
          <button
            type="button"
            class="account-link"
            data-testid="portal-code-word-drop"
            onClick={dropCodeWord}
          >
            {t("codeWordDrop")}
          </button>
        </p>
      )}
    </Asked>
  );
}

/** The answers to the page's question. */
function Choices({
  name,
  chosen,
  options,
  onPick,
}: {
  name: Question;
  chosen: string;
  options: readonly (readonly [string, string])[];
  onPick: (value: string) => void;
}) {
  return (
    <div class={`govuk-form-group${isWrong(name) ? " govuk-form-group--error" : ""}`}>
      <fieldset class="govuk-fieldset" aria-labelledby={TITLE} {...described(name)}>
        <FieldError field={name} />
        <div class="govuk-radios">
          {options.map(([value, words], number) => {
            const id = number ? `${name}-${value}` : name;
            return (
              <div class="govuk-radios__item" key={value}>
                <input
                  class="govuk-radios__input"
                  type="radio"
                  id={id}
                  name={name}
                  data-testid={`portal-${name}-${value}`}
                  checked={value === chosen}
                  onChange={() => onPick(value)}
                />
                <label class="govuk-label govuk-radios__label" for={id}>
                  {words}
                </label>
              </div>
            );
          })}
        </div>
      </fieldset>
    </div>
  );
}
