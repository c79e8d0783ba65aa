/**
 * The line to the police: a socket that comes back by itself. It fetches a fresh single-use ticket for every
 * connection, says `hello`, keeps the line warm, and moves to a new socket before the two-hour limit.
 * What was said is not its business: the outbox and the conversation make good what a lost line cost.
 */
import type { ClientFrame, ServerFrame, VisitorTicket } from "../common/protocol.ts";
import { waitBefore } from "./backoff.ts";
import { ask, host } from "./host.ts";

/** How the line stands, by the `TEXT` that says so: connecting, connected, offline, refused for now, or at an end (lost, full). */
export type LineState = number;

/** What brings a conversation back; nothing before its first ticket has come. */
type Known = Partial<Pick<VisitorTicket, "conversation" | "resume">>;

export interface Line {
  /** Sends now, or answers false: there is no line. */
  send(frame: ClientFrame): boolean;
  /** The line looks dead (an answer is overdue): take another. */
  renew(): void;
  /** Hangs up for good. Returns by what the host knows the conversation, if it does: to tell it the same once more. */
  end(): Known;
}

export interface LineEvents {
  /** The first frame on a new connection. */
  hello(): ClientFrame;
  heard(frame: ServerFrame): void;
  changed(state: LineState): void;
}

const HEARTBEAT_MS = 5 * 60_000;
/** API Gateway ends a socket after two hours. */
const MOVE_AFTER_MS = 110 * 60_000;
const WELCOME_MS = 15_000;

export function openLine(on: LineEvents): Line {
  /** The portal gives the frame its conversation by name; the next one, on this page, is nobody's but the chat's. */
  let known = JSON.parse(window.name || "{}") as Known;
  window.name = "";
  let socket: WebSocket | null = null;
  let attempt = 0;
  let connecting = false;
  let ended = false;
  let retry = 0;
  let heartbeat = 0;

  const send = (frame: ClientFrame): boolean => {
    if (socket?.readyState !== WebSocket.OPEN) return false;
    socket.send(JSON.stringify(frame));
    return true;
  };

  const connect = async () => {
    clearTimeout(retry);
    if (connecting || ended) return;
    connecting = true;
    try {
      const { ticket, ...fresh } = await ask<VisitorTicket>("/chat/tickets", known);
      if (ended) return;
      known = fresh;
      attach(new WebSocket(`${host.replace("http", "ws")}/socket?ticket=${ticket}`));
    } catch (problem) {
      if ((problem as Error).message === "resume_refused") {
        end();
        on.changed(TEXT.lost);
      } else {
        // A plain error is an answer of the host: too many tries from here, or a fault. Everything else is no network.
        broken((problem as Error).name === "Error" ? TEXT.busy : TEXT.offline);
      }
    }
  };

  const attach = (next: WebSocket) => {
    const patience = setTimeout(() => next.close(), WELCOME_MS);
    next.onopen = () => next.send(JSON.stringify(on.hello()));
    next.onmessage = ({ data }) => {
      const frame = JSON.parse(data) as ServerFrame;
      if (ended) hangUp(next);
      else if (frame.type === "welcome") take(next, patience);
      if (next === socket) on.heard(frame);
    };
    next.onclose = () => {
      clearTimeout(patience);
      const was = socket === next;
      if (was) socket = null;
      // The ticket came a moment ago: what does not get as far as a welcome does not lack a network.
      broken(was ? TEXT.offline : TEXT.busy);
    };
  };

  const take = (next: WebSocket, patience: number) => {
    clearTimeout(patience);
    if (socket !== next) hangUp(socket);
    socket = next;
    connecting = false;
    attempt = 0;
    clearInterval(heartbeat);
    heartbeat = setInterval(() => send({ action: "heartbeat" }), HEARTBEAT_MS);
    clearTimeout(retry);
    retry = setTimeout(connect, MOVE_AFTER_MS * (1 - Math.random() / 10));
    on.changed(TEXT.connected);
  };

  const broken = (state: LineState) => {
    connecting = false;
    if (ended || socket) return;
    on.changed(state);
    clearTimeout(retry);
    retry = setTimeout(connect, waitBefore(attempt, Math.random()));
    attempt += 1;
  };

  const renew = () => {
    hangUp(socket);
    socket = null;
    broken(TEXT.offline);
  };

  const end = (): Known => {
    ended = true;
    clearTimeout(retry);
    clearInterval(heartbeat);
    hangUp(socket);
    socket = null;
    return known;
  };

  addEventListener("online", () => socket || connect());
  addEventListener("offline", renew);
  on.changed(TEXT.connecting);
  void connect();
  return { send, renew, end };
}

function hangUp(socket: WebSocket | null): void {
  if (!socket) return;
  socket.onclose = socket.onmessage = null;
  socket.close();
}
