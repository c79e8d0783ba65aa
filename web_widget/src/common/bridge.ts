/**
 * What the page and the chat's frame tell each other by `postMessage`. Nothing of a conversation ever crosses.
 * The frame is sandboxed, so its origin is opaque: each side checks `event.source`, not the origin.
 */

/** From the frame: `to` is the address that the force chose for the quick exit. */
export interface FrameSignal {
  readonly harbour: "ready" | "exit" | "close" | "cover" | "uncover" | "destination";
  readonly to?: string;
}

/** From the page: somebody asked to leave while the focus was outside the frame. */
export interface PageSignal {
  readonly harbour: "exit";
}
