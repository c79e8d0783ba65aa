/** The pages' own words, in the two languages that people wrote. Other languages keep these in English, marked so. */
import cy from "./locales/cy.json";
import en from "./locales/en.json";

export type Key = keyof typeof en;

const WRITTEN: Readonly<Record<string, Readonly<Record<Key, string>>>> = { en, cy };

/** The language in which our own words are for a reader of `language`. */
export function written(language: string): string {
  return language in WRITTEN ? language : "en";
}

/** A text, with what is put in for `{name}` keeping its own direction. */
export function words(
  language: string,
  key: Key,
  values: Readonly<Record<string, string | number>> = {},
): string {
  const text = (WRITTEN[language] ?? en)[key];
  return text.replace(/\{(\w+)\}/g, (_, name: string) => `\u2068${values[name] ?? ""}\u2069`);
}

/** A day in words. */
export function dayOf(at: string, language: string): string {
  return new Intl.DateTimeFormat(`${language}-GB`, { dateStyle: "full", timeZone: "Europe/London" }).format(
    new Date(at),
  );
}

/** A day and a time in words. */
export function momentOf(at: string, language: string): string {
  return new Intl.DateTimeFormat(`${language}-GB`, {
    dateStyle: "long",
    timeStyle: "short",
    timeZone: "Europe/London",
  }).format(new Date(at));
}

const RIGHT_TO_LEFT = /^(ar|ckb|fa|he|ps|ur|pnb|sd|ug)\b/;

/** How a language is written. */
export function direction(language: string): "ltr" | "rtl" {
  return RIGHT_TO_LEFT.test(language) ? "rtl" : "ltr";
}
