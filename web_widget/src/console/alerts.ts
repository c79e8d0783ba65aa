/**
 * What calls the officer back to the page: two soft sounds made in the browser (no file to fetch) and a number in the
 * title. Neither says anything about anybody.
 */

const TITLE = "Harbour console";

/** Frequencies in hertz and start times in seconds of each sound's notes. */
const SOUNDS = {
  chat: [
    [587, 0],
    [784, 0.18],
    [587, 0.5],
    [784, 0.68],
  ],
  message: [[659, 0]],
} as const;

const NOTE_SECONDS = 0.22;
const VOLUME = 0.12;

export type Sound = keyof typeof SOUNDS;

export class Chime {
  #context: AudioContext | null = null;

  /** To be called from a click or key press: browsers let a page sound only after one. */
  allow(): void {
    this.#context ??= new AudioContext();
    void this.#context.resume();
  }

  /** Does nothing before `allow`. */
  play(sound: Sound): void {
    const context = this.#context;
    if (context?.state !== "running") {
      return;
    }
    for (const [frequency, start] of SOUNDS[sound]) {
      const at = context.currentTime + start;
      const note = context.createOscillator();
      const volume = context.createGain();
      note.frequency.value = frequency;
      // A gentle attack and a long release: a bare tone clicks, and startles.
      volume.gain.setValueAtTime(0, at);
      volume.gain.linearRampToValueAtTime(VOLUME, at + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.001, at + NOTE_SECONDS);
      note.connect(volume).connect(context.destination);
      note.start(at);
      note.stop(at + NOTE_SECONDS);
    }
  }
}

/** The title of the page: a number when something waits. */
export function titleFor(count: number): string {
  return count > 0 ? `(${count}) ${TITLE}` : TITLE;
}
