/**
 * One conversation at the officer's desk: its record as far as it is known here, and what the officer has written that is
 * not stored yet. Pure: every function returns a new value. The order of the socket's frames is not trusted: events are
 * merged by number, and a message counts as sent only once the server has acknowledged it.
 */

import {
  type Attention,
  type ChatEvent,
  type ConversationState,
  type HowLeft,
  MAX_TEXT,
  type MessageEvent,
  type OfficerName,
  type QueueItem,
  type Translation,
  type VisitorPresence,
  type Welcome,
} from "./protocol";

/** How the texts of a conversation are shown. */
export type Reading = "translation" | "original" | "both";

/** The panel that is open in the column of a conversation. */
export type Panel = "answers" | "close" | "release";

/** A message that the officer has sent off and that is not acknowledged yet. */
export interface Outgoing {
  readonly key: number;
  readonly text: string;
}

export interface Closing {
  readonly outcome: string;
  /** Whether the command went out on the present socket. */
  readonly asked: boolean;
}

export interface Conversation {
  readonly id: string;
  readonly mine: boolean;
  readonly owner: OfficerName | null;
  readonly state: ConversationState;
  readonly visitor: VisitorPresence;
  readonly left: HowLeft | null;
  readonly leftAt: string | null;
  readonly attention: Attention | null;
  readonly language: string;
  readonly serviceLanguage: string;
  readonly openedAt: string;
  readonly lastAt: string;
  readonly closedAt: string | null;
  readonly closedBy: string | null;
  readonly outcome: string | null;

  /** The record, gap-free from 1. */
  readonly events: readonly ChatEvent[];
  /** Events that came before one that is still missing, by number. */
  readonly ahead: ReadonlyMap<number, ChatEvent>;
  /** Translations that came later than their message, by the message's number. */
  readonly late: ReadonlyMap<number, readonly Translation[]>;

  /** `none`: this socket has not joined; `asked`: catching up; `synced`: nothing is missing. */
  readonly sync: "none" | "asked" | "synced";
  readonly syncAttempt: number;
  /** The last number that the server named in its welcome. */
  readonly target: number;

  readonly draft: string;
  /** Why the officer's text came back, in words; cleared when it changes. */
  readonly problem: string | null;
  readonly outbox: readonly Outgoing[];
  /** Whether the first of the outbox is on its way. */
  readonly inFlight: boolean;
  /** The counter of the first of the outbox. */
  readonly nextN: number;
  readonly sendAttempt: number;
  readonly closing: Closing | null;

  /** Up to where the officer has read, and the visitor has seen. */
  readonly read: number;
  readonly seen: number;
  readonly typingAt: number | null;

  readonly reading: Reading;
  readonly panel: Panel | null;
  /** Whether the newest message is in view. */
  readonly following: boolean;
  readonly noteDraft: string;
}

/** A conversation as the queue names it, nothing of its record known yet. */
export function fromItem(item: QueueItem, serviceLanguage: string): Conversation {
  return {
    id: item.conversation,
    mine: true,
    owner: item.owner,
    state: item.state,
    visitor: item.visitor,
    left: item.left,
    leftAt: null,
    attention: item.attention,
    language: item.language,
    serviceLanguage,
    openedAt: item.opened_at,
    lastAt: item.last_at,
    closedAt: null,
    closedBy: null,
    outcome: null,
    events: [],
    ahead: new Map(),
    late: new Map(),
    sync: "none",
    syncAttempt: 0,
    target: 0,
    draft: "",
    problem: null,
    outbox: [],
    inFlight: false,
    nextN: 1,
    sendAttempt: 0,
    closing: null,
    read: 0,
    seen: 0,
    typingAt: null,
    reading: "translation",
    panel: null,
    following: true,
    noteDraft: "",
  };
}

/** The number of the newest event without a gap before it. */
export function lastSeq(conversation: Conversation): number {
  return conversation.events.at(-1)?.seq ?? 0;
}

/** Whether an event arrived before one that is still missing. */
export function hasGap(conversation: Conversation): boolean {
  return conversation.ahead.size > 0;
}

/** The server's word on where the conversation stands; what it says holds up to the number it names. */
export function welcomed(conversation: Conversation, welcome: Welcome, collar: string): Conversation {
  const storedHere = welcome.n ?? 0;
  const arrived =
    conversation.inFlight || conversation.sendAttempt > 0 ? storedHere >= conversation.nextN : false;
  const next: Conversation = {
    ...conversation,
    state: welcome.state ?? conversation.state,
    visitor: welcome.visitor ?? conversation.visitor,
    owner: welcome.officer ?? conversation.owner,
    mine: welcome.officer ? welcome.officer.collar === collar : conversation.mine,
    language: welcome.language ?? conversation.language,
    serviceLanguage: welcome.service_language ?? conversation.serviceLanguage,
    target: Math.max(conversation.target, welcome.seq ?? 0),
    // The acknowledgement was lost with the old socket: the message itself is among the events that follow.
    outbox: arrived ? conversation.outbox.slice(1) : conversation.outbox,
    inFlight: false,
    sendAttempt: 0,
    nextN: Math.max(conversation.nextN, storedHere + 1),
  };
  return next.state === "paused" ? next : { ...next, left: next.state === "closed" ? next.left : null };
}

/** Adds events in any order, each once; those after a gap wait for what is missing. */
export function merged(
  conversation: Conversation,
  events: readonly ChatEvent[],
  collar: string,
): Conversation {
  const ahead = new Map(conversation.ahead);
  const known = lastSeq(conversation);
  for (const event of events) {
    if (event.seq > known) {
      ahead.set(event.seq, event);
    }
  }
  const next: ChatEvent[] = [];
  let changed: Conversation = conversation;
  for (let seq = known + 1; ; seq += 1) {
    const event = ahead.get(seq);
    if (event === undefined) {
      break;
    }
    ahead.delete(seq);
    next.push(event);
    changed = applied(changed, event, collar);
  }
  return { ...changed, events: next.length === 0 ? changed.events : [...changed.events, ...next], ahead };
}

function applied(conversation: Conversation, event: ChatEvent, collar: string): Conversation {
  // What the welcome said is newer than the events that lead up to it.
  const news = event.seq > conversation.target;
  switch (event.type) {
    case "opened":
      return { ...conversation, openedAt: event.at };
    case "message":
      return {
        ...conversation,
        lastAt: event.at,
        typingAt: event.actor === "visitor" ? null : conversation.typingAt,
      };
    case "translation": {
      const late = new Map(conversation.late);
      late.set(event.body.of, [...(late.get(event.body.of) ?? []), event.body]);
      return { ...conversation, late };
    }
    case "language":
      return { ...conversation, language: event.body.language };
    case "left": {
      const gone = { ...conversation, left: event.body.how, leftAt: event.at, typingAt: null };
      return news
        ? { ...gone, state: "paused", visitor: "gone" }
        : { ...gone, left: pausedOr(gone, gone.left) };
    }
    case "returned":
      return news
        ? {
            ...conversation,
            left: null,
            attention: null,
            problem: null,
            visitor: "here",
            state: conversation.owner === null ? "waiting" : "active",
          }
        : { ...conversation, left: pausedOr(conversation, null) };
    case "joined":
      return news
        ? {
            ...conversation,
            owner: { name: event.body.name, collar: event.body.collar },
            mine: event.body.collar === collar,
            serviceLanguage: event.body.language,
            state: conversation.state === "paused" ? "paused" : "active",
            attention: null,
          }
        : conversation;
    case "requeued":
      return news
        ? {
            ...conversation,
            owner: null,
            mine: false,
            state: conversation.state === "paused" ? "paused" : "waiting",
          }
        : conversation;
    case "attention":
      return news ? { ...conversation, attention: event.body.reason } : conversation;
    case "closed":
      return {
        ...conversation,
        state: "closed",
        closedAt: event.at,
        closedBy: event.body.by,
        outcome: event.body.outcome ?? null,
        closing: null,
        panel: null,
        attention: null,
      };
    default:
      return conversation; // A type of a later version: its place in the record counts, its content is not ours.
  }
}

function pausedOr(conversation: Conversation, left: HowLeft | null): HowLeft | null {
  return conversation.state === "paused" || conversation.state === "closed" ? left : null;
}

/** All translations of a message, those that came later included. */
export function translationsOf(conversation: Conversation, message: MessageEvent): readonly Translation[] {
  return [...(message.body.translations ?? []), ...(conversation.late.get(message.seq) ?? [])];
}

/** Messages of the visitor that the officer has neither read nor answered. */
export function unread(conversation: Conversation): number {
  let from = conversation.read;
  let count = 0;
  for (const event of conversation.events) {
    if (event.type !== "message") {
      continue;
    }
    if (event.actor !== "visitor") {
      from = Math.max(from, event.seq);
      count = 0;
    } else if (event.seq > from) {
      count += 1;
    }
  }
  return count;
}

/** The number of the visitor's newest message, 0 if there is none. */
export function lastFromVisitor(conversation: Conversation): number {
  return (
    conversation.events.findLast((event) => event.type === "message" && event.actor === "visitor")?.seq ?? 0
  );
}

/** Why nothing can be sent now, in words for the officer; `null` when it can. The first reason is the weightiest. */
export function lockReason(conversation: Conversation, connected: boolean): string | null {
  if (conversation.state === "closed") {
    return "This conversation is closed.";
  }
  if (!conversation.mine) {
    return "You no longer have this conversation. Your text is kept here.";
  }
  if (conversation.state === "paused" && conversation.left === "quick_exit") {
    return "Locked: they left by quick exit. You can write again only when they come back.";
  }
  if (!connected || conversation.sync === "none") {
    return "Reconnecting: your text is kept.";
  }
  if (conversation.sync === "asked") {
    return conversation.events.length === 0
      ? "Opening the conversation."
      : "Fetching what you missed: your text is kept.";
  }
  if (conversation.state === "paused") {
    return "Their connection dropped. You can write again when they come back.";
  }
  if (conversation.closing !== null) {
    return "Closing the conversation.";
  }
  return null;
}

/** Characters as the server counts them. */
export function length(text: string): number {
  let count = 0;
  for (const _ of text) {
    count += 1;
  }
  return count;
}

/** What is wrong with a text before it is sent, in words; `null` if nothing is. */
export function textProblem(text: string): string | null {
  const excess = length(text) - MAX_TEXT;
  if (excess > 0) {
    return `The message is ${excess} character${excess === 1 ? "" : "s"} too long. Send it in two parts.`;
  }
  if (/\p{Surrogate}/u.test(text)) {
    return "The message holds a broken character. Delete the last thing you pasted and type it again.";
  }
  return null;
}

/** Takes the draft into the outbox. An empty draft changes nothing; a text that cannot be sent stays and says why. */
export function posted(conversation: Conversation): Conversation {
  const text = conversation.draft;
  if (text.trim() === "") {
    return conversation;
  }
  const problem = textProblem(text);
  if (problem !== null) {
    return { ...conversation, problem };
  }
  const key = (conversation.outbox.at(-1)?.key ?? conversation.nextN - 1) + 1;
  return {
    ...conversation,
    draft: "",
    problem: null,
    outbox: [...conversation.outbox, { key, text }],
    following: true,
  };
}

/** Message `n` is stored as `event`. A late or repeated acknowledgement only adds its event. */
export function acknowledged(
  conversation: Conversation,
  n: number,
  event: ChatEvent,
  collar: string,
): Conversation {
  const next = merged(conversation, [event], collar);
  return n === conversation.nextN && conversation.outbox.length > 0
    ? { ...next, outbox: next.outbox.slice(1), inFlight: false, nextN: n + 1, sendAttempt: 0 }
    : next;
}

/** Everything unsent goes back to the text box, before what is being typed there, with the reason. */
export function returnedToDraft(conversation: Conversation, problem: string): Conversation {
  const texts = conversation.outbox.map((message) => message.text);
  const draft = [...texts, ...(conversation.draft === "" ? [] : [conversation.draft])].join("\n\n");
  return { ...conversation, draft, outbox: [], inFlight: false, sendAttempt: 0, problem };
}

/** The socket is gone: nothing is on its way any more, and nothing may be sent before the next resync. */
export function disconnected(conversation: Conversation): Conversation {
  const sent = conversation.inFlight ? Math.max(1, conversation.sendAttempt) : conversation.sendAttempt;
  return {
    ...conversation,
    sync: "none",
    inFlight: false,
    sendAttempt: sent,
    typingAt: null,
    closing: conversation.closing === null ? null : { ...conversation.closing, asked: false },
  };
}

/** Whether something of the officer would be lost with this page. */
export function holdsUnsent(conversation: Conversation): boolean {
  return (
    conversation.outbox.length > 0 || conversation.draft.trim() !== "" || conversation.noteDraft.trim() !== ""
  );
}
