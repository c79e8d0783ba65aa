/** The officers' REST API. Every refusal is an `ApiError` with a sentence for the officer. */

import type {
  CannedAnswer,
  ChatEvent,
  ClosedItem,
  Me,
  Note,
  Queue,
  QueueItem,
  SealedPackage,
} from "./protocol";

const TIMEOUT_MS = 20_000;

/** Why a request failed: `offline` (no answer), `expired` (sign in again), `denied`, or what the server named. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status: number) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** How requests are signed: a fresh ID token, renewed once when the server says it has run out. */
export interface Credentials {
  readonly token: () => Promise<string>;
  readonly renew: () => Promise<string>;
}

export class OfficerApi {
  readonly #credentials: Credentials;

  constructor(credentials: Credentials) {
    this.#credentials = credentials;
  }

  me = (): Promise<Me> => this.#get("/me");

  ticket = async (): Promise<string> => (await this.#post<{ readonly ticket: string }>("/ticket", {})).ticket;

  setDuty = (
    on: boolean,
    language: string,
  ): Promise<{ readonly on_duty: boolean; readonly language: string }> =>
    this.#call("PUT", "/duty", { on_duty: on, language });

  queue = (): Promise<Queue> => this.#get("/queue");

  accept = (conversation: string): Promise<QueueItem> => this.#post(`${path(conversation)}/accept`, {});

  release = (conversation: string): Promise<QueueItem> => this.#post(`${path(conversation)}/release`, {});

  /** The whole record after `after`, page by page. The server notes who read it, and `why`. */
  events = async (conversation: string, after: number, why = ""): Promise<readonly ChatEvent[]> => {
    const events: ChatEvent[] = [];
    for (let from = after; ;) {
      const page = await this.#get<{ readonly events: readonly ChatEvent[]; readonly more: boolean }>(
        `${path(conversation)}/events?after=${from}&why=${why}`,
      );
      events.push(...page.events);
      const last = page.events.at(-1);
      if (!page.more || last === undefined) {
        return events;
      }
      from = last.seq;
    }
  };

  notes = async (conversation: string): Promise<readonly Note[]> =>
    (await this.#get<{ readonly notes: readonly Note[] }>(`${path(conversation)}/notes`)).notes;

  addNote = (conversation: string, text: string): Promise<Note> =>
    this.#post(`${path(conversation)}/notes`, { text });

  closed = async (): Promise<readonly ClosedItem[]> =>
    (await this.#get<{ readonly conversations: readonly ClosedItem[] }>("/closed")).conversations;

  /** Where the sealed package is. Throws `ApiError` `not_sealed` before there is one. */
  sealedPackage = (conversation: string, why = ""): Promise<SealedPackage> =>
    this.#get(`${path(conversation)}/package?why=${why}`);

  canned = async (language: string): Promise<readonly CannedAnswer[]> =>
    (
      await this.#get<{ readonly answers: readonly CannedAnswer[] }>(
        `/canned?language=${encodeURIComponent(language)}`,
      )
    ).answers;

  /** What is sent to victims: one of the paths of docs/oversight-api.yaml. */
  oversight = <T>(where: string): Promise<T> => this.#call("GET", where, undefined, "/oversight");

  /** A problem of the data was mended, or is none. */
  mended = (crime: string, id: string): Promise<void> =>
    this.#call("POST", "/quality/mended", { crime, id }, "/oversight");

  #get<T>(where: string): Promise<T> {
    return this.#call("GET", where);
  }

  #post<T>(where: string, body: object): Promise<T> {
    return this.#call("POST", where, body);
  }

  async #call<T>(method: string, where: string, body?: object, api = "/officers"): Promise<T> {
    let response = await this.#send(method, api + where, body, await this.#credentials.token());
    if (response.status === 401) {
      response = await this.#send(method, api + where, body, await this.#credentials.renew());
    }
    if (!response.ok) {
      throw await refusal(response);
    }
    return (response.status === 204 ? undefined : await response.json()) as T;
  }

  async #send(method: string, where: string, body: object | undefined, token: string): Promise<Response> {
    try {
      return await fetch(where, {
        method,
        headers: { Authorization: token, ...(body ? { "Content-Type": "application/json" } : {}) },
        ...(body ? { body: JSON.stringify(body) } : {}),
        cache: "no-store",
        credentials: "omit",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch (error) {
      if (error instanceof TypeError || error instanceof DOMException) {
        throw new ApiError("offline", "The server cannot be reached. Check the connection and try again.", 0);
      }
      throw error;
    }
  }
}

async function refusal(response: Response): Promise<ApiError> {
  if (response.status === 401) {
    return new ApiError("expired", "Your session has ended. Sign in again.", 401);
  }
  const problem = await problemOf(response);
  if (response.status === 403 && !problem.code) {
    return new ApiError("denied", "Your account may not do this. Ask your administrator.", 403);
  }
  const words =
    problem.detail ?? WORDS[response.status] ?? "The server does not answer as it should. Try again.";
  return new ApiError(problem.code ?? `http_${response.status}`, words, response.status);
}

const WORDS: Readonly<Record<number, string>> = {
  404: "It is not there any more.",
  429: "Too many requests. Wait a moment, then try again.",
  503: "The service is busy. Try again in a moment.",
};

async function problemOf(response: Response): Promise<{ readonly code?: string; readonly detail?: string }> {
  try {
    return (await response.json()) as { readonly code?: string; readonly detail?: string };
  } catch (error) {
    if (error instanceof SyntaxError) {
      return {}; // Not a problem document: a gateway in between spoke. The status says enough.
    }
    throw error;
  }
}

function path(conversation: string): string {
  return `/conversations/${encodeURIComponent(conversation)}`;
}
