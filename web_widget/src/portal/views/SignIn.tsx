/** Into the account: what only the person knows, then a code. Right or wrong looks the same. */
import { begin, birth, enterCode, prove, resend, signOut } from "../actions.ts";
import { draw, forget, state } from "../state.ts";
import { momentOf, written } from "../words.ts";
import { Button, FieldError, isWrong, PRIVATE, sentBy, Sheet, t } from "./parts.tsx";

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
            class="govuk-input govuk-input--width-20"
            id="reference"
            name="reference"
            aria-describedby="reference-hint"
            data-testid="portal-reference"
            {...PRIVATE}
          />
        </div>
        <fieldset
          class={`govuk-fieldset govuk-form-group${isWrong("dob") ? " govuk-form-group--error" : ""}`}
        >
          <legend class="govuk-fieldset__legend govuk-fieldset__legend--s">{t("dob")}</legend>
          <div class="govuk-hint">{t("dobHint")}</div>
          <FieldError field="dob" />
          <div class="govuk-date-input">
            {PARTS.map((part, number) => (
              <div class="govuk-date-input__item" key={part}>
                <label class="govuk-label govuk-date-input__label" for={number ? part : "dob"}>
                  {t(part)}
                </label>
                <input
                  class={`govuk-input govuk-date-input__input govuk-input--width-${part === "year" ? 4 : 2}`}
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
        <Button testId="portal-prove">{t("goOn")}</Button>
      </form>
    </Sheet>
  );
}

export function CodePage() {
  return (
    <Sheet title={t("codeTitle")}>
      <p class="govuk-body">{t("codeText")}</p>
      <form noValidate onSubmit={(event) => enterCode(sentBy(event)("code"))}>
        <div class={`govuk-form-group${isWrong("code") ? " govuk-form-group--error" : ""}`}>
          <label class="govuk-label govuk-label--s" for="code">
            {t("code")}
          </label>
          <FieldError field="code" />
          <input
            class="govuk-input govuk-input--width-10 govuk-input--extra-letter-spacing"
            id="code"
            name="code"
            inputMode="numeric"
            data-testid="portal-code"
            {...PRIVATE}
          />
        </div>
        <div class="govuk-button-group">
          <Button testId="portal-code-send">{t("signIn")}</Button>
          <Button testId="portal-resend" secondary onClick={resend}>
            {t("resend")}
          </Button>
        </div>
      </form>
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

export function DevicePage() {
  const { lastVisit, language } = state;
  return (
    <Sheet title={t("deviceTitle")}>
      <p class="govuk-body">
        {t("deviceText", {
          label: lastVisit?.label ?? "",
          at: lastVisit ? momentOf(lastVisit.at, written(language)) : "",
        })}
      </p>
      <div class="govuk-button-group">
        <Button onClick={begin}>{t("deviceMe")}</Button>
        <Button secondary onClick={signOut}>
          {t("deviceNot")}
        </Button>
      </div>
    </Sheet>
  );
}
