import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { constants, languages, localeFiles } from "../../texts.ts";

const folder = resolve(import.meta.dirname, "../../locales");

interface LocaleFile {
  readonly _meta: { language: string; endonym: string; dir: string; reviewed: boolean };
  readonly [key: string]: unknown;
}

function read(name: string): LocaleFile {
  return JSON.parse(readFileSync(resolve(folder, name), "utf8"));
}

const english = read("en.json");
const keys = Object.keys(english).filter((key) => key !== "_meta");
const codes = readdirSync(folder)
  .filter((name) => name !== "index.json")
  .map((name) => name.replace(".json", ""));

function placeholders(text: unknown): string[] {
  return [...`${text as string}`.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();
}

describe("the languages", () => {
  it("include those that people in this country need most", () => {
    const offered = languages.map(({ code }) => code);
    const needed = "en cy pl ro pa ur bn ar fa es pt so tr uk zh".split(" ");
    expect(needed.filter((code) => !offered.includes(code))).toEqual([]);
    expect(offered.length).toBeGreaterThanOrEqual(20);
  });

  it("all have a file, and every file is offered", () => {
    expect(languages.map(({ code }) => code).sort()).toEqual([...codes].sort());
  });

  it.each(codes)("%s has exactly the texts of English, none of them empty", (code) => {
    const locale = read(`${code}.json`);
    expect(Object.keys(locale).filter((key) => key !== "_meta")).toEqual(keys);
    expect(keys.filter((key) => !`${locale[key] as string}`.trim())).toEqual([]);
  });

  it.each(codes)("%s puts in the same names and numbers as English", (code) => {
    const locale = read(`${code}.json`);
    for (const key of keys) expect(placeholders(locale[key]), key).toEqual(placeholders(english[key]));
  });

  it.each(codes)("%s says its name, its direction and whether a native speaker has checked it", (code) => {
    const { language, endonym, dir, reviewed } = read(`${code}.json`)._meta;
    expect(language).toBe(code);
    expect(languages.find((one) => one.code === code)?.endonym).toBe(endonym);
    expect(dir).toBe(["ar", "fa", "ur", "ckb", "ps"].includes(code) ? "rtl" : "ltr");
    expect(typeof reviewed).toBe("boolean");
  });

  it.each(codes)("%s is small enough for a poor connection", (code) => {
    expect(gzipSync(localeFiles.get(code) ?? "", { level: 9 }).length).toBeLessThanOrEqual(1750);
  });
});

describe("laying out the texts", () => {
  it("gives every text the place where the browser will find it", () => {
    const texts = (name: string) => (JSON.parse(localeFiles.get(name) ?? "") as string).split("~");
    const first = texts("en");
    const rest = texts("en-2");
    expect(first.slice(0, 2)).toEqual(["1", ""]);
    expect(texts("ar").slice(0, 2)).toEqual(["", "1"]);
    const all = [...first.slice(2), ...rest];
    const places = constants as Record<string, string>;
    expect(all[Number(places["TEXT.tenSeconds"])]).toBe("10 seconds");
    for (const key of keys) expect(all[Number(places[`TEXT.${key}`])], key).toBe(english[key]);
    expect(first.slice(2)).toHaveLength(Number(constants.__TEXTS_FIRST__));
  });
});
