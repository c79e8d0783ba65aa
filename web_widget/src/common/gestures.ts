/**
 * The two ways to leave without aiming at a button. Pure: they are fed with what happened and when
 * (milliseconds on any steady clock) and answer whether the person asked to leave.
 */

/** Presses, and taps, belong together when they are no further apart than this. */
const SHIFT_PAUSE_MS = 5000;
const TAP_PAUSE_MS = 1200;
const TAP_LENGTH_MS = 450;
const TAP_TRAVEL_PX = 40;

/** What of a keyboard or mouse event matters here. */
export interface Stroke {
  readonly type: string;
  readonly key?: string;
  readonly repeat?: boolean;
  readonly shiftKey?: boolean;
  readonly timeStamp: number;
}

/**
 * Shift pressed and released three times, left or right, alone or both at once, each within five seconds of
 * the one before. Shift held to write a capital, or with the mouse, starts the count again.
 * Feed it `keydown`, `keyup` and `pointerdown`; it answers true on the release that completes the third press.
 */
export function tripleShift(): (stroke: Stroke) => boolean {
  let presses = 0;
  let alone = false;
  let last = 0;
  return ({ type, key, repeat, shiftKey, timeStamp }) => {
    if (key !== "Shift") {
      if (type !== "keyup" && (key || shiftKey)) {
        alone = false;
        presses = 0;
      }
    } else if (type !== "keyup") {
      alone ||= !repeat;
    } else if (alone) {
      presses = timeStamp - last > SHIFT_PAUSE_MS ? 1 : presses + 1;
      last = timeStamp;
      return presses === 3;
    }
    return false;
  };
}

/** What of a touch event matters here; positions are in CSS pixels. */
export interface Touching {
  readonly type: string;
  readonly touches: ArrayLike<{ readonly clientX: number; readonly clientY: number }>;
  readonly timeStamp: number;
}

/**
 * Two fingers tapped twice, anywhere. Pinching, scrolling, a long press or a third finger do not count.
 * Feed it `touchstart`, `touchmove` and `touchend`; it answers true when the second tap is complete.
 */
export function twoFingerDoubleTap(): (touching: Touching) => boolean {
  let start: { readonly x: number; readonly y: number; readonly at: number } | null = null;
  let lastTap = Number.NEGATIVE_INFINITY;
  return ({ type, touches, timeStamp }) => {
    const finger = touches[0];
    if (type === "touchstart") {
      start = touches.length === 2 && finger ? { x: finger.clientX, y: finger.clientY, at: timeStamp } : null;
    } else if (start && type === "touchmove" && finger) {
      if (Math.hypot(finger.clientX - start.x, finger.clientY - start.y) > TAP_TRAVEL_PX) start = null;
    } else if (start && !touches.length) {
      const quick = timeStamp - start.at <= TAP_LENGTH_MS;
      const second = quick && timeStamp - lastTap <= TAP_PAUSE_MS;
      start = null;
      if (quick) lastTap = timeStamp;
      return second;
    }
    return false;
  };
}

/** Calls `leave` when the gesture is made in this window. Listens before a page's own handlers can stop it. */
export function watch<K extends keyof WindowEventMap>(
  types: readonly K[],
  gesture: (event: WindowEventMap[K]) => boolean,
  leave: () => void,
): void {
  for (const type of types) {
    addEventListener(type, (event) => gesture(event) && leave(), { capture: true, passive: true });
  }
}

export const SHIFT_EVENTS = ["keydown", "keyup", "pointerdown"] as const;
export const TOUCH_EVENTS = ["touchstart", "touchmove", "touchend"] as const;
