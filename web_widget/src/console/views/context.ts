/** What every view may use: the desk, its state, and the time. */

import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import type { Desk } from "../desk";

const DeskContext = createContext<Desk | null>(null);

export const DeskProvider = DeskContext.Provider;

/** The desk of this page. Only below `DeskProvider`. */
export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (desk === null) {
    throw new Error("useDesk outside DeskProvider");
  }
  return desk;
}

/** Draws again whenever the desk changes. For the root only: the state goes down from there. */
export function useDeskChanges(desk: Desk | null): void {
  const [, draw] = useState(0);
  useEffect(() => desk?.subscribe(() => draw((n) => n + 1)), [desk]);
}

/** The server's time in milliseconds, moving every `everyMs`. */
export function useNow(everyMs = 5_000): number {
  const desk = useDesk();
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), everyMs);
    return () => window.clearInterval(timer);
  }, [everyMs]);
  return Math.max(now, Date.now() - everyMs) + desk.state.clockOffset;
}
