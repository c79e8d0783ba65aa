import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import en from "../../src/portal/locales/en.json" with { type: "json" };
import {
  dayOf,
  direction,
  learn,
  momentOf,
  type Key,
  preferred,
  reviewed,
  WRITTEN,
  words,
  written,
} from "../../src/portal/words.ts";

const source = resolve(import.meta.dirname, "../../src/portal");
const code = readdirSync(source, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.tsx?$/.test(name))
  .map((name) => readFileSync(join(source, name), "utf8"))
  .join("\n");

type Locale = Record<string, string> & {
  readonly _meta: { readonly language: string; readonly note?: string };
};

const locales = readdirSync(join(source, "locales")).map(
  (name) => [name, JSON.parse(readFileSync(join(source, "locales", name), "utf8")) as Locale] as const,
);
const keys = Object.keys(en).filter((key) => key !== "_meta") as Key[];

function placeholders(text: string): string[] {
  return (text.match(/\{\w+\}/g) ?? []).sort();
}

describe.each(locales)("the portal's words in %s", (name, locale) => {
  it("are all there, with the same gaps to fill", () => {
    expect(Object.keys(locale).sort()).toEqual(Object.keys(en).sort());
    for (const key of keys) {
      expect(placeholders(locale[key] ?? ""), key).toEqual(placeholders(en[key]));
      expect(locale[key]?.trim(), key).toBeTruthy();
    }
  });

  it("say what to do in danger wherever somebody may be stuck", () => {
    for (const key of keys.filter((one) => en[one].includes("999")))
      expect(locale[key], key).toContain("999");
  });

  it("have a cover that is as long as every other, and says nothing", () => {
    expect(locale.listItems?.split("|")).toHaveLength(6);
  });

  it("can be chosen, and say that nobody has checked them", async () => {
    const { language, note } = locale._meta;
    expect(name).toBe(`${language}.json`);
    expect(Object.keys(WRITTEN)).toContain(language);
    await learn(language);
    expect(written(language)).toBe(language);
    expect(words(language, "send")).toBe(locale.send);
    expect(reviewed(language)).toBe(language === "en");
    expect(note).toBe(language === "en" ? undefined : "not yet reviewed by a native speaker");
  });
});

describe("the portal's words", () => {
  it("are all used", () => {
    const unused = keys.filter((key) => !new RegExp(`["'.]${key}["']|\\b${key}:`).test(code));
    expect(unused.filter((key) => !/^(mon|tue|wed|thu|fri|sat|sun|day|month|year)$/.test(key))).toEqual([]);
  });

  it("are English for a reader of a language in which nobody wrote them", async () => {
    await learn("so");
    expect(written("so")).toBe("en");
    expect(words("so", "send")).toBe(en.send);
    expect(direction("ar")).toBe("rtl");
    expect(direction("cy")).toBe("ltr");
  });

  it("are in the browser's own language from the start, if we have it", () => {
    expect(preferred(["es-MX", "en"])).toBe("es");
    expect(preferred(["so", "ar", "en"])).toBe("ar");
    expect(preferred(["en-GB", "cy"])).toBe("cy");
    expect(preferred(["en-GB", "es"])).toBe("en");
    expect(preferred(["ja"])).toBe("en");
  });

  it("keep the direction of what is put into them", () => {
    expect(words("en", "sms", { hint: "07•• •••" })).toBe("Text message to \u206807•• •••\u2069");
  });
});

describe("dates", () => {
  it("are by the clocks of this country, summer and winter", () => {
    expect(momentOf("2026-07-08T09:05:00Z", "en")).toBe("8 July 2026 at 10:05");
    expect(momentOf("2026-12-08T23:30:00Z", "en")).toBe("8 December 2026 at 23:30");
    expect(dayOf("2026-12-31", "en")).toMatch(/^Thursday,? 31 December 2026$/);
  });

  it("are Welsh in every browser, whether it knows Welsh or not", () => {
    expect(momentOf("2026-07-08T09:05:00Z", "cy")).toBe("8 Gorffennaf 2026 am 10:05");
    expect(momentOf("2026-07-08T23:30:00Z", "cy")).toBe("9 Gorffennaf 2026 am 00:30");
    expect(dayOf("2026-12-01", "cy")).toBe("Dydd Mawrth 1 Rhagfyr 2026");
  });
});
