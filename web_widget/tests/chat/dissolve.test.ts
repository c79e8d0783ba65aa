import { describe, expect, it } from "vitest";
import { FADE_MS, timeLeft } from "../../src/chat/dissolve.ts";

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
});
