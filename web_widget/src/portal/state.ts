/** All that the portal knows, in memory only. Views read it; actions change it and call `draw`. */
import type { Advice, Contact, Crime, Device, Me, Rights, Support } from "./protocol.ts";
import type { Key } from "./words.ts";

export type Page =
  | "start"
  | "code"
  | "device"
  | "crimes"
  | "crime"
  | "messages"
  | "appointments"
  | "change"
  | "support"
  | "rights"
  | "advice"
  | "contact"
  | "record"
  | "chat";

/** What is wrong, and at which field. */
export interface Trouble {
  readonly text: Key;
  readonly values?: Readonly<Record<string, string | number>>;
  readonly field?: string;
}

export interface State {
  page: Page;
  language: string;
  covered: boolean;
  busy: boolean;
  trouble?: Trouble | undefined;
  /** Said once, politely. */
  notice?: Key | undefined;
  /** From the address, used once. */
  invitation?: string | undefined;
  handle?: string;
  accessToken?: string;
  lastVisit?: Device | null;
  me?: Me;
  crime?: Crime | undefined;
  support?: Support | undefined;
  rights?: Rights | undefined;
  advice?: Advice | undefined;
  contact?: Contact | undefined;
  /** The appointment that the person wants at another time. */
  appointment?: string;
  draft: string;
  /** Makes a message one, however often it is sent. */
  client: string;
  swapped: Set<string>;
  warned: boolean;
}

export function freshState(language = "en"): State {
  return {
    page: "start",
    language,
    covered: false,
    busy: false,
    draft: "",
    client: crypto.randomUUID(),
    swapped: new Set(),
    warned: false,
  };
}

export let state = freshState();

/** Forgets everything; the language stays, it says nothing. */
export function forget(): void {
  state = freshState(state.language);
}

export let draw: () => void = () => {};

export function drawWith(drawer: () => void): void {
  draw = drawer;
}
