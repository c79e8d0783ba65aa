/** Harbour's host, known from the address of this script, and how the chat asks it for anything. */
import type { Problem } from "../common/protocol.ts";

export const host = new URL((document.currentScript as HTMLScriptElement).src).origin;

const PATIENCE_MS = 15_000;

/**
 * Asks for a JSON document, or posts `body` as JSON and takes what comes back. Without a trace: no cookie, no cache.
 * The body goes as plain text, so that the browser need not ask first whether it may, and goes even if the page does.
 * Throws an `Error` with the code of the problem when the host said no, what `fetch` throws when it was not reached.
 */
export async function ask<T>(path: string, body?: object): Promise<T> {
  const answer = await fetch(host + path, {
    cache: "no-store",
    credentials: "omit",
    ...(body && { method: "POST", body: JSON.stringify(body), keepalive: true }),
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const document = await answer.json();
  if (!answer.ok) throw new Error((document as Problem).code);
  return document;
}
