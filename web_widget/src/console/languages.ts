/** Languages by name. The force's list comes with GET /officers/me; the browser knows the rest. */

import { type Language, UNKNOWN_LANGUAGE } from "./protocol";

const english = new Intl.DisplayNames(["en-GB"], { type: "language" });

/** The name in English: `Spanish`. An unknown code is shown as it is, `auto` in words. */
export function languageName(code: string, known: readonly Language[]): string {
  if (code === UNKNOWN_LANGUAGE || code === "") {
    return "Language not known yet";
  }
  const listed = known.find((language) => language.code === code);
  return listed?.name ?? displayName(code);
}

/** The name in the language itself where it differs from the English one: `Español`; otherwise `null`. */
export function endonym(code: string, known: readonly Language[]): string | null {
  const listed = known.find((language) => language.code === code);
  return listed && listed.endonym !== listed.name ? listed.endonym : null;
}

/** For the `lang` attribute, so that screen readers change voice; undefined while the language is not known. */
export function langAttribute(code: string): string | undefined {
  return code === UNKNOWN_LANGUAGE || code === "" ? undefined : code;
}

/** Whether two codes name the same written language for translation: `pt` and `pt-BR` do. */
export function sameLanguage(a: string, b: string): boolean {
  return primary(a) === primary(b);
}

function primary(code: string): string {
  return code.split("-", 1)[0]?.toLowerCase() ?? code;
}

function displayName(code: string): string {
  try {
    return english.of(code) ?? code;
  } catch (error) {
    if (error instanceof RangeError) {
      return code; // Not a language tag: show what the record says rather than nothing.
    }
    throw error;
  }
}
