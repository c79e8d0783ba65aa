/** The record of a conversation as people read it: messages with their translations, and what happened between them. */

import { Component, type ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { type Conversation, type Reading, translationsOf } from "../conversation";
import { langAttribute, languageName, sameLanguage } from "../languages";
import type { ChatEvent, Language, MessageEvent, OfficerName, Translation } from "../protocol";
import { clockTime, dayInWords } from "../waiting";
import { ATTENTION, CLOSED_BY, REQUEUED, untranslatedWords } from "../words";
import { Button, Hidden } from "./pieces";

interface MessagesProps {
  readonly conversation: Conversation;
  readonly reading: Reading;
  readonly languages: readonly Language[];
  readonly outcomes: ReadonlyMap<string, string>;
  readonly me: OfficerName;
  readonly now: number;
  readonly connected: boolean;
  /** Whether new messages are announced: only in the column that the officer works in. */
  readonly live: boolean;
  readonly label: string;
  readonly onFollowing?: (following: boolean) => void;
}

/** How near the end counts as looking at the newest message, in pixels. */
const NEAR_END = 48;

export function Messages(props: MessagesProps) {
  const { conversation, label, live, onFollowing } = props;
  const box = useRef<HTMLDivElement>(null);
  const height = useRef("");
  const { following } = conversation;
  const newest = `${conversation.events.length}/${conversation.outbox.length}/${conversation.late.size}/${props.reading}`;

  const toEnd = () => {
    const element = box.current;
    if (element) {
      element.scrollTop = element.scrollHeight;
    }
  };
  // Whatever changes the height moves the end.
  useLayoutEffect(() => {
    if (following && onFollowing) {
      toEnd();
    }
  }, [newest, following]);
  useEffect(() => {
    const element = box.current;
    if (!element || !onFollowing) {
      return undefined;
    }
    // A panel that opens below makes the list shorter: the newest message stays in view.
    const resized = new ResizeObserver(() => following && toEnd());
    resized.observe(element);
    return () => resized.disconnect();
  }, [following, onFollowing]);

  const scrolled = () => {
    const element = box.current;
    if (!element || !onFollowing) {
      return;
    }
    const now = `${element.scrollHeight}/${element.clientHeight}`;
    if (now !== height.current) {
      // The list changed its height, nobody scrolled: who was at the end stays there.
      height.current = now;
      if (following) {
        toEnd();
      }
    } else {
      onFollowing(element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END);
    }
  };
  return (
    <div class="record">
      <div
        class="moj-message-list record__list"
        ref={box}
        role="log"
        aria-label={label}
        aria-live={live ? "polite" : "off"}
        tabIndex={0}
        onScroll={scrolled}
      >
        <Entries {...props} />
        {conversation.outbox.map((message, place) => (
          <Pending
            key={message.key}
            text={message.text}
            sending={place === 0 && conversation.inFlight}
            {...props}
          />
        ))}
      </div>
      {onFollowing && !following && (
        <Button look="secondary" class="record__newest" onClick={() => onFollowing(true)}>
          Newest messages
        </Button>
      )}
    </div>
  );
}

/** Drawn again only when the record or the way of reading changes: typing in a composer must not redraw a long chat. */
class Entries extends Component<MessagesProps> {
  override shouldComponentUpdate(next: MessagesProps): boolean {
    const { conversation: a, reading } = this.props;
    const { conversation: b } = next;
    return (
      a.events !== b.events ||
      a.late !== b.late ||
      a.language !== b.language ||
      a.serviceLanguage !== b.serviceLanguage ||
      a.seen !== b.seen ||
      reading !== next.reading ||
      dayInWords(new Date(this.props.now).toISOString(), next.now) !== "Today"
    );
  }

  render() {
    const { conversation, now } = this.props;
    const drawn: ComponentChildren[] = [];
    let day = "";
    for (const event of conversation.events) {
      const today = dayInWords(event.at, now);
      if (today !== day && event.type !== "translation") {
        day = today;
        drawn.push(
          <p key={`day-${event.seq}`} class="moj-message-list__date record__day">
            {day}
          </p>,
        );
      }
      drawn.push(
        event.type === "message" ? (
          <Bubble key={event.seq} message={event} {...this.props} />
        ) : (
          <Happening key={event.seq} event={event} {...this.props} />
        ),
      );
    }
    return drawn;
  }
}

function Bubble({
  message,
  conversation,
  reading,
  languages,
  me,
  now,
}: MessagesProps & { message: MessageEvent }) {
  const [flipped, setFlipped] = useState(false);
  const own = message.actor !== "visitor";
  const target = own ? conversation.language : conversation.serviceLanguage;
  const translation = translationsOf(conversation, message).find((t) => sameLanguage(t.to, target));
  const failed = message.body.untranslated?.find((u) => sameLanguage(u.to, target));
  const translationFirst = !own && translation !== undefined && (reading === "translation") !== flipped;
  const sender = own ? officerWords(message.actor, me) : "Visitor";
  const side = own ? "sent" : "received";
  return (
    <div
      class={`moj-message-item moj-message-item--${side} bubble bubble--${side}`}
      data-testid="message"
      data-seq={message.seq}
    >
      <div class={`moj-message-item__text moj-message-item__text--${side}`}>
        {reading === "both" && translation ? (
          <>
            <Text text={message.body.text} language={message.body.language} />
            <Text text={translation.text} language={translation.to} second />
          </>
        ) : translationFirst && translation ? (
          <Text text={translation.text} language={translation.to} />
        ) : (
          <Text text={message.body.text} language={message.body.language} />
        )}
      </div>
      <div class="moj-message-item__meta bubble__meta">
        <span class="bubble__sender">{sender}</span>{" "}
        <time dateTime={message.at}>{clockTime(message.at, now)}</time>
        {translation && (reading === "both" || !own) && (
          <span class="bubble__way">
            {reading === "both" || translationFirst ? (
              <>
                {direction(translation, languages)} ·{" "}
                {translation.engine.startsWith("prepared:") ? "prepared and checked" : "machine translation"}
              </>
            ) : (
              `Original, ${languageName(message.body.language, languages)}`
            )}
            {reading !== "both" && (
              <Button look="plain" class="bubble__flip" onClick={() => setFlipped(!flipped)}>
                {translationFirst ? "Show original" : "Show translation"}
              </Button>
            )}
          </span>
        )}
        {!translation && failed && (
          <span class="bubble__way bubble__way--failed">
            Not translated into {languageName(failed.to, languages)}: {untranslatedWords(failed.reason)}
          </span>
        )}
        {own && conversation.mine && lastOwn(conversation)?.seq === message.seq && (
          <span class="bubble__state">{conversation.seen >= message.seq ? "Seen" : "Sent"}</span>
        )}
      </div>
    </div>
  );
}

function Text({ text, language, second = false }: { text: string; language: string; second?: boolean }) {
  return (
    <p
      class={`bubble__text ${second ? "bubble__text--second" : ""}`}
      dir="auto"
      lang={langAttribute(language)}
    >
      {text}
    </p>
  );
}

interface PendingProps extends MessagesProps {
  readonly text: string;
  readonly sending: boolean;
}

function Pending({ text, sending, connected, conversation }: PendingProps) {
  const waits = !connected || conversation.sync !== "synced";
  return (
    <div
      class="moj-message-item moj-message-item--sent bubble bubble--sent bubble--pending"
      data-testid="message-pending"
      aria-live="off"
    >
      <div class="moj-message-item__text moj-message-item__text--sent">
        <Text text={text} language={conversation.serviceLanguage} />
      </div>
      <div class="moj-message-item__meta bubble__meta">
        {waits ? "Kept. Sent when the connection is back" : sending ? "Sending" : "Waits for the one before"}
      </div>
    </div>
  );
}

function Happening({ event, languages, outcomes, me, now }: MessagesProps & { event: ChatEvent }) {
  const words = happeningWords(event, languages, outcomes, me);
  if (words === null) {
    return null;
  }
  const loud = event.type === "left" && event.body.how === "quick_exit";
  return (
    <p class={`happening ${loud ? "happening--loud" : ""}`}>
      {words} <time dateTime={event.at}>{clockTime(event.at, now)}</time>
    </p>
  );
}

function happeningWords(
  event: ChatEvent,
  languages: readonly Language[],
  outcomes: ReadonlyMap<string, string>,
  me: OfficerName,
): string | null {
  switch (event.type) {
    case "opened":
      return `Opened in ${languageName(event.body.language, languages)}.`;
    case "joined":
      return event.body.collar === me.collar
        ? "You joined."
        : `${event.body.name} (${event.body.collar}) joined.`;
    case "left":
      return event.body.how === "quick_exit"
        ? "Left by quick exit. Do not contact."
        : "Their connection dropped. Paused.";
    case "returned":
      return "They are back.";
    case "requeued":
      return `Back in the queue: ${REQUEUED[event.body.reason] ?? event.body.reason}.`;
    case "attention":
      return `Needs attention: ${ATTENTION[event.body.reason]?.words.toLowerCase() ?? event.body.reason}.`;
    case "language":
      return `Their language: ${languageName(event.body.language, languages)}${event.body.detected ? ", found by machine" : ""}.`;
    case "closed": {
      const outcome = event.body.outcome;
      const what = outcome ? ` Outcome: ${outcomes.get(outcome) ?? outcome}.` : "";
      return `Closed ${CLOSED_BY[event.body.by] ?? ""}.${what}`;
    }
    default:
      return null; // Translations belong to their messages.
  }
}

function direction(translation: Translation, languages: readonly Language[]): ComponentChildren {
  return (
    <>
      {languageName(translation.from, languages)} <span aria-hidden="true">→</span>
      <Hidden>to</Hidden> {languageName(translation.to, languages)}
    </>
  );
}

function officerWords(actor: string, me: OfficerName): string {
  const collar = actor.split(":", 2)[1] ?? "";
  return collar === me.collar ? "You" : `Officer ${collar}`;
}

function lastOwn(conversation: Conversation): ChatEvent | undefined {
  return conversation.events.findLast((event) => event.type === "message" && event.actor !== "visitor");
}
