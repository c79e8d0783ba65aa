import { describe, expect, it } from "vitest";
import { type Stroke, tripleShift, twoFingerDoubleTap } from "../../src/common/gestures.ts";

/** Feeds keys written as `Shift`, `Shift+a`, `a` or `click` to a new detector, `gap` ms apart; did it answer? */
function leaves(keys: string[], gap = 300): boolean {
  const gesture = tripleShift();
  let timeStamp = 0;
  let left = false;
  const feed = (type: string, stroke: Partial<Stroke>) => {
    left ||= gesture({ type, timeStamp, ...stroke });
  };
  for (const key of keys) {
    timeStamp += gap;
    if (key === "click") {
      feed("pointerdown", { shiftKey: false });
    } else if (key === "Shift+click") {
      feed("keydown", { key: "Shift" });
      feed("pointerdown", { shiftKey: true });
      feed("keyup", { key: "Shift" });
    } else if (key.startsWith("Shift+")) {
      feed("keydown", { key: "Shift" });
      feed("keydown", { key: key.slice(6) });
      feed("keyup", { key: key.slice(6) });
      feed("keyup", { key: "Shift" });
    } else {
      feed("keydown", { key });
      feed("keyup", { key });
    }
  }
  return left;
}

describe("Shift three times", () => {
  it("leaves at the third press", () => {
    expect(leaves(["Shift", "Shift"])).toBe(false);
    expect(leaves(["Shift", "Shift", "Shift"])).toBe(true);
  });

  it("forgives hands that shake: up to five seconds between two presses", () => {
    expect(leaves(["Shift", "Shift", "Shift"], 5000)).toBe(true);
    expect(leaves(["Shift", "Shift", "Shift"], 5001)).toBe(false);
  });

  it("does not count Shift that writes a capital", () => {
    expect(leaves(["Shift+A", "Shift+B", "Shift+C", "Shift+D"])).toBe(false);
    expect(leaves(["Shift", "Shift", "Shift+A", "Shift"])).toBe(false);
  });

  it("starts again when another key comes between", () => {
    expect(leaves(["Shift", "Shift", "a", "Shift", "Shift"])).toBe(false);
    expect(leaves(["Shift", "a", "Shift", "Shift", "Shift"])).toBe(true);
  });

  it("does not count Shift held for the mouse, and does not mind a click", () => {
    expect(leaves(["Shift+click", "Shift+click", "Shift+click"])).toBe(false);
    expect(leaves(["Shift", "click", "Shift", "Shift"])).toBe(true);
  });

  it("counts left and right, also held at once", () => {
    const gesture = tripleShift();
    const feed = (type: string) => gesture({ type, key: "Shift", repeat: false, timeStamp: 0 });
    expect([feed("keydown"), feed("keydown"), feed("keyup"), feed("keyup")]).not.toContain(true);
    feed("keydown");
    expect(feed("keyup")).toBe(true);
  });

  it("does not count a key that is held down as many presses", () => {
    const gesture = tripleShift();
    const down = (repeat: boolean) => gesture({ type: "keydown", key: "Shift", repeat, timeStamp: 0 });
    expect([down(false), down(true), down(true), down(true)]).not.toContain(true);
    expect(gesture({ type: "keyup", key: "Shift", timeStamp: 0 })).toBe(false);
  });
});

type Fingers = readonly (readonly [x: number, y: number])[];
const TWO: Fingers = [
  [100, 400],
  [200, 420],
];

describe("two fingers tapped twice", () => {
  function hands() {
    const gesture = twoFingerDoubleTap();
    const feed = (type: string, fingers: Fingers, timeStamp: number) =>
      gesture({ type, timeStamp, touches: fingers.map(([clientX, clientY]) => ({ clientX, clientY })) });
    /** Fingers never come down or go up in the same instant. */
    const tap = (at: number, fingers: Fingers = TWO, length = 100) => {
      feed("touchstart", fingers.slice(0, 1), at);
      feed("touchstart", fingers, at + 5);
      feed("touchend", fingers.slice(1), at + length);
      return feed("touchend", [], at + length + 5);
    };
    return { feed, tap };
  }

  it("leaves at the second tap", () => {
    const { tap } = hands();
    expect(tap(0)).toBe(false);
    expect(tap(500)).toBe(true);
  });

  it("does not take two taps far apart for one gesture", () => {
    const { tap } = hands();
    tap(0);
    expect(tap(3000)).toBe(false);
    expect(tap(3500)).toBe(true);
  });

  it("does not take one finger or three for two", () => {
    const { tap } = hands();
    tap(0, TWO.slice(1));
    expect(tap(300, TWO.slice(1))).toBe(false);
    tap(5000, [...TWO, [300, 300]]);
    expect(tap(5300, [...TWO, [300, 300]])).toBe(false);
  });

  it("does not take a pinch for a tap", () => {
    const { feed, tap } = hands();
    tap(0);
    feed("touchstart", TWO, 300);
    feed(
      "touchmove",
      [
        [50, 350],
        [260, 480],
      ],
      350,
    );
    expect(feed("touchend", [], 400)).toBe(false);
  });

  it("does not take resting fingers for a tap", () => {
    const { tap } = hands();
    tap(0);
    expect(tap(300, TWO, 900)).toBe(false);
  });
});
