/** When messages fade from the screen. They stay in the record; only this screen forgets. Pure. */

/** How often to look while messages may fade, in milliseconds. */
export const LOOK_EVERY_MS = 500;

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
