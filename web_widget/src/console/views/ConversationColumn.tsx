/** One conversation: who and where they are, the record, and the text box. No modal: panels open in place. */

import { useCallback, useMemo } from "preact/hooks";
import { type Conversation, lockReason, type Panel, type Reading, unread } from "../conversation";
import { endonym, langAttribute, languageName, sameLanguage } from "../languages";
import { connected, type State } from "../store";
import { ago, clockTime } from "../waiting";
import { presenceSign, READINGS, shortReference } from "../words";
import { Composer } from "./Composer";
import { useDesk, useNow } from "./context";
import { Messages } from "./Messages";
import { Answers, ClosePanel, closingForm, ReleasePanel } from "./panels";
import { Button, Count, Hidden, Mark, Shape } from "./pieces";
import { SealedPackage } from "./SealedPackage";

interface ColumnProps {
  readonly conversation: Conversation;
  readonly place: number;
  readonly focused: boolean;
  readonly state: State;
}

export function ConversationColumn({ conversation, place, focused, state }: ColumnProps) {
  const desk = useDesk();
  const now = useNow();
  const { id } = conversation;
  const languages = state.me?.languages ?? [];
  const language = languageName(conversation.language, languages);
  const own = endonym(conversation.language, languages);
  const online = connected(state);
  const locked = lockReason(conversation, online);
  const sign = presenceSign(conversation);
  const open = conversation.state !== "closed" && conversation.mine;
  const me = state.me ?? { name: "", collar: "" };
  const outcomes = useMemo(
    () => new Map(state.me?.outcomes.map((outcome) => [outcome.code, outcome.label])),
    [state.me],
  );
  const following = useCallback(
    (value: boolean) => desk.dispatch({ type: "following", conversation: id, following: value }),
    [desk, id],
  );
  const toggle = (panel: Panel) =>
    desk.dispatch({ type: "panel", conversation: id, panel: conversation.panel === panel ? null : panel });
  const heading = `chat-${id}`;
  return (
    <section
      class={`chat ${focused ? "chat--focused" : ""} ${conversation.left === "quick_exit" ? "chat--exit" : ""}`}
      aria-labelledby={heading}
      data-testid="conversation"
      data-conversation={id}
      data-state={conversation.state}
      data-synced={conversation.sync === "synced"}
      onFocusIn={() => !focused && desk.dispatch({ type: "focused", conversation: id })}
    >
      <header class="chat__head">
        <div class="chat__title">
          <h2 class="chat__name" id={heading} tabIndex={-1}>
            <span class="place">
              <Hidden>Chat </Hidden>
              {place}
            </span>
            {language}
            {own && (
              <span class="chat__endonym" lang={langAttribute(conversation.language)} dir="auto">
                {own}
              </span>
            )}
          </h2>
          <Count n={unread(conversation)} of="unread" />
          <span class="chat__actions">
            {open && (
              <>
                <Button
                  look="secondary"
                  class="small"
                  data-testid="release"
                  aria-expanded={conversation.panel === "release"}
                  onClick={() => toggle("release")}
                >
                  Release
                </Button>
                <Button
                  look="secondary"
                  class="small"
                  data-testid="close"
                  aria-expanded={conversation.panel === "close"}
                  {...(conversation.panel === "close"
                    ? { type: "submit", form: closingForm(id) }
                    : { onClick: () => toggle("close") })}
                >
                  Close
                </Button>
              </>
            )}
            {!open && (
              <Button look="secondary" class="small" data-testid="dismiss" onClick={() => desk.dismiss(id)}>
                Put away
              </Button>
            )}
          </span>
        </div>
        <div class="chat__status">
          <Mark shape={sign.shape} tone={sign.tone}>
            {sign.short ?? sign.words}
          </Mark>
          <span class="quiet chat__times">
            {shortReference(id)} · since {clockTime(conversation.openedAt, now)} · last{" "}
            {ago(conversation.lastAt, now)}
          </span>
        </div>
        {!sameLanguage(conversation.language, conversation.serviceLanguage) && (
          <ReadingSwitch conversation={conversation} />
        )}
      </header>
      <Banner conversation={conversation} now={now} />
      <Messages
        conversation={conversation}
        reading={conversation.reading}
        languages={languages}
        outcomes={outcomes}
        me={me}
        now={now}
        connected={online}
        live={focused}
        label={`Messages of chat ${place}, ${language}`}
        onFollowing={following}
      />
      <p class="chat__typing">{conversation.typingAt !== null && open ? "They are writing" : ""}</p>
      {conversation.panel === "answers" && <Answers conversation={conversation} languages={languages} />}
      {conversation.panel === "close" && (
        <ClosePanel conversation={conversation} outcomes={state.me?.outcomes ?? []} connected={online} />
      )}
      {conversation.panel === "release" && <ReleasePanel conversation={conversation} />}
      {conversation.state === "closed" && (
        <div class="chat__closed">
          <SealedPackage conversation={id} heading="h3" />
        </div>
      )}
      {/* It stays when a conversation is closed: it may hold words that were not sent. */}
      <Composer conversation={conversation} locked={locked} languages={languages} />
    </section>
  );
}

function ReadingSwitch({ conversation }: { readonly conversation: Conversation }) {
  const desk = useDesk();
  const choose = (reading: Reading) =>
    desk.dispatch({ type: "reading", conversation: conversation.id, reading });
  return (
    <fieldset class="reading">
      <legend class="govuk-visually-hidden">Show messages as</legend>
      {READINGS.map(([reading, label]) => (
        <button
          key={reading}
          type="button"
          class="reading__choice"
          data-testid={`reading-${reading}`}
          aria-pressed={conversation.reading === reading}
          onClick={() => choose(reading)}
        >
          {label}
        </button>
      ))}
    </fieldset>
  );
}

/** What the officer must not overlook, above everything else in the column. */
function Banner({ conversation, now }: { readonly conversation: Conversation; readonly now: number }) {
  const desk = useDesk();
  const at = conversation.leftAt ? ` at ${clockTime(conversation.leftAt, now)}` : "";
  if (conversation.left === "quick_exit") {
    return (
      <div class="banner banner--danger" data-testid="left-by-exit">
        <Shape name="exit" />
        <div>
          <strong class="banner__title">Left by quick exit{at}: do not contact</strong>
          <p>Somebody may be with them. Do not call, text or email.</p>
        </div>
      </div>
    );
  }
  if (!conversation.mine && conversation.state !== "closed") {
    return (
      <div class="banner banner--warn">
        <Shape name="triangle" />
        <div>
          <strong class="banner__title">You no longer have this conversation</strong>
          <p>
            It went back to the queue or to another officer. What you wrote is kept here until you put it
            away.
          </p>
          <Button look="secondary" class="small" onClick={() => void desk.accept(conversation.id)}>
            Accept again
          </Button>
        </div>
      </div>
    );
  }
  if (conversation.left === "dropped") {
    return (
      <div class="banner banner--warn">
        <Shape name="triangle" />
        <div>
          <strong class="banner__title">Their connection dropped{at}</strong>
          <p>
            It may be nothing, or they may be in danger. Reassess the risk. No contact plan: do not contact.
          </p>
        </div>
      </div>
    );
  }
  if (conversation.state !== "closed" && conversation.visitor === "covered") {
    return (
      <div class="banner banner--warn">
        <Shape name="covered" />
        <div>
          <strong class="banner__title">They have covered the screen</strong>
          <p>Somebody may be near. Wait for them to come back.</p>
        </div>
      </div>
    );
  }
  if (conversation.state === "active" && conversation.visitor === "gone") {
    return (
      <div class="banner banner--quiet">
        <Shape name="gone" />
        <div>
          <strong class="banner__title">Their connection is lost</strong>
          <p>They may be back in a moment. What you send waits for them.</p>
        </div>
      </div>
    );
  }
  return null;
}
