/** Every type of message, and each as a victim gets it: the text, the e-mail, the page of the portal. */

import { useEffect, useRef, useState } from "preact/hooks";
import { dress, found, type MessageLine, type Preview, stepTo, undressed, words } from "../../sent";
import { Button } from "../pieces";
import { useFetched, Waits } from "./fetched";

const LANGUAGES = [
  { code: "en", name: "English" },
  { code: "cy", name: "Welsh" },
] as const;

type Language = (typeof LANGUAGES)[number]["code"];

interface Wish {
  readonly language: Language;
  readonly enhanced: boolean;
}

export function MessageTypes() {
  const fetched = useFetched<{ readonly types: readonly MessageLine[] }>("/messages");
  const [search, setSearch] = useState("");
  const [stage, setStage] = useState("");
  const [shown, setShown] = useState<string | null>(null);
  // Stays while one type after the other is looked at.
  const [wish, setWish] = useState<Wish>({ language: "en", enhanced: false });
  return (
    <Waits of={fetched}>
      {({ types }) => {
        const listed = found(types, search, stage);
        return (
          <div class="sent__two">
            <div class="sent__list">
              <div class="sent__filter">
                <label class="govuk-label" for="sent-search">
                  Search
                </label>
                <input
                  class="govuk-input"
                  id="sent-search"
                  type="search"
                  data-testid="message-search"
                  value={search}
                  onInput={(event) => setSearch(event.currentTarget.value)}
                />
                <label class="govuk-label" for="sent-stage">
                  Stage
                </label>
                <select
                  class="govuk-select"
                  id="sent-stage"
                  data-testid="message-stage"
                  value={stage}
                  onChange={(event) => setStage(event.currentTarget.value)}
                >
                  <option value="">All stages</option>
                  {[...new Set(types.map((one) => one.stage))].map((name) => (
                    <option key={name} value={name}>
                      {words(name)}
                    </option>
                  ))}
                </select>
              </div>
              <p class="govuk-body-s quiet" role="status">
                {listed.length} of {types.length} types
              </p>
              {listed.length === 0 ? (
                <p class="govuk-body">No type has these words. Try fewer, or all stages.</p>
              ) : (
                <Types listed={listed} shown={shown} onShow={setShown} />
              )}
            </div>
            <div class="sent__preview">
              {shown === null ? (
                <p class="govuk-body quiet">Choose a message to see it as a victim gets it.</p>
              ) : (
                <Shown key={shown} name={shown} wish={wish} onWish={setWish} />
              )}
            </div>
          </div>
        );
      }}
    </Waits>
  );
}

interface TypesProps {
  readonly listed: readonly MessageLine[];
  readonly shown: string | null;
  readonly onShow: (key: string) => void;
}

/** By mouse, by Tab, and with the arrow keys. */
function Types({ listed, shown, onShow }: TypesProps) {
  const list = useRef<HTMLUListElement>(null);
  const move = (event: KeyboardEvent) => {
    const buttons = [...(list.current?.querySelectorAll("button") ?? [])];
    const to = stepTo(event.key, buttons.indexOf(event.target as HTMLButtonElement), buttons.length);
    if (to !== null) {
      event.preventDefault();
      buttons[to]?.focus();
    }
  };
  return (
    <ul class="sent__types" ref={list} onKeyDown={move}>
      {listed.map((one) => (
        <li key={one.key}>
          <button
            type="button"
            class="sent__type"
            data-testid="message-type"
            data-key={one.key}
            aria-current={shown === one.key ? "true" : undefined}
            onClick={() => onShow(one.key)}
          >
            <strong>{words(one.key)}</strong>
            <span class="quiet">
              {words(one.stage)}
              {one.statutory && ", required by the Victims' Code"}
              {!one.on && ", switched off"}
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

interface ShownProps {
  readonly name: string;
  readonly wish: Wish;
  readonly onWish: (wish: Wish) => void;
}

function Shown({ name, wish, onWish }: ShownProps) {
  const query = `language=${wish.language}&enhanced=${wish.enhanced ? 1 : 0}`;
  const fetched = useFetched<Preview>(`/messages/${encodeURIComponent(name)}?${query}`);
  const article = useRef<HTMLElement>(null);
  // Below a long list it would open out of sight.
  useEffect(() => article.current?.scrollIntoView({ block: "nearest" }), []);
  return (
    <article data-testid="message-preview" aria-label={words(name)} ref={article}>
      <h2 class="govuk-heading-s">{words(name)}</h2>
      <div class="sent__choices" role="group" aria-label="Language and rights">
        {LANGUAGES.map(({ code, name: label }) => (
          <Button
            key={code}
            look="secondary"
            class="small"
            aria-pressed={wish.language === code}
            data-testid={`preview-${code}`}
            onClick={() => onWish({ ...wish, language: code })}
          >
            {label}
          </Button>
        ))}
        <Button
          look="secondary"
          class="small"
          aria-pressed={wish.enhanced}
          data-testid="preview-enhanced"
          onClick={() => onWish({ ...wish, enhanced: !wish.enhanced })}
        >
          Enhanced Rights
        </Button>
      </div>
      <Waits of={fetched}>
        {(shown) => (
          <>
            {shown.sms && <Phone sms={shown.sms} language={shown.language} />}
            {shown.email && <Mail email={shown.email} />}
            <figure class="sent__letter">
              <figcaption>Page of the portal</figcaption>
              <div lang={shown.language}>
                <p>
                  <strong>{shown.portal.title}</strong>
                </p>
                <p class="sent__words">{shown.portal.text}</p>
                {shown.portal.next && <p class="sent__words">{shown.portal.next}</p>}
              </div>
            </figure>
            <Facts shown={shown} enhanced={wish.enhanced} />
          </>
        )}
      </Waits>
    </article>
  );
}

function Phone({ sms, language }: { readonly sms: NonNullable<Preview["sms"]>; readonly language: string }) {
  return (
    <figure class="sent__text">
      <figcaption>
        Text message: {sms.parts} part{sms.parts === 1 ? "" : "s"}, {sms.encoding}, {sms.pence.toFixed(1)}p
      </figcaption>
      <div class="sent__phone">
        <p class="sent__bubble" lang={language} data-testid="preview-sms">
          {sms.text}
        </p>
      </div>
    </figure>
  );
}

/** The e-mail as it is sent, in a frame that runs nothing. */
function Mail({ email }: { readonly email: NonNullable<Preview["email"]> }) {
  const frame = useRef<HTMLIFrameElement>(null);
  const arrived = () => {
    const page = frame.current?.contentDocument;
    if (frame.current && page) {
      dress(page.querySelectorAll<HTMLElement>("[data-style]"));
      frame.current.style.height = `${page.documentElement.scrollHeight}px`;
    }
  };
  return (
    <figure class="sent__letter">
      <figcaption>E-mail: {email.subject}</figcaption>
      <iframe
        ref={frame}
        class="sent__mail"
        title={`E-mail: ${email.subject}`}
        // Of this origin, so that the page may measure it; without scripts, forms and ways out.
        sandbox="allow-same-origin"
        srcdoc={undressed(email.html)}
        data-testid="preview-email"
        onLoad={arrived}
      />
      <details class="govuk-details sent__plain">
        <summary class="govuk-details__summary">
          <span class="govuk-details__summary-text">Without HTML</span>
        </summary>
        <p class="govuk-details__text sent__words">{email.text}</p>
      </details>
    </figure>
  );
}

function Facts({ shown, enhanced }: { readonly shown: Preview; readonly enhanced: boolean }) {
  const hashes = [
    shown.sms && `text ${shown.sms.sha256.slice(0, 12)}`,
    shown.email && `e-mail ${shown.email.sha256.slice(0, 12)}`,
  ].filter(Boolean);
  return (
    <p class="govuk-body-s quiet">
      Version {shown.version}
      {shown.right > 0 && `, right ${shown.right} of the Victims' Code`}
      {shown.pierces_quiet_hours && ", may arrive at night"}
      {!shown.on && ", switched off: this force does not send it"}
      {enhanced && !shown.enhanced && ". The same words for people with Enhanced Rights"}. Values are
      examples.
      {hashes.length > 0 && ` SHA-256: ${hashes.join(", ")}.`}
    </p>
  );
}
