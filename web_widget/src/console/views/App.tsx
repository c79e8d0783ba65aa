/** The whole page: what shows at each stage of the session, the live regions, and the keys. */

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { SignInRefused } from "../auth";
import { forceName, loadConfig } from "../config";
import { composerId, Desk, focusAfter } from "../desk";
import { backFromProvider } from "../federation";
import { type Shortcut, shortcutFor } from "../keys";
import { isSentPage } from "../sent";
import type { State } from "../store";
import { Chats } from "./Chats";
import { Closed } from "./Closed";
import { DeskProvider, useDeskChanges } from "./context";
import { Header, PaneSwitch } from "./Header";
import { noteId } from "./Notes";
import { PersonColumn } from "./Person";
import { Alert, Button, Spinner } from "./pieces";
import { QueueColumn } from "./Queue";
import { Sent } from "./Sent";
import { Shortcuts } from "./Shortcuts";
import { SignIn } from "./SignIn";

type Boot =
  | { readonly at: "loading" }
  | { readonly at: "failed" }
  | { readonly at: "ready"; readonly desk: Desk; readonly refused: SignInRefused | null };

export function App() {
  const [boot, setBoot] = useState<Boot>({ at: "loading" });
  const [tries, setTries] = useState(0);
  const [force, setForce] = useState<string | null>(null);
  const desk = boot.at === "ready" ? boot.desk : null;
  useDeskChanges(desk);
  useKeys(desk);

  // Another try starts afresh.
  useEffect(() => {
    void forceName().then(setForce);
    void started().then(setBoot);
  }, [tries]);

  if (boot.at !== "ready" || desk === null) {
    return (
      <Frame force={force} state={null} desk={null}>
        <main id="main" tabIndex={-1} class="govuk-width-container govuk-main-wrapper">
          {boot.at === "loading" ? (
            <Spinner>Opening the console</Spinner>
          ) : (
            <Stopped
              title="The console cannot be opened"
              words="Its settings could not be fetched. Check the connection, then try again. If it stays like this, tell your administrator."
              retry={() => {
                setBoot({ at: "loading" });
                setTries(tries + 1);
              }}
            />
          )}
        </main>
      </Frame>
    );
  }
  return (
    <DeskProvider value={desk}>
      <Frame force={force} state={desk.stage.at === "working" ? desk.state : null} desk={desk}>
        <StageView desk={desk} refused={boot.refused} />
      </Frame>
    </DeskProvider>
  );
}

/** Settings, and the answer of the identity provider if the browser comes from there. */
async function started(): Promise<Boot> {
  try {
    const config = await loadConfig();
    const desk = new Desk(config);
    if (config.federation === null) {
      return { at: "ready", desk, refused: null };
    }
    try {
      const tokens = await backFromProvider(config.federation);
      if (tokens) {
        void desk.begin(tokens);
      }
      return { at: "ready", desk, refused: null };
    } catch (error) {
      if (error instanceof SignInRefused) {
        return { at: "ready", desk, refused: error };
      }
      throw error;
    }
  } catch (error) {
    // Shown to the officer in words; the browser's own log has the rest.
    reportError(error);
    return { at: "failed" };
  }
}

function StageView({ desk, refused }: { readonly desk: Desk; readonly refused: SignInRefused | null }) {
  const { stage, state } = desk;
  switch (stage.at) {
    case "signed_out":
      return (
        <SignIn
          key="out"
          notice={stage.words}
          refused={refused && { message: refused.message, field: null }}
        />
      );
    case "ended":
      return <SignIn key="ended" notice="Your session has ended. Sign in again: what you wrote is kept." />;
    case "starting":
      return (
        <main id="main" tabIndex={-1} class="govuk-width-container govuk-main-wrapper">
          <Spinner>Signing in</Spinner>
        </main>
      );
    case "failed":
      return (
        <main id="main" tabIndex={-1} class="govuk-width-container govuk-main-wrapper">
          <Stopped title="The console cannot start" words={stage.words} retry={() => void desk.start()} />
        </main>
      );
    case "denied":
      return (
        <main id="main" tabIndex={-1} class="govuk-width-container govuk-main-wrapper" data-testid="denied">
          <h1 class="govuk-heading-l">You cannot use this console</h1>
          <p class="govuk-body">{stage.words}</p>
          <p class="govuk-body">You are signed in, but your account has no part in this force's chat.</p>
          <Button look="secondary" onClick={() => void desk.signOut()}>
            Sign out
          </Button>
        </main>
      );
    case "working":
      return <Workspace state={state} desk={desk} />;
  }
}

function Workspace({ state, desk }: { readonly state: State; readonly desk: Desk }) {
  const third = state.shortcutsShown || (state.page === "chats" && state.personShown);
  const classes = [
    "workspace",
    third ? "" : "workspace--two",
    `workspace--${state.page === "chats" ? "chats" : "closed"}`,
  ];
  return (
    <main id="main" tabIndex={-1} class={classes.filter(Boolean).join(" ")} data-pane={state.pane}>
      <h1 class="govuk-visually-hidden">Live chat</h1>
      <ConnectionBar state={state} desk={desk} />
      {state.notices.length > 0 && (
        <div class="notices">
          {state.notices.map((notice) => (
            <Alert
              key={notice.key}
              kind={notice.kind}
              title={notice.text}
              class="notices__notice"
              onDismiss={() => desk.dispatch({ type: "noticeRead", key: notice.key })}
            />
          ))}
        </div>
      )}
      <PaneSwitch state={state} />
      <div class="workspace__columns">
        <QueueColumn state={state} />
        {state.page === "chats" ? (
          <Chats state={state} />
        ) : isSentPage(state.page) ? (
          <Sent page={state.page} />
        ) : (
          <Closed state={state} />
        )}
        {state.shortcutsShown ? (
          <Shortcuts singleKeys={state.singleKeys} />
        ) : (
          state.page === "chats" && <PersonColumn state={state} />
        )}
      </div>
    </main>
  );
}

function ConnectionBar({ state, desk }: { readonly state: State; readonly desk: Desk }) {
  const { connection } = state;
  if (connection.phase === "open") {
    return null;
  }
  if (connection.phase === "replaced") {
    return (
      <div class="connection connection--stopped" data-testid="connection">
        <p>This console was opened somewhere else, and works there now. Your text is kept here.</p>
        <Button look="secondary" class="small" onClick={() => desk.useHere()}>
          Use it here
        </Button>
      </div>
    );
  }
  const first = state.order.length === 0 && connection.phase !== "waiting";
  return (
    <div class={`connection ${first ? "connection--first" : ""}`} data-testid="connection">
      <p>
        {first
          ? "Connecting."
          : navigator.onLine
            ? "Reconnecting. Your text is kept, and nothing is sent twice."
            : "This computer is off line. Your text is kept, and sent when the connection is back."}
      </p>
    </div>
  );
}

interface FrameProps {
  readonly force: string | null;
  readonly state: State | null;
  readonly desk: Desk | null;
  readonly children: ComponentChildren;
}

function Frame({ force, state, desk, children }: FrameProps) {
  return (
    <>
      <a href="#main" class="govuk-skip-link">
        Skip to main content
      </a>
      <Header force={force ?? state?.me?.force ?? null} state={state} />
      {children}
      <LiveRegions desk={desk} />
    </>
  );
}

/** Two regions that are always there: a region that appears with its text is not announced everywhere. */
function LiveRegions({ desk }: { readonly desk: Desk | null }) {
  const spoken = desk?.spoken ?? { text: "", urgent: false, count: 0 };
  // The same words twice must still be two announcements.
  const text = spoken.text + (spoken.count % 2 === 0 ? "" : "\u00a0");
  return (
    <div class="govuk-visually-hidden">
      <div role="status" aria-live="polite">
        {spoken.urgent ? "" : text}
      </div>
      <div role="alert" aria-live="assertive">
        {spoken.urgent ? text : ""}
      </div>
    </div>
  );
}

interface StoppedProps {
  readonly title: string;
  readonly words: string;
  readonly retry: () => void;
}

function Stopped({ title, words, retry }: StoppedProps) {
  return (
    <>
      <h1 class="govuk-heading-l">{title}</h1>
      <p class="govuk-body">{words}</p>
      <Button onClick={retry}>Try again</Button>
    </>
  );
}

// -- keys --------------------------------------------------------------------------------------------------------------

function useKeys(desk: Desk | null): void {
  useEffect(() => {
    if (desk === null) {
      return undefined;
    }
    const pressed = (event: KeyboardEvent) => {
      const shortcut =
        desk.stage.at === "working" && !event.isComposing && !event.defaultPrevented
          ? shortcutFor(
              {
                key: event.key,
                code: event.code,
                altKey: event.altKey,
                ctrlKey: event.ctrlKey,
                metaKey: event.metaKey,
                inTextField: isTextField(event.target),
              },
              desk.state.singleKeys,
            )
          : null;
      if (shortcut && carryOut(shortcut, desk)) {
        event.preventDefault();
      }
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, [desk]);
}

function isTextField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLInputElement && target.type !== "checkbox")
  );
}

/** Whether the key did something. */
function carryOut(shortcut: Shortcut, desk: Desk): boolean {
  const { state } = desk;
  const focus = state.focus;
  const conversation = focus === null ? undefined : state.conversations[focus];
  const mine = conversation?.mine && conversation.state !== "closed" ? conversation : undefined;
  switch (shortcut.does) {
    case "accept":
      desk.acceptNext();
      return true;
    case "go": {
      const id = state.order[shortcut.place - 1];
      if (id === undefined) {
        return false;
      }
      desk.goTo(id);
      return true;
    }
    case "original":
    case "both": {
      if (!conversation) {
        return false;
      }
      const other = shortcut.does === "both" ? "both" : "original";
      const reading = conversation.reading === other ? "translation" : other;
      desk.dispatch({ type: "reading", conversation: conversation.id, reading });
      return true;
    }
    case "answers":
    case "close":
    case "release": {
      if (!mine) {
        return false;
      }
      const panel = mine.panel === shortcut.does ? null : shortcut.does;
      desk.dispatch({ type: "panel", conversation: mine.id, panel });
      return true;
    }
    case "note":
      if (!conversation) {
        return false;
      }
      focusAfter(() => {
        desk.dispatch({ type: "page", page: "chats" });
        desk.dispatch({ type: "person", shown: true });
        desk.dispatch({ type: "pane", pane: "person" });
      }, noteId(conversation.id));
      return true;
    case "duty":
      void desk.setDuty(!state.duty.on, state.duty.language);
      return true;
    case "mute":
      desk.allowSound();
      desk.dispatch({ type: "muted", muted: !state.muted });
      return true;
    case "queue":
      focusAfter(() => desk.dispatch({ type: "pane", pane: "queue" }), "queue-heading");
      return true;
    case "person":
      desk.dispatch({ type: "person", shown: state.shortcutsShown || !state.personShown });
      desk.dispatch({ type: "shortcuts", shown: false });
      return true;
    case "list":
      if (state.shortcutsShown) {
        desk.hideShortcuts();
      } else {
        desk.dispatch({ type: "shortcuts", shown: true });
      }
      return true;
    case "escape":
      return shutInnermost(desk);
  }
}

/** Shuts the innermost open thing and gives the focus back to the work. */
function shutInnermost(desk: Desk): boolean {
  const { state } = desk;
  if (state.signingOut) {
    focusAfter(() => desk.dispatch({ type: "signingOut", asked: false }), "sign-out");
    return true;
  }
  if (state.shortcutsShown) {
    desk.hideShortcuts();
    return true;
  }
  const conversation = state.focus === null ? undefined : state.conversations[state.focus];
  if (conversation?.panel) {
    focusAfter(
      () => desk.dispatch({ type: "panel", conversation: conversation.id, panel: null }),
      composerId(conversation.id),
    );
    return true;
  }
  return false;
}
