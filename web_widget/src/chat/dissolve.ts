/** When messages fade from the screen. They stay in the record; only this screen forgets. Pure. */

/** The choices, in seconds. 0 is never. */
export const DISSOLVE_CHOICES = [0, 10, 60, 300] as const;

/** How long a message takes to fade. The style sheet holds the same length. */
export const FADE_MS = 1000;

/**
 * Where a message is that was first on the screen at `shownAt` (ms) and fades after `seconds`: milliseconds
 * until it starts to fade; from 0 down to -FADE_MS it is fading, and below that it is gone.
 * What never fades, or was not on the screen yet, has all the time in the world.
 */
export function timeLeft(shownAt: number | undefined, seconds: number, now: number): number {
  return seconds && shownAt !== undefined ? shownAt + seconds * 1000 - now : Number.POSITIVE_INFINITY;
}

/** Milliseconds until one of the messages starts to fade or is gone; infinitely long when none will. */
export function untilNextChange(shownAt: Iterable<number>, seconds: number, now: number): number {
  const changes = [...shownAt].flatMap((at) => {
    const left = timeLeft(at, seconds, now);
    return [left, left + FADE_MS].filter((wait) => wait > 0);
  });
  return Math.min(...changes);
}
