/** The ways out: the quick exit, the cover, and being forgotten when nobody is there. */
import { SHIFT_EVENTS, TOUCH_EVENTS, tripleShift, twoFingerDoubleTap, watch } from "../common/gestures.ts";
import { signOut } from "./actions.ts";
import { carry } from "./api.ts";
import { draw, forget, state } from "./state.ts";

const ELSEWHERE = "https://www.bbc.co.uk/";
const WARN_MS = 8 * 60_000;
const FORGET_MS = 10 * 60_000;
const AWAY_MS = 2 * 60_000;

let left = false;

/** Hide, forget, go: in one turn, never asking back. This page's place in the history is taken by the other one. */
export function leave(): void {
  if (left) return;
  left = true;
  const elsewhere = state.me?.force.exit_url ?? ELSEWHERE;
  state.covered = true;
  draw();
  carry("");
  forget();
  state.covered = true;
  draw();
  location.replace(/^https?:/.test(elsewhere) ? elsewhere : ELSEWHERE);
}

export function cover(on: boolean): void {
  state.covered = on;
  draw();
}

let touchedAt = Date.now();

export function stillHere(): void {
  touchedAt = Date.now();
  if (state.warned) {
    state.warned = false;
    draw();
  }
}

function look(): void {
  if (!state.accessToken) return;
  const idle = Date.now() - touchedAt;
  if (idle >= FORGET_MS) signOut();
  else if (idle >= WARN_MS && !state.warned) {
    state.warned = true;
    draw();
  }
}

export function keepSafe(): void {
  watch(SHIFT_EVENTS, tripleShift(), leave);
  watch(TOUCH_EVENTS, twoFingerDoubleTap(), leave);
  for (const type of ["pointerdown", "keydown"] as const) {
    addEventListener(type, () => !state.warned && stillHere(), { capture: true, passive: true });
  }
  setInterval(look, 5000);
  let hiddenAt = 0;
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) hiddenAt = Date.now();
    else {
      if (Date.now() - hiddenAt >= AWAY_MS) cover(true);
      look();
    }
  });
  // Back must not bring anything: what is left behind is empty, also in the cache of whole pages.
  addEventListener("pagehide", () => {
    carry("");
    forget();
    draw();
  });
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) {
      left = false;
      forget();
      draw();
    }
  });
}
