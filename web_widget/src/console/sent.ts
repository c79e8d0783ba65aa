/** What is sent to victims: the answers of the REST API under `/oversight` (docs/oversight-api.yaml). */

export interface MessageLine {
  readonly key: string;
  readonly stage: string;
  readonly title: string;
  readonly channels: readonly string[];
  readonly statutory: boolean;
  readonly right: number;
  readonly enhanced: boolean;
  readonly pierces_quiet_hours: boolean;
  readonly languages: readonly string[];
  readonly version: number;
  readonly on: boolean;
}

export interface Preview extends MessageLine {
  readonly language: string;
  readonly portal: { readonly title: string; readonly text: string; readonly next: string };
  readonly sms?: {
    readonly text: string;
    readonly parts: number;
    readonly encoding: string;
    readonly pence: number;
  };
  readonly email?: { readonly subject: string; readonly text: string };
}

export interface ListedProblem {
  readonly id: string;
  readonly crime: string;
  readonly role: string;
  readonly field: string;
  readonly check: string;
  readonly fix: string;
  readonly blocks: boolean;
  readonly since: string;
}

export interface Quality {
  readonly problems: readonly ListedProblem[];
  readonly refused: readonly {
    readonly source: string;
    readonly crime: string;
    readonly since: string;
    readonly field: string;
    readonly detail: string;
  }[];
  readonly counts: readonly { readonly check: string; readonly count: number }[];
  readonly more: boolean;
}

export interface Deadlines {
  readonly forecast: readonly {
    readonly crime: string;
    readonly type: string;
    readonly deadline_at: string;
    readonly due_at: string;
    readonly certain: boolean;
  }[];
  readonly on_time_percent: number | null;
  readonly days: readonly {
    readonly day: string;
    readonly sent: number;
    readonly failed: number;
    readonly on_time: number;
    readonly late: number;
  }[];
}

export interface Costs {
  readonly month: string;
  readonly pence: number;
  readonly messages: number;
  readonly lines: readonly {
    readonly type: string;
    readonly channel: string;
    readonly provider: string;
    readonly sent: number;
    readonly parts: number;
    readonly delivered: number;
    readonly failed: number;
    readonly pence: number;
  }[];
}

/** The pages, with the roles that may open them (harbour/identity/data/permissions.json says the same). */
export const SENT_PAGES = {
  messages: { label: "Messages", roles: ["officer", "supervisor", "analyst"] },
  quality: { label: "Data quality", roles: ["officer", "supervisor"] },
  deadlines: { label: "Deadlines", roles: ["supervisor", "analyst"] },
  costs: { label: "Costs", roles: ["supervisor", "analyst"] },
} as const;

export type SentPage = keyof typeof SENT_PAGES;

export const isSentPage = (page: string): page is SentPage => page in SENT_PAGES;

/** A name that stands in data, for people: `suspect_arrested` is "Suspect arrested". */
export function words(name: string): string {
  const plain = name.replaceAll("_", " ");
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}

/** Pence as pounds. */
export const pounds = (pence: number): string => `£${(pence / 100).toFixed(2)}`;

/** The months that can be looked at: this one and the eleven before it. */
export function months(today: Date): readonly string[] {
  return Array.from({ length: 12 }, (_, back) => {
    const first = new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - back, 1));
    return first.toISOString().slice(0, 7);
  });
}

/** The types that a search finds: every word must stand in the title, the key or the stage. */
export function found(types: readonly MessageLine[], search: string, stage: string): readonly MessageLine[] {
  const wanted = search.toLowerCase().split(/\s+/).filter(Boolean);
  return types.filter((one) => {
    const said = `${one.title} ${words(one.key)} ${one.key} ${one.stage}`.toLowerCase();
    return (stage === "" || one.stage === stage) && wanted.every((word) => said.includes(word));
  });
}
