/** Values that the tests of the console share: short to write, and valid as the server would send them. */

import type { ChatEvent, Me, MessageEvent, QueueItem } from "../../src/console/protocol.ts";

export const CHAT = "a".repeat(32);
export const OTHER = "b".repeat(32);
export const COLLAR = "4417";
export const OFFICER = { name: "PC Shah", collar: COLLAR };

export const ME: Me = {
  ...OFFICER,
  force: "eastshire",
  role: "officer",
  on_duty: true,
  language: "en",
  outcomes: [{ code: "safety_plan", label: "Safety plan made" }],
  read_reasons: [{ code: "complaint", label: "A complaint or a conduct matter" }],
  languages: [
    { code: "en", name: "English", endonym: "English" },
    { code: "es", name: "Spanish", endonym: "Español" },
  ],
};

/** 10:00:00 plus `seconds`, as the server writes it. */
export function at(seconds: number): string {
  return new Date(Date.UTC(2026, 10, 22, 10, 0, seconds)).toISOString();
}

export function item(conversation = CHAT, changed: Partial<QueueItem> = {}): QueueItem {
  return {
    conversation,
    state: "active",
    since: at(0),
    language: "es",
    owner: OFFICER,
    visitor: "here",
    left: null,
    attention: null,
    opened_at: at(0),
    last_at: at(0),
    ...changed,
  };
}

export function opened(seq = 1): ChatEvent {
  return {
    seq,
    type: "opened",
    actor: "system",
    at: at(seq),
    body: { force: "eastshire", language: "es", service_language: "en" },
  };
}

export function said(seq: number, text = `message ${seq}`, actor = "visitor"): MessageEvent {
  return {
    seq,
    type: "message",
    actor,
    at: at(seq),
    body: { text, language: actor === "visitor" ? "es" : "en" },
  };
}

export function replied(seq: number, text = `answer ${seq}`): MessageEvent {
  return said(seq, text, `officer:${COLLAR}`);
}

export function leftByExit(seq: number): ChatEvent {
  return { seq, type: "left", actor: "visitor", at: at(seq), body: { how: "quick_exit" } };
}

export function returned(seq: number): ChatEvent {
  return { seq, type: "returned", actor: "visitor", at: at(seq), body: {} };
}
