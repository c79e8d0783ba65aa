/** The bar at the top: whose console this is, where one is, duty, language, sound, and the way out. */

import { useState } from "preact/hooks";
import { focusAfter } from "../desk";
import { isSentPage, SENT_PAGES, type SentPage } from "../sent";
import type { Page, State } from "../store";
import { useDesk } from "./context";
import { Button, Count } from "./pieces";

export function Header({ force, state }: { readonly force: string | null; readonly state: State | null }) {
  return (
    <header class="moj-header top">
      <div class="moj-header__container top__container">
        <div class="moj-header__logo top__logo">
          <span class="moj-header__link moj-header__link--organisation-name">{force ?? "Police"}</span>
          <span class="moj-header__link moj-header__link--service-name">Live chat</span>
        </div>
        {state?.me && <Tools state={state} />}
        {state?.signingOut && <SignOut state={state} />}
      </div>
    </header>
  );
}

/** The pages that a role may open; the server decides, this only saves a refusal. */
function pagesOf(role: string): readonly (readonly [Page, string])[] {
  const sent = (Object.keys(SENT_PAGES) as SentPage[]).filter((page) =>
    (SENT_PAGES[page].roles as readonly string[]).includes(role),
  );
  return [
    ["chats", "Chats"],
    ["closed", "Closed"],
    ...sent.map((page) => [page, SENT_PAGES[page].label] as const),
  ];
}

function Tools({ state }: { readonly state: State }) {
  const desk = useDesk();
  const { me, duty, page, muted } = state;
  return (
    <div class="top__tools">
      <nav class="moj-header__navigation" aria-label="Pages">
        <ul class="moj-header__navigation-list">
          {pagesOf(me?.role ?? "").map(([name, label]) => (
            <li key={name} class="moj-header__navigation-item">
              <button
                type="button"
                class="top__link"
                aria-current={page === name ? "page" : undefined}
                data-testid={`${isSentPage(name) ? "console-nav" : "page"}-${name}`}
                onClick={() => desk.dispatch({ type: "page", page: name })}
              >
                {label}
              </button>
            </li>
          ))}
        </ul>
      </nav>
      <div class="top__duty">
        <button
          type="button"
          class="switch"
          data-testid="duty"
          aria-pressed={duty.on}
          aria-disabled={duty.saving}
          onClick={() => !duty.saving && void desk.setDuty(!duty.on, duty.language)}
        >
          <span class="switch__track" aria-hidden="true">
            <span class="switch__thumb" />
          </span>
          On duty
          <span class="switch__word" aria-hidden="true">
            {duty.on ? "Yes" : "No"}
          </span>
        </button>
        <label class="govuk-visually-hidden" for="working-language">
          Your working language
        </label>
        <select
          id="working-language"
          class="govuk-select top__select"
          data-testid="working-language"
          disabled={duty.saving}
          value={duty.language}
          onChange={(event) => void desk.setDuty(duty.on, event.currentTarget.value)}
        >
          {me?.languages.map((language) => (
            <option key={language.code} value={language.code}>
              {language.name}
            </option>
          ))}
        </select>
      </div>
      <button
        type="button"
        class="top__link"
        data-testid="mute"
        onClick={() => {
          desk.allowSound();
          desk.dispatch({ type: "muted", muted: !muted });
        }}
      >
        Sound: {muted ? "off" : "on"}
      </button>
      <button
        type="button"
        class="top__link"
        aria-expanded={state.shortcutsShown}
        onClick={() => desk.dispatch({ type: "shortcuts", shown: !state.shortcutsShown })}
      >
        Keys
      </button>
      <span class="top__me">
        {me?.name} <span class="top__collar">{me?.collar}</span>
      </span>
      <button
        id="sign-out"
        type="button"
        class="top__link"
        aria-expanded={state.signingOut}
        data-testid="sign-out"
        onClick={() => desk.dispatch({ type: "signingOut", asked: !state.signingOut })}
      >
        Sign out
      </button>
    </div>
  );
}

/** Asks in place, since signing out hands people back to the queue. */
function SignOut({ state }: { readonly state: State }) {
  const desk = useDesk();
  const [busy, setBusy] = useState(false);
  const owned = state.order.filter((id) => {
    const c = state.conversations[id];
    return c?.mine && c.state !== "closed";
  }).length;
  return (
    <section class="top__leave" aria-label="Sign out">
      <p>
        {owned > 0
          ? `${owned} conversation${owned === 1 ? " goes" : "s go"} back to the queue, and text that is not sent is lost.`
          : "You go off duty."}
      </p>
      <div class="govuk-button-group">
        <Button
          look={owned > 0 ? "warning" : "primary"}
          class="small"
          data-testid="sign-out-confirm"
          aria-disabled={busy}
          onClick={() => {
            if (!busy) {
              setBusy(true);
              void desk.signOut();
            }
          }}
        >
          {busy ? "Signing out" : owned > 0 ? "Release and sign out" : "Sign out"}
        </Button>
        <Button
          look="secondary"
          class="small"
          onClick={() => focusAfter(() => desk.dispatch({ type: "signingOut", asked: false }), "sign-out")}
        >
          Stay
        </Button>
      </div>
    </section>
  );
}

function pageLabel(page: Page): string {
  return isSentPage(page) ? SENT_PAGES[page].label : page === "closed" ? "Closed" : "Chats";
}

/** On narrow screens one column shows at a time; this chooses which. */
export function PaneSwitch({ state }: { readonly state: State }) {
  const desk = useDesk();
  const waiting = state.queue.waiting.length + state.queue.attention.length;
  const third = state.shortcutsShown ? "Keys" : "Person";
  const panes = [
    ["queue", "Queue", waiting],
    ["chats", pageLabel(state.page), 0],
    ...(state.page !== "chats" && !state.shortcutsShown ? [] : [["person", third, 0] as const]),
  ] as const;
  return (
    <nav class="panes" aria-label="Columns">
      {panes.map(([pane, label, count]) => (
        <button
          key={pane}
          type="button"
          class={`panes__button panes__button--${pane}`}
          aria-current={state.pane === pane ? "true" : undefined}
          onClick={() => desk.dispatch({ type: "pane", pane })}
        >
          {label}
          <Count n={count} of="to look at" />
        </button>
      ))}
    </nav>
  );
}
