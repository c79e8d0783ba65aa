/** The conversation as the visitor sees it, grown event by event. Pure: no clock, no document, no network. */
import type {
  ConversationEvent,
  EventBodies,
  OfficerName,
  Translation,
  Untranslated,
} from "../common/protocol.ts";

/** A message of either party. */
export interface Message {
  readonly kind: "message";
  readonly seq: number;
  /** The officer's name, or nothing for the visitor's own message. */
  readonly who: string | null;
  readonly at: string;
  readonly text: string;
  readonly language: string;
  readonly translations: readonly Translation[];
  readonly untranslated: readonly Untranslated[];
}

/** Something that happened and that the visitor is told of. */
export interface Notice {
  readonly kind: "joined" | "requeued" | "returned";
  readonly seq: number;
  readonly officer: OfficerName | null;
}

export type Entry = Message | Notice;

export interface Conversation {
  /** The last number up to which nothing is missing. */
  last: number;
  entries: Entry[];
  officer: OfficerName | null;
  closedBy: EventBodies["closed"]["by"] | null;
  /** Events that came before their turn. */
  readonly ahead: Map<number, ConversationEvent>;
}

export function newConversation(): Conversation {
  return { last: 0, entries: [], officer: null, closedBy: null, ahead: new Map() };
}

/**
 * Takes an event in, whatever order events arrive in and however often.
 * Returns false when events before it are missing: they are to be asked for with `last`.
 */
export function merge(conversation: Conversation, event: ConversationEvent): boolean {
  const { ahead } = conversation;
  if (event.seq > conversation.last) ahead.set(event.seq, event);
  for (let due = ahead.get(conversation.last + 1); due; due = ahead.get(conversation.last + 1)) {
    ahead.delete(due.seq);
    conversation.last = due.seq;
    apply(conversation, due);
  }
  return !ahead.size;
}

function apply(conversation: Conversation, { seq, at, actor, type, body }: ConversationEvent): void {
  const { entries, officer } = conversation;
  switch (type) {
    case "joined":
    case "requeued":
    case "returned": {
      const who = type === "joined" ? body : officer;
      // Only someone who has met an officer is told that the officer had to go.
      if (who || type === "returned") entries.push({ kind: type, seq, officer: who });
      conversation.officer = type === "requeued" ? null : who;
      break;
    }
    case "message":
      entries.push({
        translations: [],
        untranslated: [],
        ...body,
        kind: type,
        seq,
        at,
        who: actor === "visitor" ? null : (officer?.name ?? actor),
      });
      break;
    case "translation":
      conversation.entries = entries.map((entry) =>
        entry.kind === "message" && entry.seq === body.of
          ? { ...entry, translations: [...entry.translations, body] }
          : entry,
      );
      break;
    case "closed":
      conversation.closedBy = body.by;
  }
}

/** What to show of a message: its own words, or a translation of them. */
export interface Reading {
  readonly text: string;
  readonly language: string;
  /** The language a machine translated from, when `text` is its translation: what people prepared is not said to be. */
  readonly from: string | null;
  /** There is another version to change to. */
  readonly other: boolean;
  /** The reader's language was wanted and could not be had. */
  readonly untranslated: boolean;
}

/**
 * An officer's message is first read in the visitor's `language`, the visitor's own in the words they wrote;
 * `swapped` shows the other one: for their own words, what the officer reads.
 */
export function reading(message: Message, language: string, swapped: boolean): Reading {
  const own = message.who === null;
  const translated = message.translations.find(({ to }) => own || to === language);
  const shown = own === swapped ? translated : undefined;
  return {
    text: (shown ?? message).text,
    language: shown?.to ?? message.language,
    from: shown && !shown.engine.startsWith("prepared:") ? shown.from : null,
    other: !!translated,
    untranslated: !own && !translated && message.untranslated.some(({ to }) => to === language),
  };
}
