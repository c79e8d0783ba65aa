import { describe, expect, it } from "vitest";
import { type KeyPress, shortcutFor } from "../../src/console/keys.ts";

function press(key: string, changed: Partial<KeyPress> = {}): KeyPress {
  const code = /^[a-z]$/.test(key) ? `Key${key.toUpperCase()}` : key;
  return { key, code, altKey: false, ctrlKey: false, metaKey: false, inTextField: false, ...changed };
}

describe("shortcuts", () => {
  it("work with Alt anywhere, in text boxes too", () => {
    expect(shortcutFor(press("a", { altKey: true, inTextField: true }), true)).toEqual({ does: "accept" });
    expect(shortcutFor(press("3", { altKey: true, inTextField: true }), true)).toEqual({
      does: "go",
      place: 3,
    });
  });

  it("never take a letter from somebody who types", () => {
    for (const key of ["a", "x", "?", "1"]) {
      expect(shortcutFor(press(key, { inTextField: true }), true)).toBeNull();
    }
  });

  it("work as single letters outside text boxes, until that is switched off", () => {
    expect(shortcutFor(press("o"), true)).toEqual({ does: "original" });
    expect(shortcutFor(press("o"), false)).toBeNull();
    expect(shortcutFor(press("o", { altKey: true }), false)).toEqual({ does: "original" });
  });

  it("leave Ctrl, Cmd and AltGr to the browser and the keyboard", () => {
    expect(shortcutFor(press("a", { ctrlKey: true }), true)).toBeNull();
    expect(shortcutFor(press("a", { metaKey: true }), true)).toBeNull();
    expect(shortcutFor(press("a", { altKey: true, ctrlKey: true }), true)).toBeNull();
  });

  it("find the letter where Alt types another character", () => {
    expect(shortcutFor(press("å", { altKey: true, code: "KeyA" }), true)).toEqual({ does: "accept" });
  });

  it("follow the letter, not its place, on other keyboards", () => {
    expect(shortcutFor(press("a", { altKey: true, code: "KeyQ" }), true)).toEqual({ does: "accept" });
  });
});
