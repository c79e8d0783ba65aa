/** What the sign-in and the portal's API take and answer (docs/sign-in-api.yaml, docs/portal-api.yaml). */

export interface Started {
  readonly handle: string;
}

/** Ways in beside the force's own. */
export interface Options {
  readonly one_login: boolean;
}

/** Where the browser goes to sign in. */
export interface Address {
  readonly address: string;
}

/** Back from there, known or not: the handle, and how many more codes may be asked for. */
export type Returned = Started & Sent;

/** After a proof, right or wrong: how many more codes may be asked for. */
export interface Sent {
  readonly resends: number;
}

/** A code is on its way to who is signed in: the handle with which it goes back. */
export type Confirming = Started & Sent;

/** A browser and its system, as somebody knows them: "Chrome on Android". */
export interface Device {
  readonly label: string;
  readonly at: string;
}

/** The visit before this one, and the other devices that were first used since this one was used last. */
export interface LastVisit extends Device {
  readonly new_devices: readonly Device[];
}

export interface Tokens {
  readonly id_token: string;
  readonly access_token: string;
  readonly expires_in: number;
  readonly new_device: boolean;
  readonly last_visit: LastVisit | null;
}

/** After it was somebody else: whether the officer knows. */
export interface Told {
  readonly officer_told: boolean;
}

export interface CrimeSummary {
  readonly id: string;
  readonly reference: string;
  readonly title: string;
  readonly status: string;
  readonly updated_at: string;
  readonly unread: number;
}

export interface LanguageChoice {
  readonly code: string;
  readonly endonym: string;
}

export interface Me {
  readonly name: string | null;
  readonly language: string;
  readonly languages: readonly LanguageChoice[];
  readonly crimes: readonly CrimeSummary[];
  readonly force: { readonly name: string; readonly exit_url: string; readonly emergency: string };
}

export interface Right {
  readonly number: number;
  readonly name: string;
}

export interface Moment {
  readonly id: string;
  readonly at: string;
  readonly title: string;
  readonly text: string;
  readonly right: Right | null;
  /** A machine put it into the reader's language. */
  readonly translated: boolean;
}

export interface Letter {
  readonly id: string;
  readonly from: "you" | "officer";
  readonly name?: string;
  readonly at: string;
  readonly text: string;
  readonly state: "sent" | "reached" | "answered" | null;
  readonly translation?: { readonly text: string; readonly language: string };
}

export interface Letters {
  readonly messages: readonly Letter[];
}

export interface Appointment {
  readonly id: string;
  readonly at: string;
  readonly what: string;
  readonly where: string;
  readonly state: "booked" | "change_requested" | "changed" | "cancelled";
  readonly can_change: boolean;
}

export interface Crime {
  readonly id: string;
  readonly reference: string;
  readonly title: string;
  readonly status: { readonly label: string; readonly text: string } | null;
  readonly next: { readonly text: string; readonly by: string | null; readonly right: Right | null } | null;
  readonly timeline: readonly Moment[];
  readonly officer: {
    readonly name: string;
    readonly collar: string;
    readonly station: string | null;
  } | null;
  readonly messages: readonly Letter[];
  readonly unread_messages: number;
  readonly appointments: readonly Appointment[];
  readonly translated_by_machine: boolean;
}

export interface Service {
  readonly name: string;
  readonly for: string;
  readonly phone?: string;
  readonly text?: string;
  readonly hours?: string;
  readonly area?: string;
}

/** Where somebody signed in to this account. */
export interface Visits {
  readonly devices: readonly {
    readonly label: string;
    readonly first: string;
    readonly last: string;
    readonly this: boolean;
    /** The person said that it was not they, and it did not come again since. */
    readonly not_me: boolean;
  }[];
}

export interface Support {
  readonly services: readonly Service[];
  readonly compensation: {
    readonly title: string;
    readonly text: readonly string[];
    readonly name: string;
    readonly phone: string;
  } | null;
  readonly translated_by_machine: boolean;
}

export interface Rights {
  readonly rights: readonly {
    readonly number: number;
    readonly name: string;
    readonly text: string;
    readonly more?: string;
  }[];
  readonly source: string;
  readonly translated_by_machine: boolean;
}

export interface Advice {
  readonly topics: readonly {
    readonly id: string;
    readonly title: string;
    readonly text: readonly string[];
  }[];
  readonly translated_by_machine: boolean;
}

export type Channel = "sms" | "email" | "both" | "none";

export interface Contact {
  readonly channel: Channel;
  readonly phone_hint: string;
  readonly email_hint: string;
  readonly hours: { readonly from: string; readonly to: string; readonly days: readonly number[] };
  readonly language: string;
  readonly code_word: boolean;
  readonly safe: boolean;
  readonly changed_at: string | null;
  readonly changed_by: "person" | "officer" | "crime_system";
}

/** What is to be otherwise; the rest stays as it is. */
export interface ContactWish extends Partial<Pick<Contact, "channel" | "hours" | "language" | "safe">> {
  readonly code_word?: string;
}

export interface RecordFile {
  readonly name: string;
  readonly html: string;
}

/** What opens the chat about a crime: as `POST /chat/tickets` answers. */
export interface Admission {
  readonly ticket: string;
  readonly conversation: string;
  readonly resume: string;
}
