/** Path of the chat script on Harbour's host, without a leading slash: `assets/chat-<hash>.js`. */
declare const __CHAT_SCRIPT__: string;

/** Paths of what `embed.js` loads into the force's page: `assets/<name>-<hash>.js` and `.css`. */
declare const __PANEL_SCRIPT__: string;
declare const __AROUND_SCRIPT__: string;
declare const __PAGE_STYLE__: string;

/** The hash in the file names of all languages: `assets/locales/<code>-<hash>.json`. */
declare const __LOCALES_HASH__: string;

/** How many texts come in a language's first file; the rest, in its second, are needed once somebody talks. */
declare const __TEXTS_FIRST__: number;

/** The interface languages in the order of `locales/index.json`: `en=English|cy=Cymraeg|…`. */
declare const __LANGUAGES__: string;

/**
 * The place of each interface text in a language's files. The build puts the number in, so that neither the
 * script nor the files carry the names.
 */
declare const TEXT: Readonly<
  Record<
    | Exclude<keyof typeof import("../../locales/en.json"), "_meta">
    | "tenSeconds"
    | "oneMinute"
    | "fiveMinutes"
    | "english",
    number
  >
>;
