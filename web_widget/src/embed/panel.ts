/**
 * Opens and closes the chat's frame, and leaves the page when the frame, or `around.ts`, asks for it.
 * Shorter than 1,024 characters: see `embed.ts`.
 */
import type { FrameSignal, PageSignal } from "../common/bridge.ts";

const DEFAULT_EXIT = "https://www.bbc.co.uk/";
/** How long the frame may take to say that it has gone before the page leaves without it. */
const EXIT_GRACE_MS = 120;
/** A frame that is silent for this long has not loaded. */
const LOAD_PATIENCE_MS = 12_000;

const place = document.querySelector("harbour-chat") as HTMLElement;
const shadow = place.shadowRoot as ShadowRoot;
const [launcher, exit] = shadow.querySelectorAll("button") as unknown as [HTMLElement, HTMLElement];
const frame = shadow.querySelector("template")?.content.firstChild as HTMLIFrameElement;
const panel = exit.parentElement as HTMLElement;
panel.popover = "manual";
frame.title = "Chat";
frame.setAttribute("sandbox", "allow-scripts");

/** Shows the panel in the top layer, where no cookie banner of the page can lie over the way out, or hides it. */
function show(look: string): void {
  panel.className = look;
  shadow.append(launcher);
  launcher.hidden = !!look;
  panel.togglePopover?.(!!look);
}

/** Takes the chat off the page. Nothing of it stays. */
function close(): void {
  frame.remove();
  show("");
}

/** Hides first, then lets the frame say goodbye, then goes. Nothing can stop the last step. */
function leave(): void {
  show("exit");
  const signal: PageSignal = { harbour: "exit" };
  frame.contentWindow?.postMessage(signal, "*");
  setTimeout(go, EXIT_GRACE_MS);
}

function go(): void {
  frame.remove();
  const to = place.dataset.exit ?? "";
  // Only a web address may be left to: never `javascript:` or a file.
  location.replace(/^https?:/.test(to) ? to : DEFAULT_EXIT);
}

addEventListener("message", ({ source, data }: MessageEvent<FrameSignal>) => {
  if (!source || source !== frame.contentWindow) return;
  const { harbour, to } = data;
  show(`ready ${harbour}`);
  if (to) place.dataset.exit ||= to;
  if (harbour === "ready") frame.focus();
  if (harbour === "close") {
    close();
    launcher.focus();
  }
  if (harbour === "exit") go();
});
// A page that the browser keeps for Back must not hold the chat.
addEventListener("pagehide", close);
exit.onclick = leave;
place.addEventListener("leave", leave);
launcher.onclick = () => {
  show("open");
  panel.append(frame);
  setTimeout(() => {
    if (panel.className === "open") {
      // The style sheet says what happened. It may come yet; the launcher, beside Exit, begins again.
      panel.className = "late";
      panel.append(launcher);
      launcher.hidden = false;
    }
  }, LOAD_PATIENCE_MS);
};
launcher.hidden = false;
