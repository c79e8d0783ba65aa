import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import cy from "../../src/portal/locales/cy.json" with { type: "json" };
import en from "../../src/portal/locales/en.json" with { type: "json" };
import { dayOf, direction, momentOf, words, written } from "../../src/portal/words.ts";

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
