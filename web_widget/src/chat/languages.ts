/** Which languages to offer to whom. Pure. */

export type Choice = readonly [code: string, endonym: string];

/** Languages as `code=endonym|code=endonym|…`. */
export function parseLanguages(list: string): Choice[] {
  return list.split("|").map((item) => item.split("=") as [string, string]);
}

/**
 * The languages to choose from: those that the browser prefers first, in its order, then the others in ours;
 * only those whose own name or English name holds `search`.
 */
export function choices(languages: readonly Choice[], browser: readonly string[], search: string): Choice[] {
  const preferred = browser.map((tag) =>
    tag.replace(/-.*/, "").replace(/^ku$/, "ckb").replace(/^prs$/, "fa"),
  );
  const rank = (code: string) => (preferred.indexOf(code) + 1 || 99) - 1;
  const wanted = search.trim().toLowerCase();
  return languages
    .filter(([code, endonym]) => `${endonym} ${nameOf(code, "en")}`.toLowerCase().includes(wanted))
    .sort(([a], [b]) => rank(a) - rank(b));
}

/** The name of language `code` in language `reader`. */
export function nameOf(code: string, reader: string): string {
  return new Intl.DisplayNames([reader, "en"], { type: "language" }).of(code) ?? code;
}
