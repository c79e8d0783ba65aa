/** Second column: the conversations, as many side by side as fit, all of them in the strip above. */

import { useEffect, useRef, useState } from "preact/hooks";
import { unread } from "../conversation";
import { languageName } from "../languages";
import { type State, shown } from "../store";
import { duration, secondsSince } from "../waiting";
import { presenceSign } from "../words";
import { ConversationColumn } from "./ConversationColumn";
import { useDesk, useNow } from "./context";
import { Button, Count, Hidden, Shape } from "./pieces";

/** The narrowest column in which one can still work, in pixels, and how many anybody can follow. */
const NARROWEST = 330;
const MOST = 4;

export function Chats({ state }: { readonly state: State }) {
  const area = useRef<HTMLDivElement>(null);
  const capacity = useCapacity(area);
  const visible = shown(state, capacity);
  return (
    <section class="column chats" aria-label="Conversations">
      <NextWaiting state={state} />
      {state.order.length > 1 && <Strip state={state} visible={visible} />}
      <div class="chats__columns" ref={area} data-columns={Math.max(1, visible.length)}>
        {visible.map((id) => {
          const conversation = state.conversations[id];
          return conversation ? (
            <ConversationColumn
              key={id}
              conversation={conversation}
              place={state.order.indexOf(id) + 1}
              focused={state.focus === id}
              state={state}
            />
          ) : null;
        })}
        {visible.length === 0 && <NothingOpen state={state} />}
      </div>
    </section>
  );
}

/** How many columns fit, watched as the window and the person column change. */
function useCapacity(area: { readonly current: HTMLDivElement | null }): number {
  const [capacity, setCapacity] = useState(1);
  useEffect(() => {
    const element = area.current;
    if (element === null) {
      return undefined;
    }
    const measure = () =>
      setCapacity(Math.min(MOST, Math.max(1, Math.floor(element.clientWidth / NARROWEST))));
    const resized = new ResizeObserver(measure);
    resized.observe(element);
    measure();
    return () => resized.disconnect();
  }, [area]);
  return capacity;
}

/** Who waits, where the officer's eyes are. */
function NextWaiting({ state }: { readonly state: State }) {
  const desk = useDesk();
  const now = useNow();
  const first = state.queue.waiting[0];
  if (!first || !state.duty.on) {
    return null;
  }
  const n = state.queue.waiting.length;
  return (
    <div class="next" data-testid="new-chat">
      <p class="next__words">
        <Shape name="diamond" />
        <strong>{n === 1 ? "1 person is waiting" : `${n} people are waiting`}</strong>
        <span class="next__who">
          {languageName(first.language, state.me?.languages ?? [])},{" "}
          {duration(secondsSince(first.since, now))}
        </span>
      </p>
      <Button class="next__accept" data-testid="accept-next" onClick={() => desk.acceptNext()}>
        Accept<Hidden> who has waited longest</Hidden>
        <kbd class="key">Alt A</kbd>
      </Button>
    </div>
  );
}

function Strip({ state, visible }: { readonly state: State; readonly visible: readonly string[] }) {
  const desk = useDesk();
  const list = useRef<HTMLUListElement>(null);
  // On a narrow screen not all fit: the one that is worked in does.
  useEffect(() => {
    const current = list.current?.querySelector("[aria-current]");
    current?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [state.focus]);
  return (
    <nav class="strip" aria-label="Open conversations">
      <ul class="strip__list" ref={list}>
        {state.order.map((id, index) => {
          const conversation = state.conversations[id];
          if (!conversation) {
            return null;
          }
          const sign = presenceSign(conversation);
          return (
            <li key={id}>
              <button
                type="button"
                class={`strip__tab ${visible.includes(id) ? "strip__tab--shown" : ""}`}
                aria-current={state.focus === id ? "true" : undefined}
                data-conversation={id}
                onClick={() => desk.goTo(id)}
              >
                <span class="place">{index + 1}</span>
                {languageName(conversation.language, state.me?.languages ?? [])}
                <span class={`mark mark--${sign.tone}`} title={sign.words}>
                  <Shape name={sign.shape} />
                  <Hidden> {sign.words}</Hidden>
                </span>
                <Count n={unread(conversation)} of="unread" />
              </button>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

function NothingOpen({ state }: { readonly state: State }) {
  const desk = useDesk();
  if (state.queue.status === "loading") {
    return null;
  }
  const waiting = state.queue.waiting.length + state.queue.attention.length;
  return (
    <div class="nothing">
      <h2 class="govuk-heading-m">No conversation is open</h2>
      {!state.duty.on && (
        <>
          <p class="govuk-body">
            You are off duty. Visitors are not told that you are here, and new chats do not sound.
          </p>
          <Button data-testid="go-on-duty" onClick={() => void desk.setDuty(true, state.duty.language)}>
            Go on duty
          </Button>
        </>
      )}
      {state.duty.on && (
        <p class="govuk-body">
          {waiting > 0
            ? "Accept one from the queue. "
            : "A new chat will sound, and appear in the queue. You can work elsewhere until then. "}
          {waiting > 0 && (
            <>
              <kbd class="key">Alt A</kbd> accepts who has waited longest.
            </>
          )}
        </p>
      )}
    </div>
  );
}
