import { describe, expect, it } from "vitest";
import { waitBefore } from "../../src/chat/backoff.ts";

describe("waiting before the next try", () => {
  it("doubles from one second up to half a minute", () => {
    expect([0, 1, 2, 3, 4, 5, 20].map((attempt) => waitBefore(attempt, 1))).toEqual([
      1000, 2000, 4000, 8000, 16_000, 30_000, 30_000,
    ]);
  });

  it("leaves half of the wait to chance, so that not everybody calls at once", () => {
    expect(waitBefore(3, 0)).toBe(4000);
    expect(waitBefore(3, 0.5)).toBe(6000);
  });
});
