/**
 * The one script tag on a force's page. It adds a quiet launcher; opening it lays a sandboxed `srcdoc` frame
 * over the page, which loads the chat from the host that this script came from. The frame has no address of
 * its own, and nothing here writes a cookie, storage or history entry.
 *
 * Attributes of the tag: `data-label` (the words on the launcher) and `data-exit` (where the quick exit goes).
 */
import type { FrameSignal, PageSignal } from "../common/bridge.ts";
import { SHIFT_EVENTS, tripleShift, watch } from "../common/gestures.ts";
import styles from "./page.css?inline";

const DEFAULT_EXIT = "https://www.bbc.co.uk/";
/** How long the frame may take to say that it has gone before the page leaves without it. */
const EXIT_GRACE_MS = 120;
/** A frame that is silent for this long has not loaded. */
const LOAD_PATIENCE_MS = 12_000;

const tag = document.currentScript as HTMLScriptElement;
const host = new URL(tag.src).origin;
let exitTo = DEFAULT_EXIT;
leaveTo(tag.dataset.exit);

const place = document.createElement("harbour-chat");
const shadow = place.attachShadow({ mode: "open" });
const sheet = new CSSStyleSheet();
sheet.replaceSync(styles);
shadow.adoptedStyleSheets = [sheet];

const panel = document.createElement("div");
panel.className = "panel";
const launcher = button(tag.dataset.label ?? "Chat with us", open);
launcher.dataset.testid = "chat-launch";
shadow.append(launcher);

let frame: HTMLIFrameElement | null = null;
/** The parts of the page that nobody can reach because the panel lies over all of it. */
let behind: HTMLElement[] = [];

/** Only a web address may be left to: never `javascript:` or a file. */
function leaveTo(address: string | undefined): void {
  if (address && /^https?:/.test(address)) exitTo = address;
}

function button(label: string, pressed: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.textContent = label;
  made.onclick = pressed;
  return made;
}

function open(): void {
  launcher.hidden = true;
  const opened = document.createElement("iframe");
  frame = opened;
  frame.title = "Chat";
  frame.setAttribute("sandbox", "allow-scripts");
  frame.srcdoc =
    '<!doctype html><html lang="en" translate="no"><meta charset="utf-8"><title>Chat</title>' +
    '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">' +
    `<meta name="referrer" content="no-referrer"><body><script src="${host}/${__CHAT_SCRIPT__}"></script>`;
  // Until the chat draws its own way out, there is one under it.
  panel.replaceChildren(button("Exit", leave), frame);
  panel.className = "panel";
  shadow.append(panel);
  // The top layer: no cookie banner of the page can lie over the way out.
  if (panel.showPopover) {
    panel.popover = "manual";
    panel.showPopover();
  }
  keepInView();
  setTimeout(() => {
    if (opened !== frame || panel.classList.contains("ready")) return;
    panel.append(button("Close", close), " This did not load. Check your connection.");
  }, LOAD_PATIENCE_MS);
}

/** Takes the chat off the page. Nothing of it stays. */
function close(): void {
  frame?.remove();
  frame = null;
  panel.remove();
  launcher.hidden = false;
  keepInView();
}

/** Hides first, then lets the frame say goodbye, then goes. Nothing can stop the last step. */
function leave(): void {
  if (!frame) return;
  panel.classList.add("gone");
  const signal: PageSignal = { harbour: "exit" };
  frame.contentWindow?.postMessage(signal, "*");
  setTimeout(go, EXIT_GRACE_MS);
}

function go(): void {
  if (!frame) return;
  frame.remove();
  frame = null;
  location.replace(exitTo);
}

function heard({ source, data }: MessageEvent<FrameSignal | null>): void {
  if (!frame || source !== frame.contentWindow) return;
  switch (data?.harbour) {
    case "ready":
      panel.classList.add("ready");
      frame.focus();
      break;
    case "destination":
      if (!tag.dataset.exit) leaveTo(data.to);
      break;
    case "cover":
    case "uncover":
      panel.classList.toggle("full", data.harbour === "cover");
      keepInView();
      break;
    case "close":
      close();
      launcher.focus();
      break;
    case "exit":
      panel.classList.add("gone");
      go();
  }
}

/**
 * Keeps the whole panel, with the way out, above an on-screen keyboard (pinch zoom is left alone), and keeps
 * focus and screen readers out of a page that the panel covers entirely.
 */
function keepInView(): void {
  const seen = visualViewport;
  if (seen) {
    const shrunk = seen.scale < 1.01 && innerHeight - seen.height > 1;
    panel.style.height = shrunk ? `${seen.height}px` : "";
    panel.style.top = shrunk ? `${seen.offsetTop}px` : "";
  }
  for (const part of behind) part.inert = false;
  behind = [];
  if (frame && panel.offsetWidth >= document.documentElement.clientWidth) {
    behind = ([...document.body.children] as HTMLElement[]).filter((part) => part !== place && !part.inert);
    for (const part of behind) part.inert = true;
  }
}

addEventListener("message", heard);
// A page that the browser keeps for Back must not hold the chat.
addEventListener("pagehide", close);
addEventListener("pageshow", ({ persisted }) => persisted && close());
addEventListener("resize", keepInView);
visualViewport?.addEventListener("resize", keepInView);
visualViewport?.addEventListener("scroll", keepInView);
watch(SHIFT_EVENTS, tripleShift(), leave);

if (document.body) document.body.append(place);
else addEventListener("DOMContentLoaded", () => document.body.append(place));
