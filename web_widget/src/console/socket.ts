/**
 * One socket for one officer: opened with a fresh ticket, reopened with growing pauses, renewed before API Gateway ends
 * it. Knows nothing of conversations: frames come out, commands go in.
 */

import type { Command, Frame } from "./protocol";
import type { Connection } from "./store";

/** API Gateway closes a socket that is silent for 10 minutes; the heartbeat keeps well below. */
export const HEARTBEAT_MS = 5 * 60_000;
/** API Gateway closes every socket after 2 hours. From here on a quiet moment is looked for… */
export const RENEW_AFTER_MS = 105 * 60_000;
/** …and from here on there is no more waiting for one. */
export const RENEW_AT_LATEST_MS = 116 * 60_000;
const QUIET_CHECK_MS = 5_000;
/** How long opening may take before it counts as failed. */
const OPENING_MS = 15_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

/** Why there will be no socket until the officer does something. */
export type Refusal = "expired" | "denied";

/** Thrown by `ticket` when trying again is of no use. */
export class TicketRefused extends Error {
  override readonly name = "TicketRefused";
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(`No ticket: ${refusal}`);
    this.refusal = refusal;
  }
}

export interface SocketSurroundings {
  /** A single-use ticket. Throws `TicketRefused` when there is none to be had, anything else to be tried again. */
  readonly ticket: () => Promise<string>;
  readonly open: (ticket: string) => WebSocket;
  readonly now: () => number;
  readonly random: () => number;
  readonly setTimer: (f: () => void, ms: number) => number;
  readonly clearTimer: (timer: number) => void;
  readonly onConnection: (connection: Connection) => void;
  readonly onFrame: (frame: Frame) => void;
  readonly onRefused: (refusal: Refusal) => void;
  /** Whether a renewal would disturb nobody now. */
  readonly quiet: () => boolean;
}

/** The pause before try number `attempt` (from 1), in milliseconds: doubling, capped, half of it at random. */
export function pauseBefore(attempt: number, random: number): number {
  const full = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1));
  return full / 2 + (full / 2) * random;
}

export class OfficerSocket {
  readonly #around: SocketSurroundings;
  readonly #client: string;
  #socket: WebSocket | null = null;
  #timers: number[] = [];
  #attempt = 0;
  #running = false;
  /** Grows with each socket, so that a late event of an old one is recognised. */
  #generation = 0;

  constructor(client: string, around: SocketSurroundings) {
    this.#client = client;
    this.#around = around;
  }

  start(): void {
    if (!this.#running) {
      this.#running = true;
      this.#attempt = 0;
      void this.#connect();
    }
  }

  /** Closes the socket for good, or until `start`. */
  stop(connection: Connection = { phase: "idle" }): void {
    this.#running = false;
    this.#drop();
    this.#around.onConnection(connection);
  }

  /** The present socket is of no use: opens another one at once. */
  reconnect(): void {
    if (this.#running) {
      this.#attempt = 0;
      this.#drop();
      void this.#connect();
    }
  }

  /** The machine is off line: waits for `reconnect` or the next try. */
  lost(): void {
    if (this.#running && this.#socket) {
      this.#retryLater();
    }
  }

  /** Whether the command left. What must not be lost is kept by the caller until it is acknowledged. */
  send(command: Command): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) {
      return false;
    }
    this.#socket.send(JSON.stringify(command));
    return true;
  }

  async #connect(): Promise<void> {
    const generation = ++this.#generation;
    const current = () => this.#running && generation === this.#generation;
    this.#around.onConnection({ phase: "connecting" });
    let ticket: string;
    try {
      ticket = await this.#around.ticket();
    } catch (error) {
      if (!current()) {
        return;
      }
      if (error instanceof TicketRefused) {
        this.stop();
        this.#around.onRefused(error.refusal);
      } else {
        this.#retryLater();
      }
      return;
    }
    if (!current()) {
      return;
    }
    const socket = this.#around.open(ticket);
    this.#socket = socket;
    let greeted = false;
    this.#after(OPENING_MS, () => {
      if (current() && !greeted) {
        this.#retryLater();
      }
    });
    socket.onopen = () => {
      if (current()) {
        this.send({ action: "hello", client: this.#client });
      }
    };
    socket.onclose = () => {
      if (current()) {
        this.#retryLater();
      }
    };
    socket.onmessage = (message: MessageEvent<unknown>) => {
      if (!current()) {
        return;
      }
      const frame = parsed(message.data);
      if (!greeted && frame.type === "welcome") {
        greeted = true;
        this.#greeted();
      }
      if (frame.type === "error" && frame.code === "replaced") {
        this.stop({ phase: "replaced" });
        return;
      }
      this.#around.onFrame(frame);
    };
  }

  #greeted(): void {
    this.#attempt = 0;
    this.#around.onConnection({ phase: "open" });
    const since = this.#around.now();
    const beat = () => {
      this.send({ action: "heartbeat" });
      this.#after(HEARTBEAT_MS, beat);
    };
    this.#after(HEARTBEAT_MS, beat);
    const renew = () => {
      const age = this.#around.now() - since;
      if (age >= RENEW_AT_LATEST_MS || this.#around.quiet()) {
        this.reconnect();
      } else {
        this.#after(QUIET_CHECK_MS, renew);
      }
    };
    this.#after(RENEW_AFTER_MS, renew);
  }

  #retryLater(): void {
    this.#drop();
    this.#attempt += 1;
    const pause = pauseBefore(this.#attempt, this.#around.random());
    this.#around.onConnection({ phase: "waiting", retryAt: this.#around.now() + pause });
    this.#after(pause, () => {
      void this.#connect();
    });
  }

  #drop(): void {
    this.#generation += 1;
    for (const timer of this.#timers) {
      this.#around.clearTimer(timer);
    }
    this.#timers = [];
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #after(ms: number, f: () => void): void {
    const timer = this.#around.setTimer(() => {
      this.#timers = this.#timers.filter((other) => other !== timer);
      f();
    }, ms);
    this.#timers.push(timer);
  }
}

function parsed(data: unknown): Frame {
  if (typeof data !== "string") {
    throw new TypeError("The server sent a frame that is not text.");
  }
  return JSON.parse(data) as Frame;
}
