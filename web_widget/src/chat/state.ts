/** All that the chat knows, in memory only. Views read it; actions change it and call `draw`. */
import type { Force, Help } from "../common/protocol.ts";
import { type Conversation, newConversation } from "./conversation.ts";
import type { Locale } from "./language.ts";
import { newOutbox, type Outbox } from "./outbox.ts";
import type { LineState } from "./socket.ts";

/** Yes, not sure, no: the answers to a question about safety, in the order of their buttons. */
export type Safety = 0 | 1 | 2;

export interface State {
  screen: "language" | "welcome" | "chat";
  covered?: boolean;
  /** The interface language, and the language that the visitor writes in. */
  language: string;
  locale?: Locale;
  force?: Force;
  help?: Help;
  /** What the next screen needs did not come. */
  failed?: boolean;
  search: string;
  /** The answer before the chat, and the one to the question at its end. */
  safe?: Safety;
  safeAfter?: Safety;
  line: LineState;
  onDuty?: boolean;
  conversation: Conversation;
  outbox: Outbox;
  draft: string;
  /** What is wrong with the text in the box: a `TEXT`, or nothing. */
  problem?: number;
  officerTyping?: boolean;
  /** The officer has read everything up to this number. */
  seen: number;
  /** Seconds until messages fade; 0 is never. */
  dissolve: number;
  /** When each message was first on the screen, by number (ms). */
  shownAt: Map<number, number>;
  /** Numbers of the messages that show their other version. */
  swapped: Set<number>;
  newBelow?: boolean;
}

export function freshState(): State {
  return {
    screen: "language",
    language: "en",
    search: "",
    line: TEXT.connecting,
    conversation: newConversation(),
    outbox: newOutbox(),
    draft: "",
    seen: 0,
    dissolve: 0,
    shownAt: new Map(),
    swapped: new Set(),
  };
}

export let state = freshState();

/** Forgets everything, as if nothing had been written. */
export function forget(): void {
  state = freshState();
}

/** Shows the state as it is now, in this very turn. */
export let draw: () => void;

export function drawWith(drawer: () => void): void {
  draw = drawer;
}
