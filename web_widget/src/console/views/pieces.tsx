/** GOV.UK and MoJ components as this console uses them: their markup, their classes, no behaviour of their own. */

import type { ButtonHTMLAttributes, ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Shape as ShapeName } from "../words";

interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "children"> {
  readonly look?: "primary" | "secondary" | "warning" | "plain";
  readonly children: ComponentChildren;
  readonly "data-testid"?: string;
  readonly "data-conversation"?: string;
}

export function Button({ look = "primary", class: extra, children, ...rest }: ButtonProps) {
  const classes = {
    primary: "govuk-button",
    secondary: "govuk-button govuk-button--secondary",
    warning: "govuk-button govuk-button--warning",
    plain: "plain-button govuk-link",
  }[look];
  return (
    <button type="button" {...rest} class={`${classes} ${typeof extra === "string" ? extra : ""}`.trim()}>
      {children}
    </button>
  );
}

export function Hidden({ children }: { readonly children: ComponentChildren }) {
  return <span class="govuk-visually-hidden">{children}</span>;
}

interface FieldProps {
  readonly id: string;
  readonly label: string;
  readonly hint?: string;
  readonly error: string | null;
  readonly secret?: boolean;
  readonly class?: string;
  readonly autocomplete: string;
  readonly numeric?: boolean;
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly testId: string;
}

export function Field(props: FieldProps) {
  const { id, label, hint, error, secret = false, class: extra = "", autocomplete, numeric = false } = props;
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  const shared = {
    id,
    class: `govuk-input ${extra} ${error ? "govuk-input--error" : ""}`,
    "aria-describedby": described === "" ? undefined : described,
    autocomplete,
    autocapitalize: "none",
    spellcheck: false,
    inputMode: numeric ? "numeric" : "text",
    "data-testid": props.testId,
    value: props.value,
    onInput: (event: InputEvent & { readonly currentTarget: HTMLInputElement }) =>
      props.onValue(event.currentTarget.value),
  } as const;
  return (
    <div class={`govuk-form-group ${error ? "govuk-form-group--error" : ""}`}>
      <label class="govuk-label" for={id}>
        {label}
      </label>
      {hint && (
        <div id={`${id}-hint`} class="govuk-hint">
          {hint}
        </div>
      )}
      {error && (
        <p id={`${id}-error`} class="govuk-error-message">
          <Hidden>Error:</Hidden> {error}
        </p>
      )}
      {secret ? <input type="password" {...shared} /> : <input type="text" {...shared} />}
    </div>
  );
}

/** What went wrong, once, at the top; takes the focus when it appears. */
export function ErrorSummary({
  message,
  field,
}: {
  readonly message: string;
  readonly field: string | null;
}) {
  const box = useRef<HTMLDivElement>(null);
  // A new message takes the focus again.
  useEffect(() => box.current?.focus(), [message]);
  const toField = (event: MouseEvent) => {
    event.preventDefault(); // The address stays clean of fragments.
    document.getElementById(field ?? "")?.focus();
  };
  return (
    <div class="govuk-error-summary" tabIndex={-1} ref={box}>
      <div role="alert">
        <h2 class="govuk-error-summary__title">There is a problem</h2>
        <div class="govuk-error-summary__body">
          <ul class="govuk-list govuk-error-summary__list">
            <li>
              {field ? (
                <a href={`#${field}`} onClick={toField}>
                  {message}
                </a>
              ) : (
                message
              )}
            </li>
          </ul>
        </div>
      </div>
    </div>
  );
}

const ALERT_ICONS = {
  information:
    "M13.7 8.8V6.4h2.6v2.4Zm0 14.8V11.2h2.6v12.4ZM15 27.4a12.4 12.4 0 1 1 0-24.8 12.4 12.4 0 0 1 0 24.8Z",
  success: "M11.2 24.3 2.1 15.2l2.3-2.3 6.8 6.8L25.6 5.4l2.3 2.2Z",
  warning:
    "M1.3 26.3 15 2.5l13.7 23.8ZM15 22.5a1.3 1.3 0 0 0 0-2.5 1.3 1.3 0 0 0 0 2.5Zm-1.3-3.8h2.5V12.5h-2.5Z",
  error: "M15 16.8 21.3 23l1.8-1.8L16.8 15l6.3-6.3L21.3 7 15 13.2 8.8 7 7 8.8l6.2 6.2L7 21.3 8.8 23Z",
} as const;

interface AlertProps {
  readonly kind: keyof typeof ALERT_ICONS;
  readonly title: string;
  readonly children?: ComponentChildren;
  readonly onDismiss?: () => void;
  readonly action?: ComponentChildren;
  readonly class?: string;
  readonly "data-testid"?: string;
}

/** MoJ alert. Announcing is the business of the live regions, so it is a plain region here. */
export function Alert({ kind, title, children, onDismiss, action, class: extra = "", ...rest }: AlertProps) {
  return (
    <section class={`moj-alert moj-alert--${kind} ${extra}`} aria-label={`${kind}: ${title}`} {...rest}>
      <div>
        <svg
          class="moj-alert__icon"
          viewBox="0 0 30 30"
          width="30"
          height="30"
          aria-hidden="true"
          focusable="false"
        >
          <path fill-rule="evenodd" d={ALERT_ICONS[kind]} />
        </svg>
      </div>
      <div class="moj-alert__content">
        {children ? <strong class="moj-alert__heading">{title}</strong> : title}
        {children}
      </div>
      {(onDismiss || action) && (
        <div class="moj-alert__action">
          {action}
          {onDismiss && (
            <button type="button" class="moj-alert__dismiss" onClick={onDismiss}>
              Dismiss<Hidden> this message</Hidden>
            </button>
          )}
        </div>
      )}
    </section>
  );
}

/** A number in a red pill, spoken with what it counts. Nothing for 0. */
export function Count({ n, of }: { readonly n: number; readonly of: string }) {
  return n === 0 ? null : (
    <span class="moj-notification-badge">
      <span aria-hidden="true">{n > 99 ? "99+" : n}</span>
      <Hidden>
        {" "}
        {n} {of}
      </Hidden>
    </span>
  );
}

const SHAPES: Readonly<Record<ShapeName, string>> = {
  // Each outline is recognisable without its colour.
  here: "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2Z",
  covered: "M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13Zm0 1.6v9.8a4.9 4.9 0 0 0 0-9.8Z",
  gone: "M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13Zm0 1.7a4.8 4.8 0 1 0 0 9.6 4.8 4.8 0 0 0 0-9.6ZM4.5 7.2h7v1.6h-7Z",
  exit: "M5 1h6l4 4v6l-4 4H5l-4-4V5Zm-.5 6v2h7V7Z",
  diamond: "M8 .8 15.2 8 8 15.2.8 8Zm-.9 3.7v4.3h1.8V4.5Zm0 5.4v1.8h1.8V9.9Z",
  triangle: "M8 1.2 15.4 14.5H.6ZM7.1 6v4.2h1.8V6Zm0 5.2v1.7h1.8v-1.7Z",
  envelope: "M1 3h14v10H1Zm1.9 1.6L8 8.4l5.1-3.8Zm-.3 1.8v5h10.8v-5L8 10.3Z",
  square: "M2 2h12v12H2Zm1.8 1.8v8.4h8.4V3.8Z",
};

export function Shape({ name }: { readonly name: ShapeName }) {
  return (
    <svg
      class={`shape shape--${name}`}
      viewBox="0 0 16 16"
      width="16"
      height="16"
      aria-hidden="true"
      focusable="false"
    >
      <path fill-rule="evenodd" d={SHAPES[name]} />
    </svg>
  );
}

/** A state as shape and word. */
export function Mark({ shape, tone, children }: MarkProps) {
  return (
    <span class={`mark mark--${tone}`}>
      <Shape name={shape} /> <span>{children}</span>
    </span>
  );
}

interface MarkProps {
  readonly shape: ShapeName;
  readonly tone: "calm" | "warn" | "danger" | "quiet";
  readonly children: ComponentChildren;
}

export function Spinner({ children }: { readonly children: ComponentChildren }) {
  return (
    <p class="loading" role="status">
      {children}
    </p>
  );
}
