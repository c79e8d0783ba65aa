/**
 * The shortcuts. Each has a letter: Alt with the letter works everywhere, the letter alone outside text fields (and can be
 * switched off: WCAG 2.2, 2.1.4). Pure; `views/App.tsx` listens and carries out.
 */

export type Shortcut =
  | { readonly does: "go"; readonly place: number }
  | {
      readonly does:
        | "accept"
        | "original"
        | "both"
        | "answers"
        | "note"
        | "close"
        | "release"
        | "duty"
        | "mute"
        | "queue"
        | "person"
        | "list"
        | "escape";
    };

/** The list as it is shown: keys, and what they do. */
export const LISTED: readonly (readonly [key: string, does: string])[] = [
  ["A", "Accept the chat that has waited longest"],
  ["1 to 9", "Go to that conversation"],
  ["O", "Translation or original"],
  ["B", "Translation and original together"],
  ["C", "Prepared answers"],
  ["N", "Write a private note"],
  ["X", "Close the conversation"],
  ["R", "Release it to the queue"],
  ["Q", "Go to the queue"],
  ["P", "Show or hide the person column"],
  ["D", "On or off duty"],
  ["M", "Sound on or off"],
  ["K", "This list (also ?)"],
];

const BY_LETTER: Readonly<Record<string, Exclude<Shortcut, { does: "go" }>["does"]>> = {
  a: "accept",
  o: "original",
  b: "both",
  c: "answers",
  n: "note",
  x: "close",
  r: "release",
  d: "duty",
  m: "mute",
  q: "queue",
  p: "person",
  k: "list",
};

/** A key press as far as shortcuts care. */
export interface KeyPress {
  readonly key: string;
  readonly code: string;
  readonly altKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly inTextField: boolean;
}

/** The shortcut that a key press means, `null` for none. */
export function shortcutFor(press: KeyPress, singleKeys: boolean): Shortcut | null {
  // Ctrl+Alt is AltGr, which types characters on many keyboards.
  if (press.ctrlKey || press.metaKey) {
    return null;
  }
  if (press.key === "Escape" && !press.altKey) {
    return { does: "escape" };
  }
  if (!press.altKey && press.inTextField) {
    return null;
  }
  if (!press.altKey && press.key === "?") {
    return { does: "list" };
  }
  if (!press.altKey && !singleKeys) {
    return null;
  }
  const letter = letterOf(press);
  if (/^[1-9]$/.test(letter)) {
    return { does: "go", place: Number(letter) };
  }
  const does = BY_LETTER[letter];
  return does ? { does } : null;
}

/** With Alt held, macOS types other characters: then the place on the keyboard says which key it was. */
function letterOf(press: KeyPress): string {
  const key = press.key.toLowerCase();
  if (/^[a-z0-9]$/.test(key)) {
    return key;
  }
  return press.altKey ? (/^(?:Key|Digit)(\w)$/.exec(press.code)?.[1] ?? "").toLowerCase() : "";
}
