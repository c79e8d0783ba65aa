import { describe, expect, test } from "vitest";
import { found, type MessageLine, months, pounds, words } from "../../src/console/sent";

const type = (key: string, stage: string, title: string): MessageLine => ({
  key,
  stage,
  title,
  channels: ["sms"],
  statutory: false,
  right: 0,
  enhanced: false,
  pierces_quiet_hours: false,
  languages: ["en"],
  version: 1,
  on: true,
});

const TYPES = [
  type("suspect_arrested", "suspect", "Somebody was arrested"),
  type("suspect_interviewed", "suspect", "Somebody was questioned"),
  type("hearing_listed", "court", "A date for court"),
];

describe("the catalogue", () => {
  test("is found by words of title, key and stage, in any order and case", () => {
    const keys = (search: string, stage = "") => found(TYPES, search, stage).map((one) => one.key);
    expect(keys("")).toHaveLength(3);
    expect(keys("ARREST")).toEqual(["suspect_arrested"]);
    expect(keys("questioned suspect")).toEqual(["suspect_interviewed"]);
    expect(keys("suspect interviewed")).toEqual(["suspect_interviewed"]);
    expect(keys("somebody", "court")).toEqual([]);
    expect(keys("", "court")).toEqual(["hearing_listed"]);
    expect(keys("unheard of")).toEqual([]);
  });

  test("has names for people", () => {
    expect(words("suspect_arrested")).toBe("Suspect arrested");
    expect(words("")).toBe("");
  });
});

describe("costs", () => {
  test("are shown in pounds", () => {
    expect(pounds(0)).toBe("£0.00");
    expect(pounds(1234.5)).toBe("£12.35");
  });

  test("can be seen for a year of months, over the turn of the year", () => {
    const found = months(new Date("2026-01-31T23:00:00Z"));
    expect(found).toHaveLength(12);
    expect(found.slice(0, 3)).toEqual(["2026-01", "2025-12", "2025-11"]);
  });
});
