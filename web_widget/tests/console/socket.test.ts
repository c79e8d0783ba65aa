import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Frame } from "../../src/console/protocol.ts";
import {
  HEARTBEAT_MS,
  OfficerSocket,
  pauseBefore,
  RENEW_AFTER_MS,
  RENEW_AT_LATEST_MS,
  type Refusal,
  TicketRefused,
} from "../../src/console/socket.ts";
import type { Connection } from "../../src/console/store.ts";

class FakeSocket {
  readyState: number = WebSocket.CONNECTING;
  readonly sent: string[] = [];
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((message: { data: unknown }) => void) | null = null;

  send(text: string): void {
    this.sent.push(text);
  }

  close(): void {
    this.readyState = WebSocket.CLOSED;
  }

  open(): void {
    this.readyState = WebSocket.OPEN;
    this.onopen?.();
    this.say({ type: "welcome", role: "officer" });
  }

  say(frame: Frame): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  actions(): string[] {
    return this.sent.map((text) => JSON.parse(text).action);
  }
}

function surroundings() {
  const sockets: FakeSocket[] = [];
  const phases: string[] = [];
  const refusals: Refusal[] = [];
  const around = {
    tickets: 0,
    quiet: true,
    failing: null as Error | null,
  };
  const socket = new OfficerSocket("client", {
    ticket: async () => {
      around.tickets += 1;
      if (around.failing) {
        throw around.failing;
      }
      return `ticket ${around.tickets}`;
    },
    open: () => {
      const made = new FakeSocket();
      sockets.push(made);
      return made as unknown as WebSocket;
    },
    now: () => Date.now(),
    random: () => 0.5,
    setTimer: (f, ms) => setTimeout(f, ms) as unknown as number,
    clearTimer: (timer) => clearTimeout(timer),
    onConnection: (connection: Connection) => phases.push(connection.phase),
    onFrame: () => undefined,
    onRefused: (refusal) => refusals.push(refusal),
    quiet: () => around.quiet,
  });
  return { socket, sockets, phases, refusals, around };
}

async function opened() {
  const made = surroundings();
  made.socket.start();
  await vi.advanceTimersByTimeAsync(0);
  made.sockets[0]?.open();
  return made;
}

describe("the officer's socket", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it("says hello and counts as open once it is welcomed", async () => {
    const { sockets, phases } = await opened();
    expect(sockets[0]?.actions()).toEqual(["hello"]);
    expect(phases).toEqual(["connecting", "open"]);
  });

  it("comes back with a fresh ticket and growing pauses", async () => {
    const { sockets, around } = await opened();
    sockets[0]?.onclose?.();
    await vi.advanceTimersByTimeAsync(pauseBefore(1, 0.5) - 1);
    expect(around.tickets).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(around.tickets).toBe(2);
    sockets[1]?.onclose?.();
    await vi.advanceTimersByTimeAsync(pauseBefore(2, 0.5));
    expect(around.tickets).toBe(3);
  });

  it("pauses longer each time, never long, and at random", () => {
    expect([1, 2, 3].map((attempt) => pauseBefore(attempt, 1))).toEqual([500, 1000, 2000]);
    expect(pauseBefore(30, 1)).toBe(15_000);
    expect(pauseBefore(3, 0)).toBe(1000);
  });

  it("does not take a frame of the old socket for one of the new", async () => {
    const { socket, sockets, phases } = await opened();
    socket.reconnect();
    sockets[0]?.onclose?.();
    await vi.advanceTimersByTimeAsync(0);
    expect(sockets).toHaveLength(2);
    expect(phases.at(-1)).toBe("connecting");
  });

  it("keeps itself alive with a heartbeat", async () => {
    const { sockets } = await opened();
    await vi.advanceTimersByTimeAsync(2 * HEARTBEAT_MS);
    expect(sockets[0]?.actions()).toEqual(["hello", "heartbeat", "heartbeat"]);
  });

  it("is renewed before two hours, in a quiet moment", async () => {
    const { sockets, around } = await opened();
    around.quiet = false;
    await vi.advanceTimersByTimeAsync(RENEW_AFTER_MS + 60_000);
    expect(sockets).toHaveLength(1);
    around.quiet = true;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(sockets).toHaveLength(2);
  });

  it("is renewed before two hours even if no moment is quiet", async () => {
    const { sockets, around } = await opened();
    around.quiet = false;
    await vi.advanceTimersByTimeAsync(RENEW_AT_LATEST_MS + 5_000);
    expect(sockets).toHaveLength(2);
  });

  it("gives up only when the session is over", async () => {
    const { socket, refusals, phases, around } = surroundings();
    around.failing = new TicketRefused("expired");
    socket.start();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([refusals, around.tickets, phases.at(-1)]).toEqual([["expired"], 1, "idle"]);
  });

  it("goes on trying while the server cannot be reached", async () => {
    const { socket, around } = surroundings();
    around.failing = new Error("offline");
    socket.start();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(around.tickets).toBeGreaterThan(8);
  });

  it("stays away when the officer works at another place, until asked back", async () => {
    const { socket, sockets, phases } = await opened();
    sockets[0]?.say({ type: "error", code: "replaced", message: "" });
    await vi.advanceTimersByTimeAsync(60_000);
    expect([sockets.length, phases.at(-1)]).toEqual([1, "replaced"]);
    socket.start();
    await vi.advanceTimersByTimeAsync(0);
    expect(sockets).toHaveLength(2);
  });

  it("does not say that a command left when there is no socket", () => {
    const { socket } = surroundings();
    expect(socket.send({ action: "heartbeat" })).toBe(false);
  });
});
