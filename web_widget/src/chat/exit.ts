/** The quick exit: hide, forget, pause the conversation, leave. In that order, in one turn, never asking back. */
import { tell } from "./page.ts";
import { hangUp } from "./session.ts";
import { draw, forget, state } from "./state.ts";

export function leave(): void {
  state.covered = true;
  draw();
  try {
    hangUp();
  } finally {
    // Whatever happens to the line, the person leaves.
    forget();
    tell("exit");
  }
}
