/** The cover: something harmless over the chat at one touch, and by itself when nobody is there. */
import { tell } from "./page.ts";
import { tellCover } from "./session.ts";
import { draw, state } from "./state.ts";

/** A page that nobody has looked at for this long is covered before it is seen again. */
const AWAY_MS = 2 * 60_000;

export function cover(on: boolean): void {
  state.covered = on;
  draw();
  tell(on ? "cover" : "uncover");
  tellCover(on);
}

export function coverWhenAway(): void {
  let hiddenAt = 0;
  let timer = 0;
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (document.hidden) {
      hiddenAt = Date.now();
      timer = setTimeout(cover, AWAY_MS, true);
    } else if (Date.now() - hiddenAt >= AWAY_MS) {
      // A sleeping phone runs no timers.
      cover(true);
    } else {
      draw();
    }
  });
}
