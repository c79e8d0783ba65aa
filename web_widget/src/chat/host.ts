/** Harbour's host, known from the address of this script, and how the chat asks it for anything. */
import type { Problem } from "../common/protocol.ts";

export const host = new URL((document.currentScript as HTMLScriptElement).src).origin;

const PATIENCE_MS = 15_000;

/** The host's answer was a problem document; `message` is its code. */
export class Refused extends Error {}

/** Without a trace: no cookie, no cache. */
export const TRACELESS: RequestInit = { cache: "no-store", credentials: "omit" };

/**
 * Asks for a JSON document, or posts `body` as JSON and takes what comes back.
 * Throws `Refused` when the host said no, and what `fetch` throws when it could not be reached.
 */
export async function ask<T>(path: string, body?: object): Promise<T> {
  const post: RequestInit = body
    ? { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } }
    : {};
  const answer = await fetch(host + path, {
    ...TRACELESS,
    ...post,
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const document = await answer.json();
  if (!answer.ok) throw new Refused((document as Problem).code);
  return document;
}
