/** Into the account: what only the person knows, then a code. Right or wrong looks the same. */
import { begin, birth, enterCode, go, goToOneLogin, notMe, prove } from "../actions.ts";
import type { Visits } from "../protocol.ts";
import { draw, forget, state } from "../state.ts";
import { momentOf, written } from "../words.ts";
import {
  Button,
  CodeForm,
  described,
  FieldError,
  isWrong,
  PRIVATE,
  sentBy,
  Sheet,
  t,
  wrongly,
} from "./parts.tsx";

const PARTS = ["day", "month", "year"] as const;

export function StartPage() {
  return (
    <Sheet title={t("startTitle")}>
      <p class="govuk-inset-text">{t("safety")}</p>
      <p class="govuk-body">{t("startText")}</p>
      <form
        noValidate
        data-testid="portal-start"
        onSubmit={(event) => {
          const value = sentBy(event);
          prove(value("reference"), birth(value("day"), value("month"), value("year")));
        }}
      >
        <div class={`govuk-form-group${isWrong("reference") ? " govuk-form-group--error" : ""}`}>
          <label class="govuk-label govuk-label--s" for="reference">
            {t("reference")}
          </label>
          <div class="govuk-hint" id="reference-hint">
            {t("referenceHint")}
          </div>
          <FieldError field="reference" />
          <input
            class={wrongly("govuk-input govuk-input--width-20", "reference")}
            id="reference"
            name="reference"
            data-testid="portal-reference"
            {...described("reference", "reference-hint")}
            {...PRIVATE}
          />
        </div>
        <div class={`govuk-form-group${isWrong("dob") ? " govuk-form-group--error" : ""}`}>
          <fieldset class="govuk-fieldset" {...described("dob", "dob-hint")}>
            <legend class="govuk-fieldset__legend govuk-fieldset__legend--s">{t("dob")}</legend>
            <div class="govuk-hint" id="dob-hint">
              {t("dobHint")}
            </div>
            <FieldError field="dob" />
            <div class="govuk-date-input">
              {PARTS.map((part, number) => (
                <div class="govuk-date-input__item" key={part}>
                  <label class="govuk-label govuk-date-input__label" for={number ? part : "dob"}>
                    {t(part)}
                  </label>
                  <input
                    class={wrongly(
                      `govuk-input govuk-date-input__input govuk-input--width-${part === "year" ? 4 : 2}`,
                      "dob",
                    )}
                    id={number ? part : "dob"}
                    name={part}
                    inputMode="numeric"
                    data-testid={`portal-dob-${part}`}
                    {...PRIVATE}
                  />
                </div>
              ))}
            </div>
          </fieldset>
        </div>
        <Button testId="portal-prove">{t("goOn")}</Button>
      </form>
      {state.oneLogin && !state.returned && (
        <>
          <p class="govuk-body">{t("oneLoginText")}</p>
          <Button testId="portal-one-login" secondary onClick={goToOneLogin}>
            {t("oneLogin")}
          </Button>
        </>
      )}
    </Sheet>
  );
}

export function CodePage() {
  return (
    <Sheet title={t("codeTitle")}>
      <p class="govuk-body">{t(state.returned ? "oneLoginBack" : "codeText")}</p>
      {state.returned && (
        <Button testId="portal-first-time" secondary onClick={() => go("start")}>
          {t("oneLoginFirst")}
        </Button>
      )}
      <CodeForm testId="portal-code-send" send="signIn" onCode={enterCode} />
      {state.resends === 0 && <p class="govuk-body">{t("noMoreCodes")}</p>}
      <p class="govuk-body">{t("noCode")}</p>
      <button
        type="button"
        class="account-link"
        onClick={() => {
          forget();
          draw();
        }}
      >
        {t("again")}
      </button>
    </Sheet>
  );
}

/** What a person should know before anything else: others were here since. */
export function DevicesPage() {
  const { lastVisit, language } = state;
  const devices = lastVisit?.new_devices ?? [];
  return (
    <Sheet title={t("deviceTitle")}>
      <p class="govuk-body">{t("deviceText")}</p>
      <ul class="govuk-list govuk-list--bullet" data-testid="portal-new-devices">
        {devices.map((one) => (
          <li key={one.at}>
            <bdi>{one.label}</bdi>, {momentOf(one.at, written(language))}
          </li>
        ))}
      </ul>
      <p class="govuk-body">{t("deviceThen")}</p>
      <div class="govuk-button-group">
        <Button testId="portal-device-me" onClick={begin}>
          {t("deviceMe")}
        </Button>
        <Button testId="portal-device-not" secondary onClick={() => void notMe(devices.map(({ at }) => at))}>
          {t("deviceNot")}
        </Button>
      </div>
    </Sheet>
  );
}

/** Somebody else's, as far as we know. */
function mayBeOthers(device: Visits["devices"][number]): boolean {
  return !device.this && !device.not_me;
}

/** Everywhere that somebody signed in to this account. */
export function VisitsPage() {
  const { visits, crime, language } = state;
  const reader = written(language);
  return (
    <Sheet title={t("visitsTitle")} back={crime ? "crime" : "crimes"}>
      <p class="govuk-body">{t("visitsText")}</p>
      {visits?.devices.some(mayBeOthers) && <p class="govuk-body">{t("deviceThen")}</p>}
      <ul class="account-cards">
        {visits?.devices.map((one) => (
          <li class="account-card" key={one.first} data-testid="portal-visit">
            <strong class="account-card__title">
              <bdi>{one.label}</bdi>
            </strong>
            {one.this && <strong class="govuk-tag">{t("thisDevice")}</strong>}
            <span>{t("lastVisit", { at: momentOf(one.last, reader) })}</span>
            <span class="account-soft">{t("firstVisit", { at: momentOf(one.first, reader) })}</span>
            {one.not_me && <strong>{t("officerKnows")}</strong>}
            {mayBeOthers(one) && (
              <Button testId="portal-device-not" secondary onClick={() => void notMe([one.first])}>
                {t("deviceNot")}
                <span class="govuk-visually-hidden">
                  {" "}
                  (<bdi>{one.label}</bdi>)
                </span>
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Sheet>
  );
}
