/**
 * What the console knows and what follows from it. `update` is pure: it takes the state and something that happened, and
 * gives the next state and the effects to carry out (frames to send, timers to set, words to announce). The desk
 * (`desk.ts`) carries them out; nothing else talks to the outside.
 */

import {
  acknowledged,
  type Conversation,
  disconnected,
  fromItem,
  hasGap,
  holdsUnsent,
  lastFromVisitor,
  lastSeq,
  lockReason,
  merged,
  type Panel,
  posted,
  type Reading,
  returnedToDraft,
  unread,
  welcomed,
} from "./conversation";
import { languageName } from "./languages";
import type {
  ChatEvent,
  Command,
  ErrorFrame,
  Frame,
  Me,
  Note,
  OfficerName,
  Queue,
  QueueItem,
} from "./protocol";
import type { SentPage } from "./sent";

/** How long an acknowledgement may take before the socket counts as dead. */
export const ACK_OVERDUE_MS = 12_000;
/** How long the answer to `resume` may take before it is asked again. */
export const SYNC_OVERDUE_MS = 6_000;
/** How long a gap may stay before it is asked for: two frames may overtake each other on their way. */
export const GAP_OVERDUE_MS = 400;
/** How long a close may stay unconfirmed before the officer is told. */
export const CLOSE_OVERDUE_MS = 10_000;
/** How long "is writing" is shown after the last sign of it. */
export const TYPING_SHOWN_MS = 6_000;
/** The first pause before the server is asked again after it said "try again". */
export const RETRY_MS = 2_000;
/** How long a notice of something that went well stays. */
export const NOTICE_SHOWN_MS = 12_000;
/** How often a message is tried before it comes back to the officer. */
export const SEND_ATTEMPTS = 4;

const MAX_NOTICES = 3;

export type Page = "chats" | "closed" | SentPage;
export type Pane = "queue" | "chats" | "person";

export type Connection =
  | { readonly phase: "idle" | "connecting" | "open" | "replaced" }
  | { readonly phase: "waiting"; readonly retryAt: number };

export interface Notice {
  readonly key: number;
  readonly kind: "information" | "success" | "warning" | "error";
  readonly text: string;
}

export interface QueueView {
  readonly status: "loading" | "ready" | "failed";
  readonly waiting: readonly QueueItem[];
  readonly attention: readonly QueueItem[];
  readonly onDuty: readonly OfficerName[];
  /** Why the last fetch failed, in words. */
  readonly problem: string | null;
  readonly fetchedAt: number | null;
}

export interface NotesView {
  readonly status: "loading" | "ready" | "failed";
  readonly notes: readonly Note[];
  readonly saving: boolean;
  readonly problem: string | null;
}

export interface State {
  /** Random name of this page load; counters of messages belong to it. */
  readonly client: string;
  readonly me: Me | null;
  readonly connection: Connection;
  readonly duty: { readonly on: boolean; readonly language: string; readonly saving: boolean };
  readonly queue: QueueView;
  /** Milliseconds to add to this machine's clock to get the server's. */
  readonly clockOffset: number;
  readonly conversations: Readonly<Record<string, Conversation>>;
  /** The open columns, in the order in which they were opened. */
  readonly order: readonly string[];
  readonly focus: string | null;
  /** The conversations last worked in, newest first: those shown when not all fit. */
  readonly recent: readonly string[];
  readonly accepting: readonly string[];
  readonly notes: Readonly<Record<string, NotesView>>;
  readonly page: Page;
  readonly pane: Pane;
  readonly notices: readonly Notice[];
  readonly lastNotice: number;
  readonly muted: boolean;
  readonly singleKeys: boolean;
  readonly shortcutsShown: boolean;
  readonly signingOut: boolean;
  readonly personShown: boolean;
  /** Whether the officer looks at this page. */
  readonly attending: boolean;
}

export type Action =
  | { readonly type: "signedIn"; readonly me: Me }
  | { readonly type: "connection"; readonly connection: Connection }
  | { readonly type: "frame"; readonly frame: Frame; readonly now: number }
  | { readonly type: "queueLoaded"; readonly queue: Queue; readonly now: number }
  | { readonly type: "queueFailed"; readonly problem: string }
  | { readonly type: "accepting"; readonly conversation: string }
  | { readonly type: "accepted"; readonly item: QueueItem; readonly focus: boolean }
  | { readonly type: "acceptFailed"; readonly conversation: string; readonly problem: string }
  | { readonly type: "released"; readonly conversation: string }
  | { readonly type: "releaseFailed"; readonly conversation: string; readonly problem: string }
  | { readonly type: "eventsFetched"; readonly conversation: string; readonly events: readonly ChatEvent[] }
  | { readonly type: "dutySaving" }
  | { readonly type: "dutySaved"; readonly on: boolean; readonly language: string }
  | { readonly type: "dutyFailed"; readonly problem: string }
  | { readonly type: "wrote"; readonly conversation: string; readonly draft: string }
  | { readonly type: "posted"; readonly conversation: string }
  | { readonly type: "close"; readonly conversation: string; readonly outcome: string }
  | {
      readonly type: "ackOverdue";
      readonly conversation: string;
      readonly n: number;
      readonly attempt: number;
    }
  | {
      readonly type: "retrySend";
      readonly conversation: string;
      readonly n: number;
      readonly attempt: number;
    }
  | { readonly type: "syncOverdue"; readonly conversation: string; readonly attempt: number }
  | { readonly type: "gapOverdue"; readonly conversation: string; readonly last: number }
  | { readonly type: "closeOverdue"; readonly conversation: string }
  | { readonly type: "typingOver"; readonly conversation: string; readonly at: number }
  | { readonly type: "focused"; readonly conversation: string }
  | { readonly type: "dismissed"; readonly conversation: string }
  | { readonly type: "reading"; readonly conversation: string; readonly reading: Reading }
  | { readonly type: "panel"; readonly conversation: string; readonly panel: Panel | null }
  | { readonly type: "following"; readonly conversation: string; readonly following: boolean }
  | { readonly type: "attending"; readonly attending: boolean }
  | { readonly type: "notesLoading"; readonly conversation: string }
  | { readonly type: "notesLoaded"; readonly conversation: string; readonly notes: readonly Note[] }
  | { readonly type: "notesFailed"; readonly conversation: string; readonly problem: string }
  | { readonly type: "noteWritten"; readonly conversation: string; readonly draft: string }
  | { readonly type: "noteSaving"; readonly conversation: string }
  | { readonly type: "noteSaved"; readonly conversation: string; readonly note: Note }
  | { readonly type: "noteFailed"; readonly conversation: string; readonly problem: string }
  | { readonly type: "page"; readonly page: Page }
  | { readonly type: "pane"; readonly pane: Pane }
  | { readonly type: "muted"; readonly muted: boolean }
  | { readonly type: "singleKeys"; readonly on: boolean }
  | { readonly type: "shortcuts"; readonly shown: boolean }
  | { readonly type: "signingOut"; readonly asked: boolean }
  | { readonly type: "person"; readonly shown: boolean }
  | { readonly type: "notice"; readonly kind: Notice["kind"]; readonly text: string }
  | { readonly type: "noticeRead"; readonly key: number };

export type Effect =
  | { readonly do: "command"; readonly command: Command }
  | { readonly do: "after"; readonly ms: number; readonly action: Action }
  | { readonly do: "fetchQueue" }
  | { readonly do: "fetchEvents"; readonly conversation: string; readonly after: number }
  | { readonly do: "sound"; readonly sound: "chat" | "message" }
  | { readonly do: "say"; readonly text: string; readonly urgent: boolean }
  | { readonly do: "reconnect" };

export type Step = readonly [State, readonly Effect[]];

export function initial(client: string): State {
  return {
    client,
    me: null,
    connection: { phase: "idle" },
    duty: { on: false, language: "en", saving: false },
    queue: { status: "loading", waiting: [], attention: [], onDuty: [], problem: null, fetchedAt: null },
    clockOffset: 0,
    conversations: {},
    order: [],
    focus: null,
    recent: [],
    accepting: [],
    notes: {},
    page: "chats",
    pane: "queue",
    notices: [],
    lastNotice: 0,
    muted: false,
    singleKeys: true,
    shortcutsShown: false,
    signingOut: false,
    personShown: true,
    attending: true,
  };
}

/** The next state, and what to do about it. */
export function update(state: State, action: Action): Step {
  const [next, effects] = step(state, action);
  const [settled, more] = readWhatIsSeen(next);
  return [settled, [...effects, ...more]];
}

/** Whether the socket is up. */
export function connected(state: State): boolean {
  return state.connection.phase === "open";
}

/** The conversations to show side by side when `capacity` columns fit: those last worked in, in their usual order. */
export function shown(state: State, capacity: number): readonly string[] {
  if (state.order.length <= capacity) {
    return state.order;
  }
  const byUse = [...state.recent, ...state.order.filter((id) => !state.recent.includes(id))];
  const chosen = new Set(byUse.filter((id) => state.order.includes(id)).slice(0, capacity));
  return state.order.filter((id) => chosen.has(id));
}

/** What waits for this officer, for the page's title: people waiting (on duty) and unread messages. */
export function attentionCount(state: State): number {
  const waiting = state.duty.on ? state.queue.waiting.length : 0;
  return waiting + state.order.reduce((sum, id) => sum + unreadOf(state, id), 0);
}

/** Whether closing the page would lose words or leave people alone. */
export function wouldLose(state: State): boolean {
  return Object.values(state.conversations).some((c) => (c.mine && c.state === "active") || holdsUnsent(c));
}

function unreadOf(state: State, id: string): number {
  const conversation = state.conversations[id];
  return conversation ? unread(conversation) : 0;
}

function step(state: State, action: Action): Step {
  switch (action.type) {
    case "signedIn": {
      const { me } = action;
      const duty = { on: me.on_duty, language: me.language, saving: false };
      // Another officer at the same machine starts with an empty desk.
      const mine = state.me === null || state.me.collar === me.collar;
      return [mine ? { ...state, me, duty } : { ...initial(state.client), me, duty }, [{ do: "fetchQueue" }]];
    }
    case "connection":
      return connectionChanged(state, action.connection);
    case "frame":
      return frameArrived(state, action.frame, action.now);
    case "queueLoaded":
      return queueLoaded(state, action.queue, action.now);
    case "queueFailed":
      return [
        {
          ...state,
          queue: {
            ...state.queue,
            status: state.queue.fetchedAt === null ? "failed" : state.queue.status,
            problem: action.problem,
          },
        },
        [],
      ];
    case "accepting":
      return [{ ...state, accepting: [...state.accepting, action.conversation] }, []];
    case "accepted": {
      const freed = withoutAccepting(state, action.item.conversation);
      const opened = openColumn(freed, action.item);
      const shownNow: State =
        action.focus || opened.focus === null
          ? { ...focusOn(opened, action.item.conversation), page: "chats", pane: "chats" }
          : opened;
      const [joined, effects] = join(shownNow, action.item.conversation);
      const waiting = joined.queue.waiting.filter((item) => item.conversation !== action.item.conversation);
      const attention = joined.queue.attention.filter(
        (item) => item.conversation !== action.item.conversation,
      );
      return [{ ...joined, queue: { ...joined.queue, waiting, attention } }, effects];
    }
    case "acceptFailed": {
      const [noticed, effects] = notice(
        withoutAccepting(state, action.conversation),
        "warning",
        action.problem,
      );
      return [noticed, [...effects, { do: "fetchQueue" }]];
    }
    case "released": {
      const [noticed, effects] = notice(
        dismissed(state, action.conversation),
        "success",
        "Released to the queue.",
      );
      return [noticed, [...effects, { do: "fetchQueue" }]];
    }
    case "releaseFailed":
      return notice(state, "error", action.problem);
    case "eventsFetched":
      return change(state, action.conversation, (c) => merged(c, action.events, collarOf(state)));
    case "dutySaving":
      return [{ ...state, duty: { ...state.duty, saving: true } }, []];
    case "dutySaved":
      return [
        { ...state, duty: { on: action.on, language: action.language, saving: false } },
        [
          { do: "say", text: action.on ? "You are on duty." : "You are off duty.", urgent: false },
          { do: "fetchQueue" },
        ],
      ];
    case "dutyFailed":
      return notice({ ...state, duty: { ...state.duty, saving: false } }, "error", action.problem);
    case "wrote":
      return change(state, action.conversation, (c) => ({ ...c, draft: action.draft, problem: null }));
    case "posted": {
      const conversation = state.conversations[action.conversation];
      if (!conversation || lockReason(conversation, connected(state)) !== null) {
        return [state, []];
      }
      return flush(put(state, posted(conversation)), action.conversation);
    }
    case "close":
      return flush(
        ...only(
          change(state, action.conversation, (c) => ({
            ...c,
            panel: null,
            problem: null,
            closing: { outcome: action.outcome, asked: false },
          })),
          action.conversation,
        ),
      );
    case "ackOverdue": {
      const c = state.conversations[action.conversation];
      const stillOut = c?.inFlight && c.nextN === action.n && c.sendAttempt === action.attempt;
      return [state, stillOut ? [{ do: "reconnect" }] : []];
    }
    case "retrySend": {
      const c = state.conversations[action.conversation];
      if (!c || c.nextN !== action.n || c.sendAttempt !== action.attempt) {
        return [state, []];
      }
      return flush(put(state, { ...c, inFlight: false }), action.conversation);
    }
    case "syncOverdue": {
      const c = state.conversations[action.conversation];
      const stuck = c && c.sync === "asked" && c.syncAttempt === action.attempt && connected(state);
      return stuck ? join(state, action.conversation) : [state, []];
    }
    case "gapOverdue": {
      const c = state.conversations[action.conversation];
      if (!c || !hasGap(c) || lastSeq(c) !== action.last || !connected(state)) {
        return [state, []];
      }
      return [state, [resume(state, c), gapTimer(c, SYNC_OVERDUE_MS)]];
    }
    case "closeOverdue": {
      const c = state.conversations[action.conversation];
      if (!c?.closing || c.state === "closed") {
        return [state, []];
      }
      const problem = "The conversation was not closed: no answer came. Try again.";
      return notice(put(state, { ...c, closing: null, problem }), "error", problem);
    }
    case "typingOver":
      return change(state, action.conversation, (c) =>
        c.typingAt === action.at ? { ...c, typingAt: null } : c,
      );
    case "focused":
      return [focusOn(state, action.conversation), []];
    case "dismissed":
      return [dismissed(state, action.conversation), []];
    case "reading":
      return change(state, action.conversation, (c) => ({ ...c, reading: action.reading }));
    case "panel":
      return change(state, action.conversation, (c) => ({ ...c, panel: action.panel }));
    case "following":
      return change(state, action.conversation, (c) =>
        c.following === action.following ? c : { ...c, following: action.following },
      );
    case "attending":
      return [state.attending === action.attending ? state : { ...state, attending: action.attending }, []];
    case "notesLoading":
      return [withNotes(state, action.conversation, { status: "loading", problem: null }), []];
    case "notesLoaded":
      return [
        withNotes(state, action.conversation, { status: "ready", notes: action.notes, problem: null }),
        [],
      ];
    case "notesFailed":
      return [withNotes(state, action.conversation, { status: "failed", problem: action.problem }), []];
    case "noteWritten":
      return change(state, action.conversation, (c) => ({ ...c, noteDraft: action.draft }));
    case "noteSaving":
      return [withNotes(state, action.conversation, { saving: true, problem: null }), []];
    case "noteSaved": {
      const notes = [...(state.notes[action.conversation]?.notes ?? []), action.note];
      const saved = withNotes(state, action.conversation, {
        status: "ready",
        notes,
        saving: false,
        problem: null,
      });
      const [cleared] = change(saved, action.conversation, (c) => ({ ...c, noteDraft: "" }));
      return [cleared, [{ do: "say", text: "Note saved.", urgent: false }]];
    }
    case "noteFailed":
      return [withNotes(state, action.conversation, { saving: false, problem: action.problem }), []];
    case "page":
      return [{ ...state, page: action.page, pane: "chats" }, []];
    case "pane":
      return [{ ...state, pane: action.pane }, []];
    case "muted":
      return [
        { ...state, muted: action.muted },
        [{ do: "say", text: action.muted ? "Sound is off." : "Sound is on.", urgent: false }],
      ];
    case "singleKeys":
      return [{ ...state, singleKeys: action.on }, []];
    case "shortcuts":
      return [
        {
          ...state,
          // The list takes the place of the person column, which on narrow screens is a place of its own.
          shortcutsShown: action.shown,
          pane: action.shown ? "person" : state.pane === "person" ? "chats" : state.pane,
        },
        [],
      ];
    case "signingOut":
      return [{ ...state, signingOut: action.asked }, []];
    case "person":
      return [{ ...state, personShown: action.shown }, []];
    case "notice":
      return notice(state, action.kind, action.text);
    case "noticeRead":
      return [{ ...state, notices: state.notices.filter((n) => n.key !== action.key) }, []];
  }
}

// -- the socket --------------------------------------------------------------------------------------------------------

function connectionChanged(state: State, connection: Connection): Step {
  const was = connected(state);
  const next = { ...state, connection };
  if (connection.phase === "open" || !was) {
    return [next, []];
  }
  const conversations = Object.fromEntries(
    Object.entries(state.conversations).map(([id, c]) => [id, disconnected(c)]),
  );
  const text =
    connection.phase === "replaced"
      ? "This console was opened somewhere else, and works there now."
      : "The connection is lost. Reconnecting. Your text is kept.";
  return [{ ...next, conversations }, state.order.length > 0 ? [{ do: "say", text, urgent: true }] : []];
}

function frameArrived(state: State, frame: Frame, now: number): Step {
  switch (frame.type) {
    case "welcome":
      return frame.conversation === undefined
        ? joinAll(state)
        : caughtUp(welcomeArrived(state, frame), frame.conversation);
    case "events": {
      const [next] = change(state, frame.conversation, (c) => merged(c, frame.events, collarOf(state)));
      return frame.more ? [next, []] : caughtUp(next, frame.conversation, true);
    }
    case "event":
      return eventArrived(state, frame.conversation, frame.event);
    case "ack": {
      const [next] = change(state, frame.conversation, (c) =>
        acknowledged(c, frame.n, frame.event, collarOf(state)),
      );
      const [flushed, effects] = flush(next, frame.conversation);
      return [flushed, [...effects, ...gapEffects(flushed, frame.conversation)]];
    }
    case "typing": {
      if (frame.party !== "visitor") {
        return [state, []];
      }
      const [next] = change(state, frame.conversation, (c) => ({ ...c, typingAt: now }));
      const over: Action = { type: "typingOver", conversation: frame.conversation, at: now };
      return [next, [{ do: "after", ms: TYPING_SHOWN_MS, action: over }]];
    }
    case "read":
      return frame.party === "visitor"
        ? change(state, frame.conversation, (c) => ({ ...c, seen: Math.max(c.seen, frame.seq) }))
        : [state, []];
    case "presence":
      return frame.party === "visitor"
        ? presenceChanged(state, frame.conversation, frame.state)
        : [state, []];
    case "queue":
      return [state, [{ do: "fetchQueue" }]];
    case "error":
      return errorArrived(state, frame);
    default:
      return [state, []]; // A frame of a later version of the server.
  }
}

function joinAll(state: State): Step {
  return state.order.reduce<Step>(
    ([s, effects], id) => {
      const [next, more] = join(s, id);
      return [next, [...effects, ...more]];
    },
    [state, [{ do: "fetchQueue" }]],
  );
}

function join(state: State, id: string): Step {
  const c = state.conversations[id];
  if (!c?.mine || c.state === "closed" || !connected(state)) {
    return [state, []];
  }
  const asked: Conversation = { ...c, sync: "asked", syncAttempt: c.syncAttempt + 1 };
  const overdue: Action = { type: "syncOverdue", conversation: id, attempt: asked.syncAttempt };
  return [put(state, asked), [resume(state, asked), { do: "after", ms: SYNC_OVERDUE_MS, action: overdue }]];
}

function resume(state: State, c: Conversation): Effect {
  return {
    do: "command",
    command: { action: "resume", client: state.client, last: lastSeq(c), conversation: c.id },
  };
}

function welcomeArrived(state: State, frame: Extract<Frame, { type: "welcome" }>): State {
  return change(state, frame.conversation ?? "", (c) => welcomed(c, frame, collarOf(state)))[0];
}

/** The composer unlocks only when everything up to the number in the welcome is here. */
function caughtUp(state: State, id: string, lastFrame = false): Step {
  const c = state.conversations[id];
  if (c?.sync !== "asked") {
    return flush(state, id);
  }
  if (c.target === 0 || lastSeq(c) < c.target) {
    // Everything was sent and something is missing all the same: ask again for the rest.
    return lastFrame && c.target > 0 ? join(state, id) : [state, []];
  }
  return flush(put(state, { ...c, sync: "synced" }), id);
}

function eventArrived(state: State, id: string, event: ChatEvent): Step {
  const before = state.conversations[id];
  if (!before) {
    return [state, []];
  }
  const isNew = event.seq > lastSeq(before) && !before.ahead.has(event.seq);
  const next = put(state, merged(before, [event], collarOf(state)));
  const effects: Effect[] = [...gapEffects(next, id)];
  if (isNew && before.sync === "synced") {
    effects.push(...announced(next, id, event));
  }
  if (isOwnRelease(state, event) && !holdsUnsent(before)) {
    return [dismissed(next, id), [{ do: "fetchQueue" }]];
  }
  if (event.type === "joined" || event.type === "requeued" || event.type === "closed") {
    effects.push({ do: "fetchQueue" });
  }
  const [flushed, more] = flush(next, id);
  return [flushed, [...effects, ...more]];
}

/** The officer's own release comes back as an event, often before the answer to the request. */
function isOwnRelease(state: State, event: ChatEvent): boolean {
  return (
    event.type === "requeued" &&
    event.body.reason === "released" &&
    event.actor === `officer:${collarOf(state)}`
  );
}

function announced(state: State, id: string, event: ChatEvent): Effect[] {
  const where = columnName(state, id);
  switch (event.type) {
    case "message": {
      if (event.actor !== "visitor") {
        return [];
      }
      const looking = state.attending && state.focus === id && state.page === "chats";
      const say: Effect = { do: "say", text: `New message in ${where}.`, urgent: false };
      return looking ? [] : [say, { do: "sound", sound: "message" }];
    }
    case "left":
      return event.body.how === "quick_exit"
        ? [{ do: "say", text: `${where}: left by quick exit. Do not contact.`, urgent: true }]
        : [
            {
              do: "say",
              text: `${where}: their connection dropped. The conversation is paused.`,
              urgent: true,
            },
          ];
    case "returned":
      return [
        { do: "say", text: `${where}: they are back.`, urgent: true },
        { do: "sound", sound: "message" },
      ];
    case "closed":
      return [{ do: "say", text: `${where}: closed.`, urgent: false }];
    default:
      return [];
  }
}

function gapEffects(state: State, id: string): readonly Effect[] {
  const c = state.conversations[id];
  return c && hasGap(c) && c.sync === "synced" ? [gapTimer(c, GAP_OVERDUE_MS)] : [];
}

function gapTimer(c: Conversation, ms: number): Effect {
  return { do: "after", ms, action: { type: "gapOverdue", conversation: c.id, last: lastSeq(c) } };
}

function presenceChanged(state: State, id: string, visitor: Conversation["visitor"]): Step {
  const before = state.conversations[id];
  if (!before || before.visitor === visitor) {
    return [state, []];
  }
  const words = {
    here: "they are here again.",
    covered: "they have covered the screen.",
    gone: "their connection is lost.",
  }[visitor];
  const [next] = change(state, id, (c) => ({ ...c, visitor, typingAt: null }));
  const leftAlready = before.state === "paused" && visitor === "gone";
  const say: Effect = { do: "say", text: `${columnName(state, id)}: ${words}`, urgent: false };
  return [next, before.sync === "synced" && !leftAlready ? [say] : []];
}

function errorArrived(state: State, frame: ErrorFrame): Step {
  if (frame.code === "replaced") {
    return connectionChanged(state, { phase: "replaced" });
  }
  const id = frame.conversation;
  const c = id === undefined ? undefined : state.conversations[id];
  if (id === undefined || !c) {
    return notice(state, "error", `The server refused something: ${frame.message}`);
  }
  if (frame.n !== undefined) {
    return frame.n === c.nextN && c.inFlight ? messageRefused(state, c, frame) : [state, []];
  }
  switch (frame.code) {
    case "closed":
      return [
        put(state, {
          ...returnedIfAny(c, "This conversation was closed."),
          state: "closed",
          closing: null,
          panel: null,
        }),
        [{ do: "fetchEvents", conversation: id, after: lastSeq(c) }, { do: "fetchQueue" }],
      ];
    case "not_owner":
    case "forbidden":
    case "no_conversation": {
      const lost = {
        ...returnedIfAny(c, "You no longer have this conversation."),
        mine: false,
        closing: null,
      };
      return [put(state, lost), [{ do: "fetchQueue" }]];
    }
    case "not_joined":
      return join(state, id);
    case "try_again":
    case "internal":
    case "too_fast":
      if (c.closing) {
        return notice(
          put(state, { ...c, closing: null }),
          "error",
          "The conversation was not closed. Try again.",
        );
      }
      return [state, []]; // The answer to resume: its own timer asks again.
    default: {
      const stopped = c.closing ? { ...c, closing: null } : c;
      return notice(put(state, stopped), "error", `${columnName(state, id)}: ${frame.message}`);
    }
  }
}

function returnedIfAny(c: Conversation, problem: string): Conversation {
  return c.outbox.length > 0 ? returnedToDraft(c, `${problem} What was not sent is here.`) : c;
}

/** The first of the outbox was refused: try again where that can help, otherwise give the text back. */
function messageRefused(state: State, c: Conversation, frame: ErrorFrame): Step {
  const id = c.id;
  const tired = c.sendAttempt >= SEND_ATTEMPTS;
  switch (frame.code) {
    case "counter_gap":
      if (frame.expected !== undefined && !tired) {
        return flush(put(state, { ...c, inFlight: false, nextN: frame.expected }), id);
      }
      break;
    case "not_joined":
      if (!tired) {
        return join(put(state, { ...c, inFlight: false }), id);
      }
      break;
    case "too_fast":
    case "try_again":
    case "internal":
      if (!tired) {
        const again: Action = { type: "retrySend", conversation: id, n: c.nextN, attempt: c.sendAttempt };
        return [state, [{ do: "after", ms: RETRY_MS * c.sendAttempt, action: again }]];
      }
      break;
    case "closed":
      return errorArrived(state, { type: "error", code: "closed", message: frame.message, conversation: id });
    default:
      break;
  }
  const reason = REFUSALS[frame.code] ?? frame.message;
  const back = put(state, { ...returnedToDraft(c, `Not sent. ${reason}`), closing: null });
  return [back, [{ do: "say", text: `${columnName(state, id)}: message not sent. ${reason}`, urgent: true }]];
}

const REFUSALS: Readonly<Record<string, string>> = {
  conversation_full:
    "This conversation is full, and is kept. Close it when you can. They can start another one.",
  paused: "They have left. The text is kept here until they come back.",
  too_long: "It is too long. Send it in two parts.",
  too_large: "It is too long. Send it in two parts.",
  empty_text: "It is empty.",
  lone_surrogate: "It holds a broken character. Type the last part again.",
  too_fast: "The service is busy. Send it again in a moment.",
  try_again: "The service is busy. Send it again in a moment.",
  internal: "Something went wrong on the server. Send it again.",
  counter_gap: "The server lost count. Sign in again, then send it.",
  forbidden: "You no longer have this conversation.",
  not_owner: "You no longer have this conversation.",
  not_joined: "The server does not know this connection. Sign in again, then send it.",
};

/** Sends what waits and may go: one message at a time, and the close after the last of them. */
function flush(state: State, id: string): Step {
  const c = state.conversations[id];
  if (!c || !connected(state) || c.sync !== "synced" || c.inFlight || !c.mine || c.state === "closed") {
    return [state, []];
  }
  const head = c.outbox[0];
  if (head !== undefined) {
    const attempt = c.sendAttempt + 1;
    const overdue: Action = { type: "ackOverdue", conversation: id, n: c.nextN, attempt };
    return [
      put(state, { ...c, inFlight: true, sendAttempt: attempt }),
      [
        { do: "command", command: { action: "send", n: c.nextN, text: head.text, conversation: id } },
        { do: "after", ms: ACK_OVERDUE_MS, action: overdue },
      ],
    ];
  }
  if (c.closing && !c.closing.asked) {
    return [
      put(state, { ...c, closing: { ...c.closing, asked: true } }),
      [
        { do: "command", command: { action: "close", conversation: id, outcome: c.closing.outcome } },
        { do: "after", ms: CLOSE_OVERDUE_MS, action: { type: "closeOverdue", conversation: id } },
      ],
    ];
  }
  return [state, []];
}

/** Tells the visitor that the officer has read what is in view of an officer who looks. */
function readWhatIsSeen(state: State): Step {
  const c = state.focus === null ? undefined : state.conversations[state.focus];
  if (
    !c?.mine ||
    !state.attending ||
    state.page !== "chats" ||
    !c.following ||
    c.sync !== "synced" ||
    !connected(state)
  ) {
    return [state, []];
  }
  const seq = lastFromVisitor(c);
  if (seq <= c.read) {
    return [state, []];
  }
  const effects: Effect[] =
    c.state === "active" ? [{ do: "command", command: { action: "read", seq, conversation: c.id } }] : [];
  return [put(state, { ...c, read: seq }), effects];
}

// -- the queue ---------------------------------------------------------------------------------------------------------

function queueLoaded(state: State, queue: Queue, now: number): Step {
  const known = new Set(state.queue.waiting.map((item) => item.conversation));
  const fresh = queue.waiting.filter(
    (item) => !known.has(item.conversation) && !state.conversations[item.conversation],
  );
  let next: State = {
    ...state,
    clockOffset: Date.parse(queue.now) - now,
    queue: {
      status: "ready",
      // An answer that was on its way while a conversation was accepted still lists it.
      waiting: queue.waiting.filter((item) => !state.conversations[item.conversation]?.mine),
      attention: queue.attention.filter((item) => !state.conversations[item.conversation]?.mine),
      onDuty: queue.on_duty,
      problem: null,
      fetchedAt: now,
    },
  };
  const effects: Effect[] = [];
  for (const item of queue.mine) {
    const here = next.conversations[item.conversation];
    if (here?.mine || here?.state === "closed" || state.accepting.includes(item.conversation)) {
      continue;
    }
    const [joined, more] = join(openColumn(next, item), item.conversation);
    next = joined;
    effects.push(...more);
  }
  if (next.focus === null && next.order[0] !== undefined) {
    // Nobody asked for it: whoever went to another page meanwhile stays there.
    next = { ...focusOn(next, next.order[0]), page: state.page };
  }
  if (fresh.length > 0 && state.duty.on) {
    effects.push({ do: "sound", sound: "chat" }, { do: "say", text: freshWords(fresh, state), urgent: true });
  }
  return [next, effects];
}

function freshWords(fresh: readonly QueueItem[], state: State): string {
  const first = fresh[0];
  return fresh.length === 1 && first
    ? `New chat waiting. ${languageName(first.language, state.me?.languages ?? [])}.`
    : `${fresh.length} new chats waiting.`;
}

// -- the desk ----------------------------------------------------------------------------------------------------------

function openColumn(state: State, item: QueueItem): State {
  const known = state.conversations[item.conversation];
  const opened: Conversation = known
    ? { ...known, mine: true, owner: item.owner, state: item.state, visitor: item.visitor }
    : fromItem(item, state.duty.language);
  const order = state.order.includes(item.conversation) ? state.order : [...state.order, item.conversation];
  return { ...put(state, opened), order };
}

function focusOn(state: State, id: string): State {
  if (!state.conversations[id] || (state.focus === id && state.recent[0] === id && state.page === "chats")) {
    return state;
  }
  return {
    ...state,
    focus: id,
    recent: [id, ...state.recent.filter((other) => other !== id)],
    page: "chats",
  };
}

function dismissed(state: State, id: string): State {
  const { [id]: _gone, ...conversations } = state.conversations;
  const { [id]: _notes, ...notes } = state.notes;
  const order = state.order.filter((other) => other !== id);
  const recent = state.recent.filter((other) => other !== id);
  const focus = state.focus === id ? (recent[0] ?? order[0] ?? null) : state.focus;
  return { ...state, conversations, notes, order, recent, focus };
}

/** How a conversation is spoken of: by its place and language, as its column shows them. */
export function columnName(state: State, id: string): string {
  const place = state.order.indexOf(id) + 1;
  const language = state.conversations[id]?.language ?? "";
  return `Chat ${place}, ${languageName(language, state.me?.languages ?? [])}`;
}

function notice(state: State, kind: Notice["kind"], text: string): Step {
  const key = state.lastNotice + 1;
  const notices = [...state.notices.filter((n) => n.text !== text), { key, kind, text }].slice(-MAX_NOTICES);
  const say: Effect = { do: "say", text, urgent: kind === "error" };
  // What went well need not be cleared away by hand; what did not stays until it is read.
  const done = kind === "success" || kind === "information";
  const gone: Effect = { do: "after", ms: NOTICE_SHOWN_MS, action: { type: "noticeRead", key } };
  return [{ ...state, notices, lastNotice: key }, done ? [say, gone] : [say]];
}

function withNotes(state: State, id: string, changed: Partial<NotesView>): State {
  const before = state.notes[id] ?? { status: "loading", notes: [], saving: false, problem: null };
  return { ...state, notes: { ...state.notes, [id]: { ...before, ...changed } } };
}

function withoutAccepting(state: State, id: string): State {
  return { ...state, accepting: state.accepting.filter((other) => other !== id) };
}

function change(state: State, id: string, f: (conversation: Conversation) => Conversation): Step {
  const before = state.conversations[id];
  if (!before) {
    return [state, []];
  }
  const after = f(before);
  return [after === before ? state : put(state, after), []];
}

function put(state: State, conversation: Conversation): State {
  return { ...state, conversations: { ...state.conversations, [conversation.id]: conversation } };
}

function only(made: Step, id: string): [State, string] {
  return [made[0], id];
}

function collarOf(state: State): string {
  return state.me?.collar ?? "";
}
