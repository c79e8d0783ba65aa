/** The interface in the visitor's language: one file at a time, chosen by them, the browser's own first. */
import { ask } from "./host.ts";
import { type Choice, choices, parseLanguages } from "./languages.ts";
import { state } from "./state.ts";

/** A language as the build lays it out: is it reviewed, is it written from right to left (a "" says no), its texts. */
export type Locale = string[];

const BEFORE_TEXTS = 2;

/** The first screen and the cover as they are until the visitor has chosen a language. */
const FIRST_WORDS: Readonly<Record<number, string>> = {
  [TEXT.exit]: "Exit",
  [TEXT.cover]: "Cover",
  [TEXT.close]: "Close",
  [TEXT.language]: "Choose your language",
  [TEXT.search]: "Find a language",
  [TEXT.noLanguage]: "We do not have that language. Choose one that you can read.",
  [TEXT.failed]: "This did not load. Check your connection.",
  [TEXT.list]: "Shopping list",
  [TEXT.edited]: "Last change: today",
};

/** Text of the interface, by `TEXT.<key>`. What is put in for `{name}` keeps its own direction. */
export function t(text: number, values: Readonly<Record<string, unknown>> = {}): string {
  const words = state.locale?.[text + BEFORE_TEXTS] ?? FIRST_WORDS[text] ?? "";
  return words.replace(/\{(\w+)\}/g, (_, name: string) => `\u2068${values[name]}\u2069`);
}

/** Our languages, for this browser. */
export function offered(search: string): Choice[] {
  return choices(parseLanguages(__LANGUAGES__), navigator.languages, search);
}

async function load(name: string): Promise<Locale> {
  return (await ask<string>(`/assets/locales/${name}-${__LOCALES_HASH__}.json`)).split("~");
}

/** The interface's words in language `code`, up to the first message. Throws when they cannot be had. */
export async function loadLocale(code: string): Promise<Locale> {
  const { locale } = state;
  return locale && document.documentElement.lang === code ? locale : load(code);
}

/** Adds to `locale` the words for after the first message. Throws when they cannot be had. */
export async function loadRest(locale: Locale, code: string): Promise<void> {
  if (!locale[__TEXTS_FIRST__ + BEFORE_TEXTS]) {
    locale.push(...(await load(`${code}-2`)));
  }
}

/** From now on the interface speaks language `code`, to the browser and to screen readers too. */
export function speak(code: string, locale: Locale): void {
  state.language = code;
  state.locale = locale;
  document.documentElement.lang = code;
  document.documentElement.dir = locale[1] ? "rtl" : "ltr";
}

/** The time of day of `at`, and the day if it is asked for, in the visitor's language as it is written in this country. */
export function clockTime(at: string, weekday?: "long"): string {
  return new Date(at).toLocaleString(`${state.language}-GB`, { weekday, hour: "numeric", minute: "numeric" });
}
