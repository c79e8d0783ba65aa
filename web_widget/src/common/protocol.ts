/**
 * The frames of Harbour's socket and the documents of its REST APIs, as both front-ends see them.
 * Source: `docs/` (chat protocol); field names and codes are the server's own.
 */

/** Who did something. */
export type Party = "visitor" | "officer" | "system";

/** Where a conversation stands. */
export type ConversationState = "waiting" | "active" | "paused" | "closed";

/** Whether somebody is at the screen: there, behind the cover, or not connected. */
export type Presence = "here" | "covered" | "gone";

/** A translation of one message: an aid to reading, never the evidence. */
export interface Translation {
  readonly to: string;
  readonly from: string;
  readonly text: string;
  readonly engine: string;
}

/** Why a message has no translation into `to`. */
export interface Untranslated {
  readonly to: string;
  readonly reason: "no_engine" | "timeout" | "error";
}

/** The officer who owns a conversation, named as the force configures it. */
export interface OfficerName {
  readonly name: string;
  readonly collar: string;
}

/** The body of each event type. A type that is not meant for the reader arrives with an empty body. */
export interface EventBodies {
  opened: {
    readonly force: string;
    readonly language: string;
    readonly service_language: string;
    /** Reference of the crime that it is about, where the visitor came from the portal. */
    readonly crime?: string;
  };
  joined: { readonly name: string; readonly collar: string; readonly language: string };
  message: {
    readonly text: string;
    readonly language: string;
    readonly translations?: readonly Translation[];
    readonly untranslated?: readonly Untranslated[];
  };
  translation: Translation & { readonly of: number; readonly of_commit: string };
  left: { readonly how: "quick_exit" | "dropped" };
  returned: Record<string, never>;
  requeued: { readonly reason: "unanswered" | "released" | "officer_gone" };
  attention: { readonly reason: "unanswered" | "dropped" | "left_message" };
  language: { readonly language: string; readonly detected: boolean };
  closed: { readonly by: "officer" | "visitor" | "silence"; readonly outcome?: string };
}

export type EventType = keyof EventBodies;

/**
 * One link of a conversation's chain. `seq` starts at 1 and has no gaps; `at` is ISO 8601 in UTC;
 * `actor` is `visitor`, `officer:<collar>` or `system`.
 */
export type ConversationEvent = {
  [T in EventType]: {
    readonly seq: number;
    readonly type: T;
    readonly actor: string;
    readonly at: string;
    readonly body: EventBodies[T];
  };
}[EventType];

/** Error codes of the socket. The connection stays open after each of them. */
export type ErrorCode =
  | "bad_frame"
  | "unknown_action"
  | "too_long"
  | "too_large"
  | "empty_text"
  | "lone_surrogate"
  | "bad_field"
  | "counter_gap"
  | "not_joined"
  | "closed"
  | "paused"
  | "conversation_full"
  | "forbidden"
  | "too_fast"
  | "replaced"
  | "try_again"
  | "internal";

/** What the server answers to `hello` and `resume`. `n` is the last counter it stored for this client id. */
export interface WelcomeFrame {
  readonly type: "welcome";
  readonly role: "visitor" | "officer";
  readonly conversation?: string;
  readonly state?: ConversationState;
  readonly language?: string;
  readonly service_language?: string;
  readonly officer?: OfficerName | null;
  readonly on_duty?: boolean;
  readonly seq?: number;
  readonly n?: number;
  readonly visitor?: Presence;
}

/** What was missed, oldest first; the last such frame has `more` false. */
export interface EventsFrame {
  readonly type: "events";
  readonly conversation: string;
  readonly events: readonly ConversationEvent[];
  readonly more: boolean;
}

export interface EventFrame {
  readonly type: "event";
  readonly conversation: string;
  readonly event: ConversationEvent;
}

/** The message with counter `n` is stored as `event`; `duplicate` when it already was. */
export interface AckFrame {
  readonly type: "ack";
  readonly conversation: string;
  readonly n: number;
  readonly event: ConversationEvent;
  readonly duplicate: boolean;
}

export interface TypingFrame {
  readonly type: "typing";
  readonly conversation: string;
  readonly party: Party;
}

export interface ReadFrame {
  readonly type: "read";
  readonly conversation: string;
  readonly party: Party;
  readonly seq: number;
}

export interface PresenceFrame {
  readonly type: "presence";
  readonly conversation: string;
  readonly party: Party;
  readonly state: Presence;
}

/** The queue changed: officers on duty fetch it again. */
export interface QueueFrame {
  readonly type: "queue";
}

export interface ErrorFrame {
  readonly type: "error";
  readonly code: ErrorCode;
  readonly message: string;
  readonly field?: string;
  readonly n?: number;
  readonly conversation?: string;
  readonly expected?: number;
}

export type ServerFrame =
  | WelcomeFrame
  | EventsFrame
  | EventFrame
  | AckFrame
  | TypingFrame
  | ReadFrame
  | PresenceFrame
  | QueueFrame
  | ErrorFrame;

/** What a client may send. `conversation` is for officers, who can hold several at once. */
export type ClientFrame =
  | { readonly action: "hello"; readonly client: string; readonly language?: string; readonly last?: number }
  | {
      readonly action: "resume";
      readonly client: string;
      readonly last: number;
      readonly conversation?: string;
    }
  | {
      readonly action: "send";
      readonly n: number;
      readonly text: string;
      readonly client?: string;
      readonly conversation?: string;
    }
  | { readonly action: "typing"; readonly conversation?: string }
  | { readonly action: "read"; readonly seq: number; readonly conversation?: string }
  | { readonly action: "cover"; readonly on: boolean }
  | { readonly action: "pause" }
  | { readonly action: "close"; readonly conversation?: string; readonly outcome?: string }
  | { readonly action: "heartbeat" };

/** The longest message, in Unicode code points. */
export const LONGEST_MESSAGE = 4000;

/** A support line as the force publishes it, in the force's own language. */
export interface Helpline {
  readonly name: string;
  readonly phone: string;
  readonly hours?: string;
  readonly for: string;
  readonly text?: string;
}

/** `GET /chat/force`. */
export interface Force {
  readonly name: string;
  readonly on_duty: boolean;
  readonly exit_url: string;
  readonly emergency: string;
  readonly answering: string;
  /** When nobody is on duty: from when to when somebody should be, now or next. */
  readonly opens?: { readonly from: string; readonly to: string } | null;
  /** When nobody is on duty: the first of them. */
  readonly helplines?: readonly Helpline[];
}

/** `GET /chat/help`. */
export interface Help {
  readonly reply_within: string | null;
  readonly helplines: readonly Helpline[];
}

/** `POST /chat/tickets`: a socket ticket (single use, 30 seconds) and the key to come back with. */
export interface VisitorTicket {
  readonly ticket: string;
  readonly conversation: string;
  readonly resume: string;
}

/** An RFC 9457 problem document. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail?: string;
  readonly field?: string;
}
