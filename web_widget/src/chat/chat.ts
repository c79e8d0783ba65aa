/** The chat inside its frame: puts the parts together and shows the state whenever it changes. */
import { SHIFT_EVENTS, TOUCH_EVENTS, tripleShift, twoFingerDoubleTap, watch } from "../common/gestures.ts";
import styles from "./chat.css?inline";
import { coverWhenAway } from "./cover.ts";
import { LOOK_EVERY_MS } from "./dissolve.ts";
import { h, patch } from "./dom.ts";
import { leave } from "./exit.ts";
import { loadLocale, offered, speak } from "./language.ts";
import { onPageExit, tell } from "./page.ts";
import { atEnd, toEnd } from "./scroll.ts";
import { haveRead } from "./session.ts";
import { draw, drawWith, state } from "./state.ts";
import { Chat } from "./views/conversation.tsx";
import { Cover } from "./views/cover.tsx";
import { Language } from "./views/language.tsx";
import { Top } from "./views/top.tsx";
import { Welcome } from "./views/welcome.tsx";

const SCREENS = { language: Language, welcome: Welcome, chat: Chat };
const root = document.documentElement;

let place = "language";
let counted = 0;
let fading = 0;

function show(): void {
  const { screen, covered, conversation, outbox } = state;
  const followed = atEnd();
  root.className = covered ? "covered" : "";
  patch(document.body, [Top(), h(covered ? Cover : SCREENS[screen], null)]);

  const here = covered ? "cover" : screen + conversation.closedBy;
  const moved = place !== here;
  place = here;
  if (moved) scrollTo(0, 0);
  if (here.startsWith("chat")) {
    const messages = conversation.entries.length + outbox.waiting.length;
    const more = messages > counted || moved;
    counted = messages;
    noteWhatIsSeen();
    if (more && messages) follow(followed || moved || outbox.waiting.length > 0);
    else if (followed) state.newBelow = false;
  }
  if (moved) focusOn(here);
}

/** Focus goes where the work goes. On a phone that is the heading: the keyboard would hide the rest. */
function focusOn(here: string): void {
  const write = here === "chatnull" && matchMedia("(pointer: fine)").matches;
  const target = document.querySelector<HTMLElement>(write ? "textarea" : "h1");
  target?.focus();
}

function follow(reading: boolean): void {
  if (reading) {
    toEnd();
  } else if (!state.newBelow) {
    state.newBelow = true;
    draw();
  }
}

/** Starts the time of messages that are now before somebody's eyes, and lets the officer know. */
function noteWhatIsSeen(): void {
  const { conversation, shownAt, dissolve } = state;
  const now = Date.now();
  if (!document.hidden) {
    for (const entry of conversation.entries) {
      if (entry.kind !== "message") continue;
      if (!shownAt.has(entry.seq)) shownAt.set(entry.seq, now);
      if (entry.who !== null && atEnd()) haveRead(entry.seq);
    }
  }
  clearTimeout(fading);
  if (dissolve) fading = setTimeout(draw, LOOK_EVERY_MS);
}

const sheet = new CSSStyleSheet();
sheet.replaceSync(styles);
document.adoptedStyleSheets = [sheet];
drawWith(show);
draw();
// From the top: the first Tab is Exit.
root.tabIndex = -1;
root.focus();
addEventListener("scrollend", draw);
coverWhenAway();
watch(SHIFT_EVENTS, tripleShift(), leave);
watch(TOUCH_EVENTS, twoFingerDoubleTap(), leave);
onPageExit(leave);
tell("ready");

// The first screen speaks English from the start. It changes to the language that the browser prefers, and that
// the visitor will most likely choose, when that has arrived.
const [guess = "en"] = offered("")[0] ?? [];
if (guess !== "en") {
  loadLocale(guess).then(
    (locale) => {
      if (state.screen !== "language" || state.failed === false) return;
      speak(guess, locale);
      draw();
    },
    () => {
      // The names of the languages are enough to go on: choosing one loads it, and says so if it cannot.
    },
  );
}
