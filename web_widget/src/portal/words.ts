/**
 * The pages' own words. English is there from the start, the other languages come one at a time. Readers of a language
 * in which nobody wrote them get English.
 */
import en from "./locales/en.json";

export type Key = Exclude<keyof typeof en, "_meta">;
type Words = Readonly<Record<Key, string>> & { readonly _meta: { readonly reviewed: boolean } };

/** Languages in which there are words, as their readers write them. */
export const WRITTEN = {
  en: "English",
  cy: "Cymraeg",
  ar: "العربية",
  es: "Español",
  pl: "Polski",
} as const;

const FILES: Readonly<Record<string, () => Promise<{ default: Words }>>> = {
  cy: () => import("./locales/cy.json"),
  ar: () => import("./locales/ar.json"),
  es: () => import("./locales/es.json"),
  pl: () => import("./locales/pl.json"),
};

const known: Record<string, Words> = { en };

/** Fetches the words of a language, if there are any. Throws when they cannot be had. */
export async function learn(language: string): Promise<void> {
  const file = known[language] ? undefined : FILES[language];
  if (file) known[language] = (await file()).default;
}

/** The language in which our own words are for a reader of `language`. */
export function written(language: string): string {
  return language in known ? language : "en";
}

/** Whether somebody who grew up with the language has checked our words in it. */
export function reviewed(language: string): boolean {
  return known[written(language)]?._meta.reviewed ?? true;
}

/** The first language of a browser that we can write; who reads Welsh at all is offered Welsh. */
export function preferred(tags: readonly string[]): string {
  const codes = tags.map((tag) => tag.split("-")[0] ?? "");
  return codes.includes("cy") ? "cy" : (codes.find((code) => code in WRITTEN) ?? "en");
}

/** A text, with what is put in for `{name}` keeping its own direction. */
export function words(
  language: string,
  key: Key,
  values: Readonly<Record<string, string | number>> = {},
): string {
  const text = (known[language] ?? en)[key];
  return text.replace(/\{(\w+)\}/g, (_, name: string) => `\u2068${values[name] ?? ""}\u2069`);
}

const LONDON = "Europe/London";

/** Browsers do not all know Welsh, and then write American dates. */
const WELSH_DAYS = "Sul|Llun|Mawrth|Mercher|Iau|Gwener|Sadwrn".split("|");
const WELSH_MONTHS =
  "Ionawr|Chwefror|Mawrth|Ebrill|Mai|Mehefin|Gorffennaf|Awst|Medi|Hydref|Tachwedd|Rhagfyr".split("|");

/** Words one after another, with the commas of a language. */
export function listOf(words: readonly string[], language: string): string {
  return new Intl.ListFormat(language, { style: "short", type: "unit" }).format(words);
}

/** A day in words. */
export function dayOf(at: string, language: string): string {
  const moment = new Date(at);
  if (language === "cy") {
    const [year, month, day] = inLondon(moment);
    const weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay();
    return `Dydd ${WELSH_DAYS[weekday]} ${welshDay(year, month, day)}`;
  }
  return moment.toLocaleDateString(`${language}-GB`, { dateStyle: "full", timeZone: LONDON });
}

/** A day and a time in words. */
export function momentOf(at: string, language: string): string {
  const moment = new Date(at);
  if (language === "cy") {
    const [year, month, day, hour, minute] = inLondon(moment);
    const time = [hour, minute].map((part) => `${part}`.padStart(2, "0")).join(":");
    return `${welshDay(year, month, day)} am ${time}`;
  }
  return moment.toLocaleString(`${language}-GB`, { dateStyle: "long", timeStyle: "short", timeZone: LONDON });
}

function welshDay(year: number, month: number, day: number): string {
  return `${day} ${WELSH_MONTHS[month - 1]} ${year}`;
}

/** Year, month, day, hour and minute by the clocks of this country. */
function inLondon(moment: Date): [number, number, number, number, number] {
  const written = moment.toLocaleString("sv-SE", { timeZone: LONDON });
  return (written.match(/\d+/g) ?? []).slice(0, 5).map(Number) as [number, number, number, number, number];
}

const RIGHT_TO_LEFT = /^(ar|ckb|fa|he|ps|ur|pnb|sd|ug)\b/;

/** How a language is written. */
export function direction(language: string): "ltr" | "rtl" {
  return RIGHT_TO_LEFT.test(language) ? "rtl" : "ltr";
}
