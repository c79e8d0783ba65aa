import { describe, expect, it } from "vitest";
import { FADE_MS, timeLeft, untilNextChange } from "../../src/chat/dissolve.ts";

describe("dissolving messages", () => {
  it("never fades a message while the control is off", () => {
    expect(timeLeft(0, 0, 1e12)).toBe(Number.POSITIVE_INFINITY);
  });

  it("does not count time for a message that nobody has seen yet", () => {
    expect(timeLeft(undefined, 10, 1e12)).toBe(Number.POSITIVE_INFINITY);
  });

  it("fades a message after the chosen time, and takes it away when it has faded", () => {
    expect(timeLeft(1000, 10, 10_999)).toBe(1);
    expect(timeLeft(1000, 10, 11_000)).toBe(0);
    expect(timeLeft(1000, 10, 11_000 + FADE_MS)).toBe(-FADE_MS);
  });

  it("wakes up for the next message to fade, and again when it is gone", () => {
    expect(untilNextChange([5000, 1000], 10, 2000)).toBe(9000);
    expect(untilNextChange([5000, 1000], 10, 11_000)).toBe(FADE_MS);
    expect(untilNextChange([5000, 1000], 10, 11_000 + FADE_MS)).toBe(15_000 - 11_000 - FADE_MS);
  });

  it("sleeps when nothing will change", () => {
    expect(untilNextChange([], 10, 0)).toBe(Number.POSITIVE_INFINITY);
    expect(untilNextChange([1000], 0, 0)).toBe(Number.POSITIVE_INFINITY);
    expect(untilNextChange([1000], 10, 60_000)).toBe(Number.POSITIVE_INFINITY);
  });
});
