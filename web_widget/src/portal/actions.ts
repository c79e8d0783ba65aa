/** What the person does, and what the host answers. */
import { ask, carry, Refused, Unreachable } from "./api.ts";
import type {
  Admission,
  Advice,
  Appointment,
  Contact,
  ContactWish,
  Crime,
  Letter,
  Me,
  RecordFile,
  Rights,
  Started,
  Support,
  Tokens,
} from "./protocol.ts";
import { draw, forget, type Page, state, type Trouble } from "./state.ts";

export const LONGEST_MESSAGE = 4000;

const TROUBLES: Readonly<Record<string, Trouble>> = {
  expired: { text: "expired" },
  too_many: { text: "tooMany" },
  too_fast: { text: "tooMany" },
  too_many_codes: { text: "tooManyCodes" },
  bad_hours: { text: "badHours", field: "hours" },
  no_details: { text: "noDetails", field: "channel" },
  empty_text: { text: "empty", field: "text" },
};

/** One thing at a time: while it runs buttons wait, and what goes wrong is said in words. True: it went well. */
async function doing(work: () => Promise<void>): Promise<boolean> {
  if (state.busy) return false;
  state.busy = true;
  state.trouble = undefined;
  state.notice = undefined;
  draw();
  const before = state;
  try {
    await work();
    return true;
  } catch (problem) {
    if (state !== before) return false; // The person has left in between.
    state.trouble = troubleOf(problem);
    if (problem instanceof Refused && problem.status === 401) leaveQuietly();
    if (problem instanceof Refused && problem.code === "expired") backToStart();
    return false;
  } finally {
    state.busy = false;
    draw();
  }
}

/** What to say of something that went wrong. */
export function troubleOf(problem: unknown): Trouble {
  if (problem instanceof Unreachable) return { text: "offline" };
  if (problem instanceof Refused) {
    if (problem.code === "wrong_code")
      return { text: "wrongCode", values: { left: problem.left ?? 0 }, field: "code" };
    return TROUBLES[problem.code] ?? { text: "failed" };
  }
  return { text: "failed" };
}

function backToStart(): void {
  const { trouble } = state;
  forget();
  state.trouble = trouble;
}

/** The session is over: nothing stays. */
function leaveQuietly(): void {
  carry("");
  forget();
  state.notice = "signedOut";
}

export function go(page: Page): void {
  state.page = page;
  state.trouble = undefined;
  state.notice = undefined;
  draw();
}

// -- signing in -------------------------------------------------------------------------------------------------------

/** A date of birth as the host wants it, or null when it is none. */
export function birth(day: string, month: string, year: string): string | null {
  const [d, m, y] = [day, month, year].map((part) => Number(part.trim()));
  if (!d || !m || !y || y < 1900 || year.trim().length !== 4) return null;
  const date = new Date(Date.UTC(y, m - 1, d));
  return date.getUTCDate() === d && date.getUTCMonth() === m - 1 ? date.toISOString().slice(0, 10) : null;
}

export function prove(reference: string, dateOfBirth: string | null): void {
  if (!reference.trim() || !dateOfBirth) {
    state.trouble = reference.trim()
      ? { text: "needDob", field: "dob" }
      : { text: "needReference", field: "reference" };
    draw();
    return;
  }
  void doing(async () => {
    const { invitation } = state;
    const started = await ask<Started>("POST", "/sign-in/start", invitation ? { invitation } : {});
    state.invitation = undefined;
    state.handle = started.handle;
    await ask("POST", "/sign-in/prove", {
      handle: started.handle,
      reference: reference.trim(),
      date_of_birth: dateOfBirth,
    });
    state.page = "code";
  });
}

export function resend(): void {
  void doing(async () => {
    await ask("POST", "/sign-in/resend", { handle: state.handle });
    state.notice = "resent";
  });
}

export function enterCode(code: string): void {
  const digits = code.replace(/\D/g, "");
  if (digits.length !== 6) {
    state.trouble = { text: "needCode", field: "code" };
    draw();
    return;
  }
  void doing(async () => {
    const tokens = await ask<Tokens>("POST", "/sign-in/code", { handle: state.handle, code: digits });
    carry(tokens.id_token);
    state.accessToken = tokens.access_token;
    state.lastVisit = tokens.last_visit;
    await enter();
    if (tokens.new_device && tokens.last_visit) state.page = "device";
  });
}

async function enter(): Promise<void> {
  const me = await ask<Me>("GET", "/portal-api/me");
  state.me = me;
  if (state.language === "en") state.language = me.language;
  state.page = "crimes";
  const [only] = me.crimes;
  if (only && me.crimes.length === 1) await fetchCrime(only.id);
}

export function begin(): void {
  const { me } = state;
  state.page = me?.crimes.length === 1 && state.crime ? "crime" : "crimes";
  draw();
}

/** Ends every session, on every device, and forgets. */
export function signOut(): void {
  const { accessToken } = state;
  // Whatever becomes of the request: nothing is shown any more.
  if (accessToken) ask("POST", "/sign-in/sign-out", { access_token: accessToken }).catch(() => {});
  leaveQuietly();
  draw();
}

// -- reading ----------------------------------------------------------------------------------------------------------

async function fetchCrime(id: string): Promise<void> {
  state.crime = await ask<Crime>("GET", `/portal-api/crimes/${id}?language=${state.language}`);
  if (state.page === "crimes" || state.page === "code") state.page = "crime";
}

export function openCrime(id: string): void {
  void doing(() => fetchCrime(id));
}

/** Fetches the crime again: after a change, or when the person wants to know. */
export function refresh(): void {
  const { crime } = state;
  if (crime) void doing(() => fetchCrime(crime.id));
}

export function speak(language: string): void {
  state.language = language;
  state.rights = undefined;
  state.advice = undefined;
  const { crime } = state;
  draw();
  if (crime) void doing(() => fetchCrime(crime.id));
}

export function openSupport(): void {
  void doing(async () => {
    state.support = await ask<Support>(
      "GET",
      `/portal-api/crimes/${state.crime?.id}/support?language=${state.language}`,
    );
    state.page = "support";
  });
}

export function openRights(): void {
  void doing(async () => {
    state.rights = await ask<Rights>("GET", `/portal-api/rights?language=${state.language}`);
    state.page = "rights";
  });
}

export function openAdvice(): void {
  void doing(async () => {
    state.advice = await ask<Advice>("GET", `/portal-api/advice?language=${state.language}`);
    state.page = "advice";
  });
}

export function openContact(): void {
  void doing(async () => {
    state.contact = await ask<Contact>("GET", "/portal-api/contact");
    state.page = "contact";
  });
}

// -- doing ------------------------------------------------------------------------------------------------------------

/** Characters over the limit, counted as the police count them. */
export function excess(text: string): number {
  return Math.max(0, [...text].length - LONGEST_MESSAGE);
}

export function say(): void {
  const { draft, crime, client } = state;
  if (!draft.trim() || excess(draft)) {
    state.trouble = draft.trim()
      ? { text: "tooLong", values: { n: excess(draft) }, field: "text" }
      : { text: "empty", field: "text" };
    draw();
    return;
  }
  void doing(async () => {
    await ask<Letter>("POST", `/portal-api/crimes/${crime?.id}/messages`, { text: draft, client });
    state.draft = "";
    state.client = crypto.randomUUID();
    if (crime) await fetchCrime(crime.id);
  });
}

export function askForChange(reason: string, wishes: string): void {
  if (!reason.trim()) {
    state.trouble = { text: "needReason", field: "reason" };
    draw();
    return;
  }
  void doing(async () => {
    const { crime, appointment } = state;
    await ask<Appointment>("POST", `/portal-api/crimes/${crime?.id}/appointments/${appointment}/change`, {
      reason,
      wishes,
    });
    if (crime) await fetchCrime(crime.id);
    state.page = "appointments";
    state.notice = "asked";
  });
}

export function saveContact(wish: ContactWish): void {
  void doing(async () => {
    state.contact = await ask<Contact>("PUT", "/portal-api/contact", wish);
    state.notice = "saved";
  });
}

export function saveRecord(): void {
  void doing(async () => {
    const file = await ask<RecordFile>(
      "GET",
      `/portal-api/crimes/${state.crime?.id}/record?language=${state.language}`,
    );
    const address = URL.createObjectURL(new Blob([file.html], { type: "text/html" }));
    const link = document.createElement("a");
    link.href = address;
    link.download = file.name;
    link.click();
    URL.revokeObjectURL(address);
  });
}

/** A way into the chat that knows the crime; null when there is none now. */
export async function admission(): Promise<Admission | null> {
  let found: Admission | null = null;
  await doing(async () => {
    found = await ask<Admission>("POST", `/portal-api/crimes/${state.crime?.id}/chat`, {});
  });
  return found;
}
