/** Small pieces that every page uses. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { goBack } from "../actions.ts";
import { type Page, state } from "../state.ts";
import { type Key, words } from "../words.ts";

export function t(key: Key, values?: Readonly<Record<string, string | number>>): string {
  return words(state.language, key, values);
}

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
        <h1 class="govuk-heading-l" tabIndex={-1} ref={heading}>
          {title}
        </h1>
        {children}
      </main>
    </>
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
