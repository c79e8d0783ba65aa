import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import cy from "../../src/portal/locales/cy.json" with { type: "json" };
import en from "../../src/portal/locales/en.json" with { type: "json" };
import { direction, words, written } from "../../src/portal/words.ts";

const source = resolve(import.meta.dirname, "../../src/portal");
const code = readdirSync(source, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.tsx?$/.test(name))
  .map((name) => readFileSync(join(source, name), "utf8"))
  .join("\n");

function placeholders(text: string): string[] {
  return (text.match(/\{\w+\}/g) ?? []).sort();
}

describe("the portal's words", () => {
  it("are all there in Welsh, with the same gaps to fill", () => {
    expect(Object.keys(cy).sort()).toEqual(Object.keys(en).sort());
    for (const [key, text] of Object.entries(en)) {
      expect(placeholders(cy[key as keyof typeof cy]), key).toEqual(placeholders(text));
    }
  });

  it("are all used", () => {
    const unused = Object.keys(en).filter((key) => !new RegExp(`["'.]${key}["']|\\b${key}:`).test(code));
    expect(unused.filter((key) => !/^(mon|tue|wed|thu|fri|sat|sun|day|month|year)$/.test(key))).toEqual([]);
  });

  it("say what to do in danger wherever somebody may be stuck", () => {
    for (const key of ["noCode", "tooMany", "writeHint", "visitsText"] as const) {
      expect(en[key]).toContain("999");
      expect(cy[key]).toContain("999");
    }
  });

  it("are English for a reader of a language in which nobody wrote them, and say so", () => {
    expect(written("es")).toBe("en");
    expect(words("es", "send")).toBe(en.send);
    expect(direction("ar")).toBe("rtl");
    expect(direction("cy")).toBe("ltr");
  });

  it("keep the direction of what is put into them", () => {
    expect(words("en", "sms", { hint: "07•• •••" })).toBe("Text message to \u206807•• •••\u2069");
  });
});
