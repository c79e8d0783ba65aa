/** Asks the host; nothing is kept but the token, in memory. */
import type { Problem } from "../common/protocol.ts";

const PATIENCE_MS = 20_000;

/** The host said no. `code` is stable; `field` is what was wrong; `left` attempts remain, where that matters. */
export class Refused extends Error {
  readonly code: string;
  readonly status: number;
  readonly field: string | undefined;
  readonly left: number | undefined;

  constructor(problem: Partial<Problem> & { readonly left?: number }, status: number) {
    super(problem.code ?? "internal");
    this.code = this.message;
    this.status = status;
    this.field = problem.field;
    this.left = problem.left;
  }
}

/** The host could not be reached, or did not answer in time. */
export class Unreachable extends Error {}

let token = "";

/** From now on every request carries this token; an empty one forgets it. */
export function carry(idToken: string): void {
  token = idToken;
}

/**
 * One request, with another token where one is given; `keepalive`: it goes out even if the page is closed. Throws
 * `Refused` or `Unreachable`.
 */
export async function request<T>(
  method: "GET" | "POST" | "PUT",
  path: string,
  body?: object,
  bearer = token,
  keepalive = false,
): Promise<T> {
  let answer: Response;
  let document: unknown;
  try {
    answer = await fetch(path, {
      method,
      cache: "no-store",
      credentials: "omit",
      keepalive,
      headers: {
        ...(body && { "Content-Type": "application/json" }),
        ...(bearer && { Authorization: `Bearer ${bearer}` }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const text = await answer.text();
    document = text ? JSON.parse(text) : undefined;
  } catch {
    throw new Unreachable();
  }
  if (!answer.ok) {
    throw new Refused((document ?? {}) as Partial<Problem>, answer.status);
  }
  return document as T;
}
