/** What is sent to victims: the answers of the REST API under `/oversight` (docs/oversight-api.yaml). */

import { duration, fullTime, MONTHS } from "./waiting";

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
    readonly sha256: string;
  };
  readonly email?: {
    readonly subject: string;
    readonly text: string;
    readonly html: string;
    readonly sha256: string;
  };
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
  readonly complete: boolean;
  readonly next: string;
}

export interface Breach {
  readonly crime: string;
  readonly type: string;
  readonly deadline_at: string;
  readonly due_at: string;
  readonly certain: boolean;
  readonly late: boolean;
}

export interface Deadlines {
  readonly forecast: readonly Breach[];
  readonly complete: boolean;
  readonly on_time: number;
  readonly late: number;
  readonly on_time_percent: number | null;
  readonly days: readonly {
    readonly day: string;
    readonly sent: number;
    readonly failed: number;
    readonly on_time: number;
    readonly late: number;
  }[];
}

export interface CostLine {
  readonly type: string;
  readonly channel: string;
  readonly provider: string;
  readonly sent: number;
  readonly parts: number;
  readonly delivered: number;
  readonly failed: number;
  readonly pence: number;
}

export interface Costs {
  readonly month: string;
  readonly pence: number;
  readonly messages: number;
  readonly lines: readonly CostLine[];
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

/** What one message cost: a fraction of a penny matters in a hundred thousand. */
export const each = (pence: number, messages: number): string => `${(pence / messages).toFixed(2)}p`;

export const channelName = (channel: string): string => (channel === "sms" ? "Text messages" : "E-mails");

/** What was spent, summed up by something of each line; the dearest first. */
export function summed(
  lines: readonly CostLine[],
  by: (line: CostLine) => string,
): readonly {
  readonly name: string;
  readonly pence: number;
  readonly sent: number;
  readonly parts: number;
}[] {
  const sums = new Map<string, { pence: number; sent: number; parts: number }>();
  for (const line of lines) {
    const sum = sums.get(by(line)) ?? { pence: 0, sent: 0, parts: 0 };
    sum.pence += line.pence;
    sum.sent += line.sent;
    sum.parts += line.parts;
    sums.set(by(line), sum);
  }
  return [...sums].map(([name, sum]) => ({ name, ...sum })).sort((a, b) => b.pence - a.pence);
}

/**
 * An e-mail for a frame of this page. The policy here allows no style in the mark-up, so each stands aside in
 * `data-style` until `dress` puts it on. Values in mails have their quotes escaped: this stands in tags only.
 */
export const undressed = (html: string): string => html.replaceAll(' style="', ' data-style="');

/** Puts the styles on that `undressed` took off. */
export function dress(elements: Iterable<HTMLElement>): void {
  for (const element of elements) {
    element.style.cssText = element.dataset["style"] ?? "";
  }
}

/** The problems of two pages, each once: what was mended meanwhile can shift a page. */
export function joined(
  shown: readonly ListedProblem[],
  more: readonly ListedProblem[],
): readonly ListedProblem[] {
  const known = new Set(shown.map(nameOf));
  return [...shown, ...more.filter((one) => !known.has(nameOf(one)))];
}

/** A problem's own name: ids are unique within a crime. */
export const nameOf = (one: { readonly crime: string; readonly id: string }): string =>
  `${one.crime} ${one.id}`;

/** A list without what was mended, and its counts with one less. */
export function without(quality: Quality, gone: ListedProblem): Quality {
  return {
    ...quality,
    problems: quality.problems.filter((one) => nameOf(one) !== nameOf(gone)),
    counts: quality.counts
      .map((one) => (one.check === gone.check ? { ...one, count: one.count - 1 } : one))
      .filter((one) => one.count > 0),
  };
}

/** How long until a time limit, or since it: `in 3 hours`, `2 days ago`. */
export function awayFrom(at: string, now: number): string {
  const seconds = Math.floor((Date.parse(at) - now) / 1000);
  return seconds >= 0 ? `in ${duration(seconds)}` : `${duration(-seconds)} ago`;
}

/** A time limit in words. One that ends at midnight ends with the day before: `end of 2 April 2026`. */
export function limitOf(at: string): string {
  const then = new Date(at);
  if (then.getHours() === 0 && then.getMinutes() === 0) {
    const dayBefore = new Date(then.getTime() - 1).toISOString();
    return `end of ${fullTime(dayBefore).split(",")[0]}`;
  }
  return fullTime(at).slice(0, -":00".length);
}

/** What to say of a time limit that is near or over, and in which colour. */
export function standing(one: Breach): { readonly label: string; readonly colour: string } {
  if (one.late) {
    return { label: "Late", colour: "red" };
  }
  return one.certain ? { label: "Will be late", colour: "orange" } : { label: "Soon", colour: "yellow" };
}

/** Which of `count` things a key leads to from `from`; none for another key. */
export function stepTo(key: string, from: number, count: number): number | null {
  switch (key) {
    case "ArrowDown":
      return Math.min(from + 1, count - 1);
    case "ArrowUp":
      return Math.max(from - 1, 0);
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return null;
  }
}

/** A day or a month of an answer in words: `2026-11-24` is "24 November", `2026-11` is "November 2026". */
export function calendar(written: string): string {
  const [year, month, day] = written.split("-").map(Number);
  const name = MONTHS[(month ?? 1) - 1] ?? "";
  return day === undefined ? `${name} ${year}` : `${day} ${name}`;
}

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
