/** First column: who waits, and what needs an officer. */

import { endonym, langAttribute, languageName } from "../languages";
import type { QueueItem } from "../protocol";
import type { State } from "../store";
import { clockTime, duration, secondsSince, shortDuration } from "../waiting";
import { ATTENTION, presenceSign, shortReference } from "../words";
import { useDesk, useNow } from "./context";
import { Button, Count, Hidden, Mark, Spinner } from "./pieces";

export function QueueColumn({ state }: { readonly state: State }) {
  const desk = useDesk();
  const { queue } = state;
  return (
    <section class="column queue" aria-labelledby="queue-heading">
      <div class="column__body">
        <h2 class="column__heading" id="queue-heading" tabIndex={-1}>
          Waiting
          <Count n={queue.waiting.length} of="waiting" />
        </h2>
        {queue.problem && (
          <p class="govuk-error-message queue__problem" role="status">
            {queue.fetchedAt === null ? "The queue could not be fetched." : "The queue may be out of date."}{" "}
            {queue.problem}{" "}
            <Button look="plain" onClick={() => void desk.fetchQueue()}>
              Try again
            </Button>
          </p>
        )}
        {queue.status === "loading" && !queue.problem && <Spinner>Fetching the queue</Spinner>}
        {queue.status === "ready" && queue.waiting.length === 0 && (
          <p class="govuk-body-s quiet">
            {state.duty.on
              ? "Nobody is waiting."
              : "Nobody is waiting. You are off duty: a new chat will not sound."}
          </p>
        )}
        <ul class="queue__list">
          {queue.waiting.map((item) => (
            <Item key={item.conversation} item={item} state={state} />
          ))}
        </ul>
        {queue.attention.length > 0 && (
          <>
            <h2 class="column__heading column__heading--second">
              Needs attention
              <Count n={queue.attention.length} of="conversations" />
            </h2>
            <ul class="queue__list">
              {queue.attention.map((item) => (
                <Item key={item.conversation} item={item} state={state} />
              ))}
            </ul>
          </>
        )}
      </div>
      <OnDuty state={state} />
    </section>
  );
}

function Item({ item, state }: { readonly item: QueueItem; readonly state: State }) {
  const desk = useDesk();
  const now = useNow();
  const languages = state.me?.languages ?? [];
  const language = languageName(item.language, languages);
  const own = endonym(item.language, languages);
  const waits = item.state === "waiting";
  const since = waits ? item.since : item.last_at;
  const seconds = secondsSince(since, now);
  const words = duration(seconds);
  const presence = presenceSign(item);
  const busy = state.accepting.includes(item.conversation);
  return (
    <li
      class={`queue-item ${item.left === "quick_exit" ? "queue-item--exit" : ""}`}
      data-testid="queue-item"
      data-conversation={item.conversation}
    >
      <h3 class="queue-item__language">
        {language}
        {own && (
          <span class="queue-item__endonym" lang={langAttribute(item.language)} dir="auto">
            {own}
          </span>
        )}
      </h3>
      {item.crime && (
        <p class="queue-item__crime" data-testid="queue-item-crime">
          Crime <strong>{item.crime}</strong>
        </p>
      )}
      <p class="queue-item__wait">
        <strong>{shortDuration(seconds)}</strong> {waits ? "waiting" : "ago"}
        <span class="quiet">
          , {waits ? "since" : "at"} <time dateTime={since}>{clockTime(since, now)}</time>
        </span>
      </p>
      <p class="marks">
        {item.attention && (
          <Mark shape={ATTENTION[item.attention].shape} tone={ATTENTION[item.attention].tone}>
            {ATTENTION[item.attention].words}
          </Mark>
        )}
        {!(item.attention === "dropped" && item.left === "dropped") && (
          <Mark shape={presence.shape} tone={presence.tone}>
            {presence.words}
          </Mark>
        )}
      </p>
      <Button
        look={waits ? "primary" : "secondary"}
        class="queue-item__accept"
        data-testid="accept"
        data-conversation={item.conversation}
        aria-disabled={busy}
        onClick={() => void desk.accept(item.conversation)}
      >
        {busy ? "Accepting" : "Accept"}
        <Hidden>
          {" "}
          {language}, {words}, chat {shortReference(item.conversation)}
        </Hidden>
      </Button>
    </li>
  );
}

function OnDuty({ state }: { readonly state: State }) {
  const { onDuty, fetchedAt } = state.queue;
  if (fetchedAt === null) {
    return null;
  }
  return (
    <p class="queue__duty">
      {onDuty.length === 0 ? (
        <strong>Nobody is on duty: visitors are told so.</strong>
      ) : (
        <>
          <span class="quiet">On duty:</span>{" "}
          {onDuty.map((officer) => `${officer.name} ${officer.collar}`).join(", ")}
        </>
      )}
    </p>
  );
}
