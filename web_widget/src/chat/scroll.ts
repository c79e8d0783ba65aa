/** Keeps the newest message in view for someone who is reading there, and leaves everyone else where they are. */
import { draw, state } from "./state.ts";

const NEAR_PX = 80;

export function atEnd(): boolean {
  const { scrollHeight, scrollTop, clientHeight } = document.documentElement;
  return scrollHeight - scrollTop - clientHeight < NEAR_PX;
}

export function toEnd(): void {
  scrollTo(0, document.documentElement.scrollHeight);
  state.newBelow = false;
  draw();
}
