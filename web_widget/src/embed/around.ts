/**
 * What the page does around an open chat: Shift three times while the focus is outside the frame, the panel
 * above an on-screen keyboard, and the page behind a panel that covers it out of reach.
 * Shorter than 1,024 characters: see `embed.ts`.
 */
import { SHIFT_EVENTS, tripleShift, watch } from "../common/gestures.ts";

const place = document.querySelector("harbour-chat") as HTMLElement;
const panel = place.shadowRoot?.querySelector("div") as HTMLElement;
/** The parts of the page that nobody can reach because the panel lies over all of it. */
let behind: HTMLElement[] = [];

/** Pinch zoom is left alone: only what a keyboard takes away makes the panel smaller. */
function keepInView(): void {
  const seen = visualViewport;
  const shrunk = seen && seen.scale < 1.01 && innerHeight - seen.height > 1;
  panel.style.height = shrunk ? `${seen.height}px` : "";
  panel.style.top = shrunk ? `${seen.offsetTop}px` : "";
  for (const part of behind) part.inert = false;
  behind = [];
  if (panel.offsetWidth >= document.documentElement.clientWidth) {
    behind = ([...document.body.children] as HTMLElement[]).filter((part) => part !== place && !part.inert);
    for (const part of behind) part.inert = true;
  }
}

// Opened, closed, covered or turned: the panel's size says so.
new ResizeObserver(keepInView).observe(panel);
visualViewport?.addEventListener("resize", keepInView);
visualViewport?.addEventListener("scroll", keepInView);
watch(SHIFT_EVENTS, tripleShift(), () => panel.className && place.dispatchEvent(new Event("leave")));
