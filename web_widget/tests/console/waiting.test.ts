import { describe, expect, it } from "vitest";
import {
  ago,
  clockTime,
  dayInWords,
  duration,
  secondsSince,
  shortDuration,
} from "../../src/console/waiting.ts";

const NOON = new Date(2026, 10, 22, 12, 0, 0).getTime();
const earlier = (seconds: number) => new Date(NOON - seconds * 1000).toISOString();

describe("a duration in words", () => {
  it.each([
    [0, "0 seconds", "0 s"],
    [1, "1 second", "1 s"],
    [59.9, "59 seconds", "59 s"],
    [60, "1 minute", "1 min"],
    [3599, "59 minutes", "59 min"],
    [3600, "1 hour", "1 h"],
    [3900, "1 hour 5 minutes", "1 h 5 min"],
    [7260, "2 hours 1 minute", "2 h 1 min"],
    [86_400, "1 day", "1 d"],
    [200_000, "2 days", "2 d"],
  ])("of %d seconds reads %s", (seconds, words, short) => {
    expect([duration(seconds), shortDuration(seconds)]).toEqual([words, short]);
  });
});

describe("a moment in words", () => {
  it("is just now for a few seconds, then ages", () => {
    expect(ago(earlier(3), NOON)).toBe("just now");
    expect(ago(earlier(125), NOON)).toBe("2 minutes ago");
  });

  it("is never in the future, whatever the clocks say", () => {
    expect(secondsSince(earlier(-30), NOON)).toBe(0);
  });

  it("names the day only when it is not today", () => {
    expect(clockTime(earlier(3600), NOON)).toBe("11:00");
    expect(clockTime(earlier(86_400), NOON)).toBe("21 November, 12:00");
    expect(clockTime(earlier(366 * 86_400), NOON)).toBe("21 November 2025, 12:00");
  });

  it("calls the last days by name", () => {
    expect(dayInWords(earlier(60), NOON)).toBe("Today");
    expect(dayInWords(earlier(86_400), NOON)).toBe("Yesterday");
    expect(dayInWords(earlier(2 * 86_400), NOON)).toBe("20 November");
  });
});
