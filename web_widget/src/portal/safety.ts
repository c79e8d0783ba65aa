/** The ways out: the quick exit, the cover, and being forgotten when nobody is there. */
import { SHIFT_EVENTS, TOUCH_EVENTS, tripleShift, twoFingerDoubleTap, watch } from "../common/gestures.ts";
import { admission, go, signOut, signOutBehindTheChat } from "./actions.ts";
import { carry } from "./api.ts";
import { closeChat, dismissChat, openChat } from "./chat.ts";
import { draw, forget, state } from "./state.ts";

const ELSEWHERE = "https://www.bbc.co.uk/";
const LOOK_EVERY_MS = 5000;
const WARN_MS = 8 * 60_000;
const FORGET_MS = 10 * 60_000;
const AWAY_MS = 2 * 60_000;
/** So long before the host ends the visit the person is told. */
const ENDING_MS = 5 * 60_000;
/** How long the chat may take to say that it has gone before the page leaves without it. */
const GOODBYE_MS = 120;

let left = false;

/** Hide, forget, go: in one turn, never asking back. This page's place in the history is taken by the other one. */
export function leave(): void {
  if (left) return;
  left = true;
  const to = state.me?.force.exit_url ?? ELSEWHERE;
  const elsewhere = /^https?:/.test(to) ? to : ELSEWHERE;
  const chatting = dismissChat();
  carry("");
  forget();
  state.covered = true;
  draw();
  if (chatting) setTimeout(() => location.replace(elsewhere), GOODBYE_MS);
  else location.replace(elsewhere);
}

export function cover(on: boolean): void {
  state.covered = on;
  draw();
}

/** The chat about the crime that is open, over the page. */
export async function openCrimeChat(): Promise<void> {
  const found = await admission();
  if (!found || state.page !== "chat") return;
  state.chatting = true;
  draw();
  openChat(found, {
    closed() {
      state.chatting = false;
      stillHere();
      if (state.crime) go("crime");
      else {
        // Signed out meanwhile: nothing is behind the chat.
        state.page = "start";
        draw();
      }
    },
    left: leave,
  });
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
  const remaining = state.endsAt - Date.now();
  if (idle >= FORGET_MS || remaining <= 0) {
    if (state.chatting) signOutBehindTheChat();
    else void signOut("visitOver");
  } else if (idle >= WARN_MS && !state.warned) {
    state.warned = true;
    draw();
  } else if (remaining <= ENDING_MS && state.ending === undefined) {
    state.ending = true;
    draw();
  }
}

/** What is left behind is empty, also in the browser's cache of whole pages. */
function empty(): void {
  closeChat();
  carry("");
  forget();
  draw();
}

export function keepSafe(): void {
  watch(SHIFT_EVENTS, tripleShift(), leave);
  watch(TOUCH_EVENTS, twoFingerDoubleTap(), leave);
  for (const type of ["pointerdown", "keydown", "click"] as const) {
    // Any key and any click answers the question: nobody has to find its button in time (WCAG 2.2.1). It stays under a
    // finger until that is lifted.
    const answers = type !== "pointerdown";
    addEventListener(type, () => (answers || !state.warned) && stillHere(), { capture: true, passive: true });
  }
  setInterval(look, LOOK_EVERY_MS);
  let hiddenAt = 0;
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) hiddenAt = Date.now();
    else {
      // The chat covers itself.
      if (Date.now() - hiddenAt >= AWAY_MS && !state.chatting) cover(true);
      look();
    }
  });
  addEventListener("pagehide", empty);
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) {
      left = false;
      empty();
    }
  });
}
