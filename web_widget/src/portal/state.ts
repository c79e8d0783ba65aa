/** All that the portal knows, in memory only. Views read it; actions change it and call `draw`. */
import type {
  Advice,
  Contact,
  ContactWish,
  Crime,
  LastVisit,
  Me,
  Rights,
  Support,
  Visits,
} from "./protocol.ts";
import type { Key } from "./words.ts";

/** What the contact plan asks, each on a page of its own. */
export type Question = "safe" | "channel" | "hours" | "language" | "code_word";

export type Page =
  | Question
  | "start"
  | "code"
  | "devices"
  | "crimes"
  | "crime"
  | "messages"
  | "appointments"
  | "change"
  | "support"
  | "rights"
  | "advice"
  | "contact"
  | "confirm"
  | "record"
  | "visits"
  | "chat";

/** What is wrong, and at which field. */
export interface Trouble {
  readonly text: Key;
  readonly values?: Readonly<Record<string, string | number>>;
  readonly field?: string;
}

/** A message that is being written. `tried`: what was sent last without an answer, and the id that makes it one. */
export interface Draft {
  readonly text: string;
  readonly tried?: { readonly text: string; readonly client: string };
}

/** What somebody wants in their contact plan. */
export interface Wanted {
  /** Where it was chosen. */
  readonly question: Question;
  readonly wish: ContactWish;
  /** Of the code that shows that it is them, and is on its way. */
  readonly handle?: string;
}

export interface State {
  page: Page;
  language: string;
  covered: boolean;
  busy: boolean;
  /** What is to be read when nothing else is under way. */
  readonly waiting: (() => Promise<void>)[];
  /** All that is wrong, in the order of the fields. */
  troubles: readonly Trouble[];
  /** Said once, politely. */
  notice?: Key | undefined;
  /** From the address, used once. */
  invitation?: string | undefined;
  handle?: string;
  /** The force offers GOV.UK One Login as well. */
  oneLogin: boolean;
  /** Back from there: a code is on its way if that account was used here before. Nobody can see whether. */
  returned: boolean;
  /** How many more codes may be asked for. */
  resends: number;
  accessToken?: string;
  lastVisit?: LastVisit | null;
  me?: Me;
  crime?: Crime | undefined;
  support?: Support | undefined;
  rights?: Rights | undefined;
  advice?: Advice | undefined;
  contact?: Contact | undefined;
  /** What is not stored yet. */
  wanted?: Wanted | undefined;
  visits?: Visits | undefined;
  /** The appointment that the person wants at another time. */
  appointment?: string;
  /** What is being written, by crime. */
  drafts: Map<string, Draft>;
  swapped: Set<string>;
  /** All entries of a long list are seen, not only the newest. */
  whole: boolean;
  warned: boolean;
  /** When the host ends this visit, whatever the person does. */
  endsAt: number;
  /** Whether the person is being told that this is soon; before that undefined. */
  ending?: boolean;
  /** The chat is open: whoever writes there is not seen here. */
  chatting: boolean;
}

export function freshState(language = "en", oneLogin = false): State {
  return {
    page: "start",
    language,
    oneLogin,
    returned: false,
    covered: false,
    busy: false,
    waiting: [],
    troubles: [],
    resends: 0,
    drafts: new Map(),
    swapped: new Set(),
    whole: false,
    warned: false,
    endsAt: Number.POSITIVE_INFINITY,
    chatting: false,
  };
}

export let state = freshState();

/** Forgets everything but the language and what the force offers, which say nothing. */
export function forget(): void {
  state = freshState(state.language, state.oneLogin);
}

export let draw: () => void = () => {};

export function drawWith(drawer: () => void): void {
  draw = drawer;
}
