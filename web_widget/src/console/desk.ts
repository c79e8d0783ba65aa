/**
 * The officer's desk: the one place where the console acts. It holds the state of `store.ts`, carries out its effects, and
 * owns the session, the socket and the timers. Views call its methods and draw its state.
 */

import { flushSync } from "preact/compat";
import { Chime, titleFor } from "./alerts";
import { ApiError, OfficerApi } from "./api";
import { Cognito, SessionOver, type Tokens } from "./auth";
import type { Config } from "./config";
import { lockReason } from "./conversation";
import { refreshFederated } from "./federation";
import type { CannedAnswer } from "./protocol";
import { OfficerSocket, TicketRefused } from "./socket";
import {
  type Action,
  attentionCount,
  connected,
  type Effect,
  initial,
  type State,
  update,
  wouldLose,
} from "./store";

/** How often the queue is fetched when nothing says that it changed. */
const POLL_MS = 60_000;
/** Tokens are renewed this long before they run out, or at four fifths of a short life. */
const RENEW_BEFORE_MS = 5 * 60_000;
const RENEW_RETRY_MS = 15_000;
/** A timer that fires this late means that the machine slept: the socket is dead and does not know it. */
const SLEPT_MS = 60_000;
const TYPING_EVERY_MS = 4_000;
const QUIET_AFTER_KEY_MS = 10_000;
/** How often an unanswered chat is sounded again. */
const REMIND_MS = 30_000;
const QUEUE_PAUSE_MS = 250;

/** Where the session stands. `ended` keeps the desk as it was until the same officer is back. */
export type Stage =
  | { readonly at: "signed_out"; readonly words: string | null }
  | { readonly at: "starting" }
  | { readonly at: "failed"; readonly words: string }
  | { readonly at: "denied"; readonly words: string }
  | { readonly at: "ended" }
  | { readonly at: "working" };

export interface Spoken {
  readonly text: string;
  readonly urgent: boolean;
  readonly count: number;
}

export class Desk {
  readonly api: OfficerApi;
  readonly cognito: Cognito;
  readonly config: Config;
  readonly #socket: OfficerSocket;
  readonly #chime = new Chime();
  readonly #listeners = new Set<() => void>();
  readonly #canned = new Map<string, Promise<readonly CannedAnswer[]>>();
  readonly #typedAt = new Map<string, number>();
  #state: State;
  #stage: Stage = { at: "signed_out", words: null };
  #spoken: Spoken = { text: "", urgent: false, count: 0 };
  #tokens: Tokens | null = null;
  #renewing: Promise<Tokens> | null = null;
  #renewTimer = 0;
  #queueTimer = 0;
  #lastTick = Date.now();
  #lastKey = 0;
  #lastChime = 0;

  constructor(config: Config) {
    this.config = config;
    this.cognito = new Cognito(config.cognito);
    this.api = new OfficerApi({
      token: async () => (await this.#validTokens()).id,
      renew: async () => (await this.#renewed()).id,
    });
    const client = randomName();
    this.#state = initial(client);
    this.#socket = new OfficerSocket(client, {
      ticket: async () => await this.#ticket(),
      open: (ticket) => new WebSocket(socketUrl(ticket)),
      now: () => Date.now(),
      random: Math.random,
      setTimer: (f, ms) => window.setTimeout(f, ms),
      clearTimer: (timer) => window.clearTimeout(timer),
      onConnection: (connection) => this.dispatch({ type: "connection", connection }),
      onFrame: (frame) => this.dispatch({ type: "frame", frame, now: Date.now() }),
      onRefused: (refusal) =>
        refusal === "expired" ? this.#end() : this.#deny("Your account may not chat."),
      quiet: () => this.#quiet(),
    });
    this.#watchSurroundings();
  }

  get state(): State {
    return this.#state;
  }

  get stage(): Stage {
    return this.#stage;
  }

  /** The last thing to be announced to screen readers. */
  get spoken(): Spoken {
    return this.#spoken;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  dispatch(action: Action): void {
    const [next, effects] = update(this.#state, action);
    const changed = next !== this.#state;
    this.#state = next;
    for (const effect of effects) {
      this.#carryOut(effect);
    }
    if (changed) {
      document.title = titleFor(this.#stage.at === "working" ? attentionCount(this.#state) : 0);
      this.#tell();
    }
  }

  // -- session ---------------------------------------------------------------------------------------------------------

  /** Lets sounds play; to be called from a click or key press. */
  allowSound(): void {
    this.#chime.allow();
  }

  /** Starts work with the tokens of a sign-in. */
  async begin(tokens: Tokens): Promise<void> {
    this.#tokens = tokens;
    this.#planRenewal();
    await this.start();
  }

  /** Fetches who signed in and opens the socket; also the way back after a failure. */
  async start(): Promise<void> {
    this.#enter({ at: "starting" });
    try {
      const me = await this.api.me();
      this.#enter({ at: "working" });
      this.dispatch({ type: "signedIn", me });
      this.#socket.start();
    } catch (error) {
      const refused = known(error);
      if (refused.status === 403) {
        this.#deny(refused.message);
      } else if (refused.code !== "expired") {
        this.#enter({ at: "failed", words: refused.message });
      }
    }
  }

  /** Releases the officer's conversations, goes off duty and ends the session; says what could not be done. */
  async signOut(): Promise<void> {
    const owned = this.#state.order.filter((id) => {
      const c = this.#state.conversations[id];
      return c?.mine && c.state !== "closed";
    });
    const done = await Promise.allSettled([
      ...owned.map((id) => this.api.release(id)),
      ...(this.#state.duty.on ? [this.api.setDuty(false, this.#state.duty.language)] : []),
    ]);
    const tokens = this.#tokens;
    this.#forget();
    this.#state = initial(this.#state.client);
    const left = done.filter((result) => result.status === "rejected").length;
    const words =
      left > 0
        ? "Not everything could be released. The queue takes it back by itself in a few minutes."
        : null;
    this.#enter({ at: "signed_out", words });
    document.title = titleFor(0);
    if (tokens) {
      try {
        await this.cognito.signOut(tokens);
      } catch (error) {
        const why = error instanceof Error ? error.name : String(error);
        this.#enter({
          at: "signed_out",
          words: `You are signed out here, but the sign-in service could not be told (${why}). Close the browser.`,
        });
      }
    }
  }

  /** Takes the socket back from the other place where this officer has opened the console. */
  useHere(): void {
    this.#socket.start();
  }

  #enter(stage: Stage): void {
    this.#stage = stage;
    this.#tell();
  }

  #end(): void {
    this.#forget();
    this.#enter({ at: "ended" });
  }

  #deny(words: string): void {
    this.#socket.stop();
    this.#enter({ at: "denied", words });
  }

  #forget(): void {
    this.#socket.stop();
    window.clearTimeout(this.#renewTimer);
    this.#tokens = null;
  }

  #planRenewal(): void {
    const tokens = this.#tokens;
    if (tokens) {
      const life = tokens.expiresAt - Date.now();
      window.clearTimeout(this.#renewTimer);
      this.#renewTimer = window.setTimeout(
        () => void this.#renewInTime(),
        Math.max(1_000, Math.max(life - RENEW_BEFORE_MS, life * 0.8)),
      );
    }
  }

  async #renewInTime(): Promise<void> {
    try {
      await this.#renewed();
    } catch (error) {
      if (known(error).code !== "expired") {
        this.#renewTimer = window.setTimeout(() => void this.#renewInTime(), RENEW_RETRY_MS);
      }
    }
  }

  async #validTokens(): Promise<Tokens> {
    const tokens = this.#tokens;
    if (tokens === null) {
      throw new ApiError("expired", "Your session has ended. Sign in again.", 401);
    }
    return tokens.expiresAt - Date.now() > 30_000 ? tokens : await this.#renewed();
  }

  /** One renewal at a time; everybody who needs it waits for the same one. */
  #renewed(): Promise<Tokens> {
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  async #renew(): Promise<Tokens> {
    const tokens = this.#tokens;
    const over = new ApiError("expired", "Your session has ended. Sign in again.", 401);
    if (tokens === null) {
      throw over;
    }
    try {
      const renewed =
        tokens.by === "federation" && this.config.federation
          ? await refreshFederated(this.config.federation, tokens)
          : await this.cognito.refresh(tokens);
      if (this.#tokens === null) {
        throw over; // Signed out meanwhile.
      }
      this.#tokens = renewed;
      this.#planRenewal();
      return renewed;
    } catch (error) {
      if (error instanceof SessionOver) {
        this.#end();
        throw over;
      }
      if (error instanceof ApiError) {
        throw error;
      }
      throw new ApiError("offline", "The sign-in service cannot be reached.", 0);
    }
  }

  async #ticket(): Promise<string> {
    try {
      return await this.api.ticket();
    } catch (error) {
      const { code, status } = known(error);
      if (code === "expired") {
        throw new TicketRefused("expired");
      }
      if (status === 403) {
        throw new TicketRefused("denied");
      }
      throw error;
    }
  }

  // -- what an officer does --------------------------------------------------------------------------------------------

  async accept(conversation: string): Promise<void> {
    if (this.#state.accepting.includes(conversation)) {
      return;
    }
    this.dispatch({ type: "accepting", conversation });
    const lastKey = this.#lastKey;
    try {
      const item = await this.api.accept(conversation);
      if (this.#lastKey === lastKey) {
        focusAfter(() => this.dispatch({ type: "accepted", item, focus: true }), composerId(conversation));
      } else {
        // The officer went on typing to somebody else: the next words must not land in this conversation.
        this.dispatch({ type: "accepted", item, focus: false });
      }
    } catch (error) {
      const problem =
        known(error).code === "already_accepted"
          ? "Another officer has accepted it already."
          : known(error).message;
      this.dispatch({ type: "acceptFailed", conversation, problem });
    }
  }

  /** Accepts who has waited longest, if anybody waits. */
  acceptNext(): void {
    const next = this.#state.queue.waiting[0] ?? this.#state.queue.attention[0];
    if (next) {
      void this.accept(next.conversation);
    } else if (this.#state.queue.status === "ready") {
      this.dispatch({ type: "notice", kind: "information", text: "Nobody is waiting." });
    }
  }

  async release(conversation: string): Promise<void> {
    try {
      await this.api.release(conversation);
      this.#putAway(() => this.dispatch({ type: "released", conversation }));
    } catch (error) {
      this.dispatch({
        type: "releaseFailed",
        conversation,
        problem: `Not released. ${known(error).message}`,
      });
    }
  }

  /** Takes a conversation off the desk. */
  dismiss(conversation: string): void {
    this.#putAway(() => this.dispatch({ type: "dismissed", conversation }));
  }

  /** Shuts the list of keys. */
  hideShortcuts(): void {
    this.#putAway(() => this.dispatch({ type: "shortcuts", shown: false }));
  }

  /** The focus goes on to the conversation that is now in front, or to the queue. */
  #putAway(change: () => void): void {
    flushSync(change);
    const next = this.#state.focus;
    focusAfter(() => undefined, next === null ? "queue-heading" : composerId(next));
  }

  async setDuty(on: boolean, language: string): Promise<void> {
    this.#chime.allow();
    this.dispatch({ type: "dutySaving" });
    try {
      const saved = await this.api.setDuty(on, language);
      this.dispatch({ type: "dutySaved", on: saved.on_duty, language: saved.language });
    } catch (error) {
      this.dispatch({ type: "dutyFailed", problem: `Duty was not changed. ${known(error).message}` });
    }
  }

  /** The officer typed in a composer. */
  wrote(conversation: string, draft: string): void {
    this.#lastKey = Date.now();
    this.dispatch({ type: "wrote", conversation, draft });
    const c = this.#state.conversations[conversation];
    const last = this.#typedAt.get(conversation) ?? 0;
    if (
      draft !== "" &&
      c &&
      Date.now() - last > TYPING_EVERY_MS &&
      lockReason(c, connected(this.#state)) === null
    ) {
      this.#typedAt.set(conversation, Date.now());
      this.#socket.send({ action: "typing", conversation });
    }
  }

  async loadNotes(conversation: string): Promise<void> {
    this.dispatch({ type: "notesLoading", conversation });
    try {
      this.dispatch({ type: "notesLoaded", conversation, notes: await this.api.notes(conversation) });
    } catch (error) {
      this.dispatch({ type: "notesFailed", conversation, problem: known(error).message });
    }
  }

  async addNote(conversation: string, text: string): Promise<void> {
    this.dispatch({ type: "noteSaving", conversation });
    try {
      this.dispatch({ type: "noteSaved", conversation, note: await this.api.addNote(conversation, text) });
    } catch (error) {
      const problem = `Not saved: your note is kept here. ${known(error).message}`;
      this.dispatch({ type: "noteFailed", conversation, problem });
    }
  }

  /** Prepared answers for a visitor's language; fetched once. */
  canned(language: string): Promise<readonly CannedAnswer[]> {
    const before = this.#canned.get(language);
    if (before) {
      return before;
    }
    const fetched = this.api.canned(language);
    this.#canned.set(language, fetched);
    fetched.catch(() => this.#canned.delete(language)); // The caller shows the failure; the next try starts afresh.
    return fetched;
  }

  goTo(conversation: string): void {
    focusAfter(() => {
      this.dispatch({ type: "focused", conversation });
      this.dispatch({ type: "pane", pane: "chats" });
    }, composerId(conversation));
  }

  async fetchQueue(): Promise<void> {
    if (this.#tokens === null) {
      return;
    }
    try {
      this.dispatch({ type: "queueLoaded", queue: await this.api.queue(), now: Date.now() });
    } catch (error) {
      this.dispatch({ type: "queueFailed", problem: known(error).message });
    }
  }

  // -- effects ---------------------------------------------------------------------------------------------------------

  #carryOut(effect: Effect): void {
    switch (effect.do) {
      case "command":
        this.#socket.send(effect.command);
        return;
      case "after":
        window.setTimeout(() => this.dispatch(effect.action), effect.ms);
        return;
      case "fetchQueue":
        // Several reasons to fetch often come together.
        window.clearTimeout(this.#queueTimer);
        this.#queueTimer = window.setTimeout(() => void this.fetchQueue(), QUEUE_PAUSE_MS);
        return;
      case "fetchEvents":
        void this.#fetchEvents(effect.conversation, effect.after);
        return;
      case "sound":
        this.#sound(effect.sound);
        return;
      case "say":
        this.#spoken = { text: effect.text, urgent: effect.urgent, count: this.#spoken.count + 1 };
        this.#tell();
        return;
      case "reconnect":
        this.#socket.reconnect();
        return;
    }
  }

  async #fetchEvents(conversation: string, after: number): Promise<void> {
    try {
      this.dispatch({
        type: "eventsFetched",
        conversation,
        events: await this.api.events(conversation, after),
      });
    } catch (error) {
      const text = `The end of a conversation could not be fetched. Find it in the closed list. ${known(error).message}`;
      this.dispatch({ type: "notice", kind: "warning", text });
    }
  }

  #sound(sound: "chat" | "message"): void {
    if (!this.#state.muted) {
      this.#lastChime = Date.now();
      this.#chime.play(sound);
    }
  }

  // -- surroundings ----------------------------------------------------------------------------------------------------

  #watchSurroundings(): void {
    const attending = () =>
      this.dispatch({
        type: "attending",
        attending: document.visibilityState === "visible" && document.hasFocus(),
      });
    window.addEventListener("focus", attending);
    window.addEventListener("blur", attending);
    document.addEventListener("visibilitychange", attending);
    window.addEventListener("online", () => this.#socket.reconnect());
    window.addEventListener("offline", () => this.#socket.lost());
    window.addEventListener("beforeunload", (event) => {
      if (this.#stage.at !== "signed_out" && wouldLose(this.#state)) {
        event.preventDefault();
      }
    });
    window.setInterval(() => this.#tick(), POLL_MS);
  }

  #tick(): void {
    const now = Date.now();
    const slept = now - this.#lastTick > SLEPT_MS;
    this.#lastTick = now;
    if (this.#stage.at !== "working") {
      return;
    }
    if (slept) {
      this.#socket.reconnect();
    }
    void this.fetchQueue();
    const { duty, queue } = this.#state;
    if (duty.on && queue.waiting.length > 0 && now - this.#lastChime >= REMIND_MS) {
      this.#sound("chat");
    }
  }

  #quiet(): boolean {
    const busy = Object.values(this.#state.conversations).some(
      (c) => c.outbox.length > 0 || c.typingAt !== null,
    );
    return !busy && Date.now() - this.#lastKey > QUIET_AFTER_KEY_MS;
  }

  #tell(): void {
    for (const listener of this.#listeners) {
      listener();
    }
  }
}

/** The id of a conversation's text box. */
export function composerId(conversation: string): string {
  return `composer-${conversation}`;
}

/** Draws a change and moves the focus, all before the next key press: what is typed next goes where it is meant to go. */
export function focusAfter(change: () => void, id: string): void {
  flushSync(change);
  document.getElementById(id)?.focus();
}

/** An error as the officer may read it. Anything that is not the API's own is a fault of this program and is raised. */
export function known(error: unknown): ApiError {
  if (error instanceof ApiError) {
    return error;
  }
  throw error;
}

function socketUrl(ticket: string): string {
  const url = new URL("/socket", location.href);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  url.searchParams.set("ticket", ticket);
  return url.href;
}

function randomName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_");
}
