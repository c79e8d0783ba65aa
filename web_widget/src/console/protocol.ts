/**
 * What the officer's REST API says, and the socket's frames under the names that the console uses. The frames themselves
 * are the same for both front-ends: `../common/protocol`.
 */

import type {
  ConversationEvent,
  ConversationState,
  EventBodies,
  OfficerName,
  Presence,
  ServerFrame,
  ErrorFrame as SocketError,
} from "../common/protocol";

export type {
  ClientFrame as Command,
  ConversationEvent as ChatEvent,
  ConversationState,
  OfficerName,
  Presence as VisitorPresence,
  Translation,
  Untranslated,
  WelcomeFrame as Welcome,
} from "../common/protocol";
export { LONGEST_MESSAGE as MAX_TEXT } from "../common/protocol";

export type HowLeft = EventBodies["left"]["how"];
export type Attention = EventBodies["attention"]["reason"];
export type MessageEvent = Extract<ConversationEvent, { type: "message" }>;

/** An error of the socket. Officers also see the codes of their own doors (`not_owner`, `no_conversation`). */
export type ErrorFrame = Omit<SocketError, "code"> & { readonly code: string };

/** Server → client. */
export type Frame = Exclude<ServerFrame, SocketError> | ErrorFrame;

export interface Language {
  readonly code: string;
  readonly name: string;
  readonly endonym: string;
}

export interface Outcome {
  readonly code: string;
  readonly label: string;
}

/** GET /officers/me */
export interface Me extends OfficerName {
  readonly force: string;
  readonly role: string;
  readonly on_duty: boolean;
  readonly language: string;
  readonly outcomes: readonly Outcome[];
  /** Why one may read a closed conversation of somebody else. */
  readonly read_reasons: readonly Outcome[];
  readonly languages: readonly Language[];
}

/** One conversation as the queue lists it. */
export interface QueueItem {
  readonly conversation: string;
  readonly state: ConversationState;
  readonly since: string;
  readonly language: string;
  readonly owner: OfficerName | null;
  readonly visitor: Presence;
  readonly left: HowLeft | null;
  readonly attention: Attention | null;
  readonly opened_at: string;
  readonly last_at: string;
  /** Reference of the crime that it is about, where the visitor came from the portal. */
  readonly crime?: string;
}

/** GET /officers/queue */
export interface Queue {
  readonly waiting: readonly QueueItem[];
  readonly mine: readonly QueueItem[];
  readonly attention: readonly QueueItem[];
  readonly on_duty: readonly OfficerName[];
  readonly now: string;
}

export interface ClosedItem extends QueueItem {
  readonly closed_at: string;
  readonly outcome: string | null;
  readonly sealed: boolean;
}

export interface Note {
  readonly id: string;
  readonly at: string;
  readonly by: OfficerName;
  readonly text: string;
}

export interface CannedAnswer {
  readonly key: string;
  readonly title: string;
  /** In the officer's language. */
  readonly text: string;
  /** In the visitor's language, where a person has translated it. */
  readonly translation: string | null;
  /** A native speaker has checked the translation: sent unchanged, the visitor reads it, and no machine's. */
  readonly reviewed: boolean;
}

export interface SealedPackage {
  readonly url: string;
  readonly name: string;
  readonly sha256: string;
  readonly sealed_at: string;
}

/** The visitor's language until the translation service has recognised it. */
export const UNKNOWN_LANGUAGE = "auto";
