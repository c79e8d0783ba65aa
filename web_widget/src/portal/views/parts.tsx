/** Small pieces that every page uses. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { goBack, resend, showAll } from "../actions.ts";
import { type Page, state } from "../state.ts";
import { type Key, words } from "../words.ts";

export function t(key: Key, values?: Readonly<Record<string, string | number>>): string {
  return words(state.language, key, values);
}

/** The heading: it names what is asked on a page with one question. */
export const TITLE = "title";

/** A page: its heading takes the focus when it comes, and it begins at its top. */
export function Sheet({
  title,
  back,
  children,
}: {
  title: string;
  back?: Page;
  children: ComponentChildren;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { page, troubles } = state;
  useEffect(() => {
    // What went wrong comes first, and takes the focus itself.
    if (!state.troubles.length) heading.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [page]);
  return (
    <>
      {back && (
        <button
          type="button"
          class="govuk-back-link account-back"
          data-testid="portal-back"
          onClick={() => goBack(back)}
        >
          {t("back")}
        </button>
      )}
      <main class="govuk-main-wrapper" id="main">
        {troubles.length > 0 && <Troubles />}
        <Notice />
        <h1 class="govuk-heading-l" id={TITLE} tabIndex={-1} ref={heading}>
          {title}
        </h1>
        {children}
      </main>
    </>
  );
}

/** The language of our texts: the reader's where a machine put them into it or people wrote them in it, else English. */
export function ours(translated: boolean): string {
  const { language } = state;
  return translated || language === "cy" ? language : "en";
}

/** Who put this into the reader's language; or that nobody could. */
export function MachineNote({ translated }: { translated: boolean }) {
  if (!translated && ours(false) === state.language) return null;
  return <p class="govuk-inset-text">{t(translated ? "machine" : "noTranslation")}</p>;
}

/** Where one reads on after asking for earlier entries. */
export const FIRST_EARLIER = { id: "earlier", tabIndex: -1 } as const;

/** Asks for the entries that are not seen yet. */
export function Earlier({ more }: { more: number }) {
  if (more <= 0 || state.whole) return null;
  return (
    <button
      type="button"
      class="account-link account-earlier"
      data-testid="portal-earlier"
      onClick={() => {
        showAll();
        document.getElementById(FIRST_EARLIER.id)?.focus();
      }}
    >
      {t("earlier", { n: more })}
    </button>
  );
}

function Troubles() {
  const summary = useRef<HTMLDivElement>(null);
  const { troubles } = state;
  useEffect(() => summary.current?.focus(), [troubles]);
  return (
    <div class="govuk-error-summary" role="alert" tabIndex={-1} ref={summary} data-testid="portal-problem">
      <h2 class="govuk-error-summary__title">{t("problem")}</h2>
      <div class="govuk-error-summary__body">
        <ul class="govuk-list govuk-error-summary__list">
          {troubles.map(({ text, values, field }) => (
            <li key={text}>
              {field ? (
                <a
                  href={`#${field}`}
                  onClick={(event) => {
                    // Following it would change the address.
                    event.preventDefault();
                    document.getElementById(field)?.focus();
                  }}
                >
                  {t(text, values)}
                </a>
              ) : (
                t(text, values)
              )}
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

function Notice() {
  const { notice } = state;
  return <div role="status">{notice && <div class="govuk-inset-text account-notice">{t(notice)}</div>}</div>;
}

/** The message beside a field that is wrong. */
export function FieldError({ field }: { field: string }) {
  const trouble = state.troubles.find((one) => one.field === field);
  if (!trouble) return null;
  return (
    <p id={`${field}-error`} class="govuk-error-message">
      {t(trouble.text, trouble.values)}
    </p>
  );
}

export function isWrong(field: string): boolean {
  return state.troubles.some((one) => one.field === field);
}

/** The class of an input, which has a red border while its field is wrong. */
export function wrongly(name: string, field: string): string {
  return isWrong(field)
    ? `${name} ${name.includes("textarea") ? "govuk-textarea" : "govuk-input"}--error`
    : name;
}

/** What a screen reader says of a field besides its label: what is wrong with it, and its hint. */
export function described(field: string, hint = ""): { "aria-describedby"?: string; "aria-invalid"?: true } {
  const by = [hint, isWrong(field) && `${field}-error`].filter(Boolean).join(" ");
  return { ...(by && { "aria-describedby": by }), ...(isWrong(field) && { "aria-invalid": true }) };
}

export function Button({
  testId,
  onClick,
  secondary,
  children,
}: {
  testId?: string;
  onClick?: () => void;
  secondary?: boolean;
  children: ComponentChildren;
}) {
  return (
    <button
      type={onClick ? "button" : "submit"}
      class={`govuk-button${secondary ? " govuk-button--secondary" : ""}`}
      data-testid={testId}
      aria-disabled={state.busy}
      onClick={onClick}
    >
      {children}
    </button>
  );
}

/** Value of a named field of the form that was sent. */
export function sentBy(event: Event): (name: string) => string {
  event.preventDefault();
  const data = new FormData(event.currentTarget as HTMLFormElement);
  return (name) => String(data.get(name) ?? "");
}

/** No help from the device: what is typed here must not be offered to the next person. */
export const PRIVATE = {
  autocomplete: "off",
  autocorrect: "off",
  spellcheck: false,
  autocapitalize: "off",
} as const;

/** Where the code goes that came by text or e-mail. */
export function CodeForm({
  testId,
  send,
  onCode,
}: {
  testId: string;
  send: Key;
  onCode: (code: string) => void;
}) {
  return (
    <form noValidate onSubmit={(event) => onCode(sentBy(event)("code"))}>
      <div class={`govuk-form-group${isWrong("code") ? " govuk-form-group--error" : ""}`}>
        <label class="govuk-label govuk-label--s" for="code">
          {t("code")}
        </label>
        <FieldError field="code" />
        <input
          class={wrongly("govuk-input govuk-input--width-10 govuk-input--extra-letter-spacing", "code")}
          id="code"
          name="code"
          inputMode="numeric"
          data-testid="portal-code"
          {...described("code")}
          {...PRIVATE}
          autocomplete="one-time-code"
        />
      </div>
      <div class="govuk-button-group">
        <Button testId={testId}>{t(send)}</Button>
        {state.resends > 0 && (
          <Button testId="portal-resend" secondary onClick={resend}>
            {t("resend")}
          </Button>
        )}
      </div>
    </form>
  );
}
