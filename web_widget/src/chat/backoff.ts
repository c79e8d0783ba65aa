/** How patiently to call again, so that a service that comes back is not overrun. Pure. */

const LONGEST_WAIT_MS = 30_000;

/** Milliseconds to wait before try number `attempt` (from 0): doubling from 1 s to 30 s, half of it by chance. */
export function waitBefore(attempt: number, chance: number): number {
  return Math.min(LONGEST_WAIT_MS, 1000 * 2 ** attempt) * (0.5 + chance / 2);
}
