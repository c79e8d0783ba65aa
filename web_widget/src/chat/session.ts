/** What the visitor does, and what the police answer: the actions behind the views. */
import {
  type ConversationEvent,
  type ErrorCode,
  type Force,
  type Help,
  LONGEST_MESSAGE,
  type ServerFrame,
} from "../common/protocol.ts";
import { merge, newConversation } from "./conversation.ts";
import { ask } from "./host.ts";
import { type Locale, loadLocale, loadRest, speak } from "./language.ts";
import { tell } from "./page.ts";
import { type Line, openLine } from "./socket.ts";
import { draw, state } from "./state.ts";

const TYPING_EVERY_MS = 4000;
const TYPING_LASTS_MS = 6000;
/** A message that is not acknowledged in this time was sent into a dead line. */
const ACK_MS = 15_000;
const RESEND_MS = 2000;
/** Bytes. Fetch allows 64 KiB for what outlives its page; browsers may count headers as well. */
const LARGEST_EXIT = 6e4;

let line: Line | null = null;
/** Counts this conversation's messages, so that none is stored twice. */
let client = "";
let ending = false;
let ackTimer = 0;
let typingTimer = 0;
let typedAt = 0;
let readSent = 0;

/** The visitor chose their language: on to the welcome, with the force that answers here. */
export async function chooseLanguage(code: string): Promise<void> {
  state.language = code;
  state.failed = false;
  draw();
  try {
    const [locale, force] = await Promise.all([loadLocale(code), ask<Force>("/chat/force")]);
    if (state.language !== code) return;
    speak(code, locale);
    state.force = force;
    state.onDuty = force.on_duty;
    state.screen = "welcome";
    tell("destination", force.exit_url);
  } catch {
    // Shown to the visitor, at the top, who can choose again.
    state.failed = true;
    scrollTo(0, 0);
  }
  draw();
}

/** What is not needed until one can write while somebody is there: more words, and who else helps. */
async function loadMore(locale: Locale, code: string): Promise<void> {
  [state.help] = await Promise.all([ask<Help>("/chat/help"), loadRest(locale, code)]);
}

/** The visitor wants to talk: from here on there is a conversation. */
export function start(): void {
  client = crypto.randomUUID().slice(0, 22);
  ending = false;
  state.screen = "chat";
  line = openLine({
    hello: () => ({ action: "hello", client, language: state.language, last: state.conversation.last }),
    heard,
    changed(now) {
      state.line = now;
      clearTimeout(ackTimer);
      state.outbox.interrupted();
      // Without the rest of the words one can write all the same; the next try to connect tries again.
      if (!state.help && now !== TEXT.connecting) {
        loadMore(state.locale as Locale, state.language).then(draw, () => {});
      }
      draw();
    },
  });
  draw();
}

function heard(frame: ServerFrame): void {
  const { outbox } = state;
  switch (frame.type) {
    case "welcome":
      state.onDuty = !!frame.on_duty;
      outbox.resumed(frame.n ?? 0);
      if (state.covered) tellCover(true);
      flush();
      break;
    case "event":
      take(frame.event);
      break;
    case "events":
      frame.events.forEach(take);
      break;
    case "ack":
      clearTimeout(ackTimer);
      outbox.acknowledged(frame.n);
      take(frame.event);
      flush();
      break;
    case "typing":
      officerTypes(true);
      break;
    case "read":
      if (frame.party === "officer") state.seen = Math.max(state.seen, frame.seq);
      break;
    case "error":
      clearTimeout(ackTimer);
      failed(frame.code);
  }
  draw();
}

// Codes by the letters that no other begins with.
/** A message that can be sent again, as it is: too_fast, try_again, internal. */
const BUSY = /^(too_f|try|int)/;
/** A message that was refused for what it is: too_long, too_large, empty_text, lone_surrogate, bad_field. */
const REFUSED = /^(too_l|empty|lone|bad_fi)/;

function failed(code: ErrorCode): void {
  const { outbox, draft } = state;
  const full = code === "conversation_full";
  if (full) {
    line?.end();
    state.line = TEXT.full;
  }
  if (BUSY.test(code)) {
    ackTimer = setTimeout(() => {
      outbox.interrupted();
      flush();
    }, RESEND_MS);
  } else if (full || REFUSED.test(code)) {
    // Back into the box, before what was written since.
    const text = outbox.refused();
    if (text === null) return;
    state.draft = text + (draft && `\n${draft}`);
    state.problem = TEXT.notSent;
    flush();
  } else {
    // The host and this page disagree about where they are: `hello` on a new line settles it.
    line?.renew();
  }
}

function take(event: ConversationEvent): void {
  const { conversation } = state;
  const complete = merge(conversation, event);
  if (!complete) line?.send({ action: "resume", client, last: conversation.last });
  if (event.type === "message" && event.actor !== "visitor") officerTypes(false);
  if (conversation.closedBy) line?.end();
}

function officerTypes(now: boolean): void {
  state.officerTyping = now;
  clearTimeout(typingTimer);
  if (now) {
    typingTimer = setTimeout(() => {
      state.officerTyping = false;
      draw();
    }, TYPING_LASTS_MS);
  }
}

function flush(): void {
  if (state.line !== TEXT.connected) return;
  const message = state.outbox.next();
  if (!message) {
    if (ending && !state.outbox.waiting.length) ending = !line?.send({ action: "close" });
    return;
  }
  if (line?.send({ action: "send", client, ...message })) ackTimer = setTimeout(() => line?.renew(), ACK_MS);
  else state.outbox.interrupted();
}

/** Characters over the limit, counted as the police count them (Unicode code points). */
export function excess(text: string): number {
  return Math.max(0, [...text].length - LONGEST_MESSAGE);
}

/**
 * Sends what is in the box, exactly as it was written. Text that is too long stays there.
 * When the conversation cannot be brought back, or is full, another one begins with it.
 */
export function say(): void {
  const text = state.draft;
  if (!text.trim()) return;
  if (excess(text)) {
    state.problem = TEXT.tooLong;
  } else {
    state.outbox.add(text);
    state.draft = "";
    state.problem = 0;
    typedAt = 0;
    if (state.line === TEXT.lost || state.line === TEXT.full) startAnew();
    flush();
  }
  draw();
}

/** Keeps the text in memory, and tells the officer now and then that the visitor is writing. */
export function write(text: string): void {
  state.draft = text;
  if (!excess(text)) state.problem = 0;
  const now = Date.now();
  const due = state.conversation.officer && now - typedAt > TYPING_EVERY_MS;
  if (due && line?.send({ action: "typing" })) typedAt = now;
  draw();
}

/** The visitor has the messages up to `seq` before their eyes. */
export function haveRead(seq: number): void {
  if (seq > readSent && line?.send({ action: "read", seq })) readSent = seq;
}

export function tellCover(on: boolean): void {
  line?.send({ action: "cover", on });
}

/** The visitor ends the conversation, after what is still to be sent. It is over when the police confirm it. */
export function end(): void {
  ending = true;
  flush();
}

/** Begins another conversation, with a new counter; what was not sent goes into it. */
function startAnew(): void {
  readSent = 0;
  state.conversation = newConversation();
  state.outbox.resumed(0);
  start();
}

/**
 * Hangs up and has the conversation paused, by the socket and once more by a request that outlives the page. That one
 * carries what was not acknowledged; never what is still in the box, which was not sent.
 */
export function hangUp(): void {
  clearTimeout(ackTimer);
  clearTimeout(typingTimer);
  line?.send({ action: "pause" });
  const known = line?.end();
  line = null;
  if (!known) return;
  const { language, outbox } = state;
  const texts = outbox.waiting;
  outbox.interrupted();
  const said = { ...known, client, language, n: outbox.next()?.n, texts };
  // A browser sends no more than this for a page that has gone: rather the newest are lost than the exit.
  while (new Blob([JSON.stringify(said)]).size > LARGEST_EXIT) texts.pop();
  // If it fails, the socket has said the same, and nobody is left here who could be told.
  ask("/chat/exit", said).catch(() => {});
}
