/** The force's page around the frame: the only other side that this document talks to without a network. */
import type { FrameSignal, PageSignal } from "../common/bridge.ts";

export function tell(harbour: FrameSignal["harbour"], to?: string): void {
  parent.postMessage({ harbour, to } as FrameSignal, "*");
}

/** Calls `leave` when the page asks for it. No other window is listened to. */
export function onPageExit(leave: () => void): void {
  addEventListener("message", ({ source, data }: MessageEvent<PageSignal | null>) => {
    if (source === parent && data?.harbour === "exit") leave();
  });
}
