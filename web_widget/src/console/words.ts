/** States in words and shapes: one place, so that the queue, the columns and the lists say the same. */

import type { Reading } from "./conversation";
import type { Attention, HowLeft, Untranslated, VisitorPresence } from "./protocol";

export type Shape = "here" | "covered" | "gone" | "exit" | "diamond" | "triangle" | "envelope" | "square";
export type Tone = "calm" | "warn" | "danger" | "quiet";

export interface Sign {
  readonly shape: Shape;
  readonly tone: Tone;
  readonly words: string;
  /** For places that say the rest beside it. */
  readonly short?: string;
}

export const DO_NOT_CONTACT = "Left by quick exit: do not contact";

export const ATTENTION: Readonly<Record<Attention, Sign>> = {
  unanswered: { shape: "diamond", tone: "warn", words: "Unanswered" },
  dropped: { shape: "triangle", tone: "warn", words: "Dropped" },
  left_message: { shape: "envelope", tone: "warn", words: "Left a message" },
};

/** Where the visitor is, the weightiest thing first. */
export function presenceSign(at: {
  readonly state: string;
  readonly visitor: VisitorPresence;
  readonly left: HowLeft | null;
}): Sign {
  if (at.left === "quick_exit") {
    return { shape: "exit", tone: "danger", words: DO_NOT_CONTACT, short: "Left by quick exit" };
  }
  if (at.state === "closed") {
    return { shape: "square", tone: "quiet", words: "Closed" };
  }
  if (at.left === "dropped") {
    return { shape: "triangle", tone: "warn", words: "Connection dropped" };
  }
  return {
    here: { shape: "here", tone: "calm", words: "Here" },
    covered: { shape: "covered", tone: "warn", words: "Screen covered" },
    gone: { shape: "gone", tone: "warn", words: "Connection lost" },
  }[at.visitor] as Sign;
}

export const READINGS: readonly (readonly [Reading, string])[] = [
  ["translation", "Translation"],
  ["original", "Original"],
  ["both", "Both"],
];

/** Why a message has no translation. */
export function untranslatedWords(reason: Untranslated["reason"] | string): string {
  switch (reason) {
    case "no_engine":
      return "no machine translation for this pair of languages";
    case "timeout":
      return "the translation is late and may follow";
    case "too_large":
      return "the translation is too long to show here: it is in the record";
    default:
      return "the translation failed and may follow";
  }
}

export const CLOSED_BY: Readonly<Record<string, string>> = {
  officer: "by an officer",
  visitor: "by the visitor",
  silence: "after a long silence",
};

export const REQUEUED: Readonly<Record<string, string>> = {
  unanswered: "nobody answered in time",
  released: "the officer released it",
  officer_gone: "the officer's connection was lost",
};

/** The first four characters of a conversation's id: enough to tell two chats apart when speaking. */
export function shortReference(conversation: string): string {
  return conversation.slice(0, 4).toUpperCase();
}
