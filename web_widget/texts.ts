/** Lays out the interface languages for the build: their names, and each one's texts in the order of English. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";

const folder = resolve(import.meta.dirname, "locales");

interface Language {
  readonly code: string;
  readonly endonym: string;
}

interface LocaleFile {
  readonly _meta: { readonly dir: "ltr" | "rtl"; readonly reviewed: boolean };
  readonly [key: string]: unknown;
}

function read<T>(name: string): T {
  return JSON.parse(readFileSync(resolve(folder, name), "utf8"));
}

/** Texts that nobody needs before the first message has been answered: a file of their own. */
const LATER = new Set(
  (
    "waitingText waitTime waitUnknown joined requeued returned you busy lost full tooLong notSent sent seen translated original translation untranslated typing " +
    "newBelow hidden dissolve never dissolveText messages end endAsk endedOfficer endedYou endedSilence next nextText comeBack feelSafe thanks"
  ).split(" "),
);

/**
 * Texts that this machine knows for every language, while many browsers know them only for the larger ones
 * (Unicode CLDR).
 */
function computed(code: string): Record<string, string> {
  const length = (amount: number, unit: string) =>
    new Intl.NumberFormat(code, { style: "unit", unit, unitDisplay: "long" }).format(amount);
  return {
    tenSeconds: length(10, "second"),
    oneMinute: length(1, "minute"),
    fiveMinutes: length(5, "minute"),
    english: new Intl.DisplayNames([code], { type: "language" }).of("en") ?? "English",
    // CLDR has no units for Sorani.
    ...(code === "ckb" && { tenSeconds: "١٠ چرکە", oneMinute: "١ خولەک", fiveMinutes: "٥ خولەک" }),
  };
}

const BETWEEN = "~";

const yes = (is: boolean) => (is ? "1" : "");

const keys = Object.keys(read<LocaleFile>("en.json")).filter((key) => key !== "_meta");
const first = keys.filter((key) => !LATER.has(key));
const later = [...keys.filter((key) => LATER.has(key)), ...Object.keys(computed("en"))];

/** A language is offered when its words are there. A test says which ones must be. */
export const languages = read<Language[]>("index.json").filter(({ code }) =>
  existsSync(resolve(folder, `${code}.json`)),
);

/** One string for all texts of a file: as gzip sends it, shorter than a list. */
function laidOut(texts: readonly string[]): string {
  const strange = texts.find((text) => text.includes(BETWEEN));
  if (strange) throw new Error(`${BETWEEN} is what stands between two texts, and not in one: ${strange}`);
  return JSON.stringify(texts.join(BETWEEN));
}

/**
 * What the browser loads, by the first part of the file's name: for `<code>` whether it is reviewed, whether it is
 * written from right to left ("1" or ""), and the texts until one can write; for `<code>-2` the rest.
 */
export const localeFiles = new Map(
  languages.flatMap(({ code }) => {
    const { _meta, ...texts } = read<LocaleFile>(`${code}.json`);
    const missing = keys.filter((key) => typeof texts[key] !== "string");
    if (missing.length) throw new Error(`locales/${code}.json lacks ${missing.join(", ")}`);
    const all = { ...texts, ...computed(code) } as Record<string, string>;
    const text = (key: string) => all[key] as string;
    return [
      [code, laidOut([yes(_meta.reviewed), yes(_meta.dir === "rtl"), ...first.map(text)])],
      [`${code}-2`, laidOut(later.map(text))],
    ];
  }),
);

/** One hash for all languages keeps their many names out of the chat script. */
const hash = createHash("sha256")
  .update([...localeFiles.values()].join("\n"))
  .digest("hex")
  .slice(0, 8);

export const localePath = (name: string) => `assets/locales/${name}-${hash}.json`;

/** The constants that `src/common/build.d.ts` declares. */
export const constants = {
  __LOCALES_HASH__: JSON.stringify(hash),
  __TEXTS_FIRST__: `${first.length}`,
  __LANGUAGES__: JSON.stringify(languages.map(({ code, endonym }) => `${code}=${endonym}`).join("|")),
  ...Object.fromEntries([...first, ...later].map((key, place) => [`TEXT.${key}`, `${place}`])),
};
