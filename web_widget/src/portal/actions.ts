/** What the person does, and what the host answers. */
import { carry, Refused, request, Unreachable } from "./api.ts";
import type {
  Address,
  Admission,
  Advice,
  Appointment,
  Confirming,
  Contact,
  ContactWish,
  Crime,
  Letter,
  Letters,
  Me,
  Options,
  RecordFile,
  Returned,
  Rights,
  Sent,
  Started,
  Support,
  Told,
  Tokens,
  Visits,
} from "./protocol.ts";
import { learn } from "./words.ts";
import {
  type Draft,
  draw,
  forget,
  type Page,
  type Question,
  state,
  type Trouble,
  type Wanted,
} from "./state.ts";
import type { Key } from "./words.ts";

export const LONGEST_MESSAGE = 4000;

const TROUBLES: Readonly<Record<string, Trouble>> = {
  expired: { text: "expired" },
  too_many: { text: "tooMany" },
  too_fast: { text: "tooMany" },
  empty_text: { text: "empty", field: "text" },
  cancelled: { text: "isCancelled" },
  past: { text: "isPast" },
  no_channel: { text: "noChannel" },
  no_one_login: { text: "oneLoginFailed" },
  one_login_refused: { text: "oneLoginFailed" },
  one_login_unavailable: { text: "oneLoginFailed" },
};

/** A field that the host did not take. */
const FIELDS: Readonly<Record<string, Trouble>> = {
  safe: { text: "needSafe", field: "safe" },
  hours: { text: "badHours", field: "hours" },
  channel: { text: "noDetails", field: "channel" },
  code_word: { text: "badWord", field: "code_word" },
  reference: { text: "needReference", field: "reference" },
  date_of_birth: { text: "needDob", field: "dob" },
  code: { text: "needCode", field: "code" },
};

/**
 * One thing at a time: what changes something is done once, however often its button is pressed meanwhile, and what
 * goes wrong is said in words. True: it went well.
 */
async function doing(work: () => Promise<void>): Promise<boolean> {
  return !state.busy && attempt(work);
}

/** What only reads waits for its turn. */
function reading(work: () => Promise<void>): void {
  state.waiting.push(work);
  next();
}

function next(): void {
  const work = state.busy ? undefined : state.waiting.shift();
  if (work) void attempt(work);
}

async function attempt(work: () => Promise<void>): Promise<boolean> {
  state.busy = true;
  state.troubles = [];
  state.notice = undefined;
  draw();
  const before = state;
  try {
    await work();
    return true;
  } catch (problem) {
    if (state !== before) return false; // The person has left in between.
    state.troubles = [troubleOf(problem)];
    if (problem instanceof Refused) after(problem);
    return false;
  } finally {
    before.busy = false;
    draw();
    next();
  }
}

/** One request; when the person has left meanwhile, the answer is thrown away. */
async function ask<T>(method: "GET" | "POST" | "PUT", path: string, body?: object): Promise<T> {
  const before = state;
  const answer = await request<T>(method, path, body);
  if (state !== before) throw new Error("left");
  return answer;
}

/** What to say of something that went wrong. */
export function troubleOf(problem: unknown): Trouble {
  if (problem instanceof Unreachable) return { text: "offline" };
  if (!(problem instanceof Refused)) return { text: "failed" };
  const { code, field, left } = problem;
  if (code === "wrong_code") {
    return left ? { text: "wrongCode", values: { left }, field: "code" } : { text: "lastCode" };
  }
  return (code === "bad_field" && FIELDS[field ?? ""]) || TROUBLES[code] || { text: "failed" };
}

/** Some answers end what was begun. */
function after({ code, status, field, left }: Refused): void {
  const over = code === "expired" || (code === "wrong_code" && !left);
  // Who is signed in stays so: what they wanted is still on its page.
  if (over && state.page === "confirm") state.page = state.wanted?.question ?? "contact";
  else if (over) backToStart();
  else if (status === 401) leaveQuietly("visitOver");
  else if (code === "signed_out") leaveQuietly("signedOut");
  // Nobody has said that yet, and it comes first.
  else if (code === "bad_field" && field === "safe") state.page = "safe";
}

function backToStart(): void {
  const { troubles } = state;
  forget();
  state.troubles = troubles;
}

/** The session is over: nothing stays. */
function leaveQuietly(notice: Key): void {
  carry("");
  forget();
  state.notice = notice;
}

export function go(page: Page): void {
  state.page = page;
  // Whoever goes back to the plan has left the question.
  if (page === "contact") state.wanted = undefined;
  state.whole = false;
  state.troubles = [];
  state.notice = undefined;
  draw();
}

/** Something is missing in what was filled in: said at once, and nothing is sent. */
function missing(...troubles: readonly (Trouble | false)[]): boolean {
  state.troubles = troubles.filter((one) => one !== false);
  state.notice = undefined;
  if (state.troubles.length) draw();
  return state.troubles.length > 0;
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
  const lacking = missing(
    !reference.trim() && { text: "needReference", field: "reference" },
    !dateOfBirth && { text: "needDob", field: "dob" },
  );
  if (lacking) return;
  void doing(async () => {
    if (!state.returned) {
      state.handle = (await ask<Started>("POST", "/sign-in/start", invited())).handle;
      state.invitation = undefined;
    }
    const proof = { handle: state.handle, reference: reference.trim(), date_of_birth: dateOfBirth };
    state.resends = (await ask<Sent>("POST", "/sign-in/prove", proof)).resends;
    state.returned = false;
    state.page = "code";
  });
}

function invited(): { readonly invitation?: string } {
  return state.invitation ? { invitation: state.invitation } : {};
}

/** What the force offers beside its own way in. If nobody answers, it offers nothing. */
export async function lookForOtherWays(): Promise<void> {
  try {
    state.oneLogin = (await ask<Options>("GET", "/sign-in/options")).one_login;
    draw();
  } catch {
    // The way that is always there is enough.
  }
}

/** To GOV.UK One Login. Nothing of this page is kept meanwhile. */
export function goToOneLogin(): void {
  void doing(async () => {
    const language = state.language === "cy" ? "cy" : "en";
    const { address } = await ask<Address>("POST", "/sign-in/one-login", { ...invited(), language });
    if (address.startsWith("https://")) location.assign(address);
  });
}

/** Back from there, with what it put into the address. */
export function comeBack(query: string): void {
  const said = new URLSearchParams(query);
  const [code, began] = [said.get("code"), said.get("state")];
  if (!began) return;
  if (missing(!code && { text: "oneLoginFailed" })) return;
  void doing(async () => {
    // Whoever leaves meanwhile takes nothing of it along.
    const here = state;
    here.notice = "loading";
    draw();
    try {
      const { handle, resends } = await ask<Returned>("POST", "/sign-in/one-login/return", {
        code,
        state: began,
      });
      Object.assign(here, { handle, resends, returned: true, page: "code" });
    } finally {
      here.notice = undefined;
    }
  });
}

export function resend(): void {
  void doing(async () => {
    const handle = state.wanted?.handle ?? state.handle;
    state.resends = (await ask<Sent>("POST", "/sign-in/resend", { handle })).resends;
    state.notice = "resent";
  });
}

export function enterCode(code: string): void {
  const digits = code.replace(/\D/g, "");
  if (missing(digits.length !== 6 && { text: "needCode", field: "code" })) return;
  void doing(async () => {
    const tokens = await ask<Tokens>("POST", "/sign-in/code", { handle: state.handle, code: digits });
    carry(tokens.id_token);
    state.accessToken = tokens.access_token;
    state.lastVisit = tokens.last_visit;
    state.endsAt = Date.now() + tokens.expires_in * 1000;
    await enter();
    if (tokens.last_visit?.new_devices.length) state.page = "devices";
  });
}

async function enter(): Promise<void> {
  const me = await ask<Me>("GET", "/portal-api/me");
  state.me = me;
  if (state.language === "en") {
    // Without its words the page is English all the same.
    await learn(me.language).catch(() => {});
    state.language = me.language;
  }
  state.page = "crimes";
  const [only] = me.crimes;
  if (only && me.crimes.length === 1) await fetchCrime(only.id);
}

export function begin(): void {
  go(state.me?.crimes.length === 1 && state.crime ? "crime" : "crimes");
}

/** To the first page of the account, as it is now. */
export function goHome(): void {
  begin();
  if (state.page === "crime") refresh();
  else lookAtCases();
}

/**
 * Forgets, and ends every session, on every device. Whatever becomes of that, nothing is shown any more; but it is said
 * to be done only when it is.
 */
export async function signOut(notice: Key = "signedOut"): Promise<void> {
  await leaveFor(
    end().then((done) => done && notice),
    "signOutFailed",
  );
}

/**
 * Somebody else was here, with the devices that first came at those times: ends every session, and the officer is told.
 * It goes out even if the page is closed.
 */
export async function notMe(devices: readonly string[]): Promise<void> {
  const told = request<Told>("POST", "/sign-in/not-me", { devices }, state.accessToken, true);
  await leaveFor(
    told.then(
      ({ officer_told }) => (officer_told ? "officerTold" : "tellUs"),
      () => false,
    ),
    "notMeFailed",
  );
}

/** Forgets everything at once; what became of it is said when it is known: false, that it did not go well. */
async function leaveFor(outcome: Promise<Key | false>, failed: Key): Promise<void> {
  leaveQuietly("signingOut");
  const empty = state;
  draw();
  const notice = await outcome;
  if (state !== empty) return;
  state.notice = notice || undefined;
  if (!notice) state.troubles = [{ text: failed }];
  draw();
}

/** Ends every session; whether that went well. It goes out even if the page is closed. */
async function end(): Promise<boolean> {
  const { accessToken } = state;
  if (!accessToken) return true;
  return request("POST", "/sign-in/sign-out", undefined, accessToken, true).then(
    () => true,
    // A token that has run out is good nowhere any more.
    (problem: unknown) => problem instanceof Refused && problem.status === 401,
  );
}

/** Takes the note that the visit ends soon off the page. */
export function understood(): void {
  state.ending = false;
  draw();
}

/** The session is over while the chat goes on: when it is closed, nothing is behind it. */
export function signOutBehindTheChat(): void {
  void end();
  leaveQuietly("visitOver");
  state.page = "chat";
  state.chatting = true;
  draw();
}

// -- reading ----------------------------------------------------------------------------------------------------------

async function fetchCrime(id: string): Promise<void> {
  state.crime = await ask<Crime>("GET", `/portal-api/crimes/${id}?language=${state.language}`);
  if (state.page === "crimes" || state.page === "code") state.page = "crime";
}

export function openCrime(id: string): void {
  reading(() => fetchCrime(id));
}

/** Fetches what is shown again: after a change, or when the person wants to know. */
export function refresh(): void {
  const { crime, page } = state;
  if (crime) reading(READ[page] ?? (() => fetchCrime(crime.id)));
}

/** Shows a long list to its end. */
export function showAll(): void {
  state.whole = true;
  draw();
}

/** The words of a language; that they did not come is no other trouble than a line that is away. */
function learnt(language: string): Promise<void> {
  return learn(language).catch(() => {
    throw new Unreachable();
  });
}

/** Everything that is shown, and what is behind it, in another language. */
export function speak(language: string): void {
  if (!state.me) {
    learnt(language).then(
      () => {
        state.language = language;
        draw();
      },
      () => {
        state.troubles = [{ text: "offline" }];
        draw();
      },
    );
    return;
  }
  reading(async () => {
    await learnt(language);
    state.language = language;
    const { crime, page } = state;
    state.me = await ask<Me>("GET", `/portal-api/me?language=${language}`);
    if (crime) await fetchCrime(crime.id);
    await READ[page]?.();
  });
}

/** What a page needs to be read before it is shown. */
const READ: Partial<Record<Page, () => Promise<void>>> = {
  async messages() {
    const { crime, language } = state;
    const path = `/portal-api/crimes/${crime?.id}/messages?language=${language}`;
    const { messages } = await ask<Letters>("GET", path);
    if (crime) state.crime = { ...crime, messages, unread_messages: 0 };
  },
  async support() {
    const path = `/portal-api/crimes/${state.crime?.id}/support?language=${state.language}`;
    state.support = await ask<Support>("GET", path);
  },
  async rights() {
    state.rights = await ask<Rights>("GET", `/portal-api/rights?language=${state.language}`);
  },
  async advice() {
    state.advice = await ask<Advice>("GET", `/portal-api/advice?language=${state.language}`);
  },
  async contact() {
    state.contact = await ask<Contact>("GET", "/portal-api/contact");
  },
  async visits() {
    state.visits = await ask<Visits>("GET", "/portal-api/visits");
  },
};

/** Reads what a page needs, and shows it. Without a line, messages that are here already are better than none. */
export function open(page: Page): void {
  reading(async () => {
    try {
      await READ[page]?.();
    } catch (problem) {
      if (page === "messages" && problem instanceof Unreachable) go(page);
      throw problem;
    }
    state.wanted = undefined;
    go(page);
  });
}

/** Back to where one came from; the list of cases says what is unread now. */
export function goBack(page: Page): void {
  go(page);
  if (page === "crimes") lookAtCases();
}

function lookAtCases(): void {
  reading(async () => {
    state.me = await ask<Me>("GET", `/portal-api/me?language=${state.language}`);
  });
}

// -- doing ------------------------------------------------------------------------------------------------------------

/** Characters over the limit, counted as the police count them. */
export function excess(text: string): number {
  return Math.max(0, [...text].length - LONGEST_MESSAGE);
}

/** What is being written about the crime that is open. */
export function draft(): Draft {
  return state.drafts.get(state.crime?.id ?? "") ?? { text: "" };
}

export function write(text: string): void {
  state.drafts.set(state.crime?.id ?? "", { ...draft(), text });
  draw();
}

export function say(): void {
  const { crime, drafts } = state;
  if (!crime) return;
  const { text, tried } = draft();
  const over = excess(text);
  const wrong = missing(
    !text.trim() && { text: "empty", field: "text" },
    over > 0 && { text: "tooLong", values: { n: over }, field: "text" },
  );
  if (wrong) return;
  void doing(async () => {
    // The answer to an earlier try may have been lost: the same text is the same message, another text is another one.
    const client = tried?.text === text ? tried.client : crypto.randomUUID();
    drafts.set(crime.id, { text, tried: { text, client } });
    await ask<Letter>("POST", `/portal-api/crimes/${crime.id}/messages`, { text, client });
    const { text: now } = draft();
    drafts.set(crime.id, { text: now === text ? "" : now });
    await READ.messages?.();
  });
}

export function askForChange(reason: string, wishes: string): void {
  if (missing(!reason.trim() && { text: "needReason", field: "reason" })) return;
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

/** One question of the contact plan. */
export function change(question: Question): void {
  state.wanted = { question, wish: {} };
  go(question);
}

/** What is chosen on a page, before it is saved. */
export function choose(part: ContactWish): void {
  state.wanted = { question: state.page as Question, wish: { ...state.wanted?.wish, ...part } };
  draw();
}

/** Not safe: nothing is sent any more. Safe: in which way? Null: nothing was said. */
export function answerSafe(safe: boolean | null): void {
  if (safe) {
    choose({ safe });
    go("channel");
  } else if (!missing(safe === null && { text: "needSafe", field: "safe" })) saveContact();
}

/**
 * What a page says, as the host wants it: its own question, and what was chosen before it and not stored; nothing of the
 * others, which somebody may be changing on another device.
 */
function answer({ question, wish }: Wanted, stored: Contact): ContactWish {
  const { channel, hours, language } = { ...stored, ...wish };
  const own: Readonly<Record<Question, ContactWish>> = {
    safe: { safe: false },
    channel: { safe: true, channel },
    hours: { hours },
    language: { language },
    code_word: { code_word: wish.code_word?.trim() ?? "" },
  };
  return { ...wish, ...own[question] };
}

/** What is missing in an answer. */
function lacking({ channel, hours, code_word: word }: ContactWish): Trouble | false {
  if (channel === "none") return { text: "needChannel", field: "channel" };
  if (hours && !(hours.from && hours.from < hours.to)) return { text: "badHours", field: "hours" };
  if (hours?.days.length === 0) return { text: "needDays", field: "days" };
  return word === "" && { text: "needWord", field: "code_word" };
}

/** Stores the answer of the page that is open. */
export function saveContact(): void {
  const { contact: stored } = state;
  const wanted = { question: state.page as Question, wish: state.wanted?.wish ?? {} };
  if (stored && !missing(lacking(answer(wanted, stored)))) keep(wanted, stored);
}

/** From now on there is no code word. */
export function dropCodeWord(): void {
  const { contact: stored } = state;
  if (stored) keep({ question: "code_word", wish: { code_word: "" } }, stored);
}

/** Stores what is wanted, or asks for a code first where the host wants one. */
function keep(wanted: Wanted, stored: Contact): void {
  state.wanted = wanted;
  void doing(async () => {
    try {
      await store(answer(wanted, stored));
    } catch (problem) {
      if (!(problem instanceof Refused) || problem.code !== "code_needed") throw problem;
      const { handle, resends } = await asMyself<Confirming>("/sign-in/confirm");
      Object.assign(state, { wanted: { ...wanted, handle }, resends, page: "confirm" });
    }
  });
}

/** The code that came by the way that was agreed before, and with it what was wanted. */
export function confirm(code: string): void {
  const { wanted, contact: stored } = state;
  const digits = code.replace(/\D/g, "");
  if (missing(digits.length !== 6 && { text: "needCode", field: "code" }) || !wanted || !stored) return;
  const confirmation = { handle: wanted.handle, code: digits };
  void doing(() => store({ ...answer(wanted, stored), confirmation }));
}

async function store(plan: object): Promise<void> {
  state.contact = await ask<Contact>("PUT", "/portal-api/contact", plan);
  state.wanted = undefined;
  state.page = "contact";
  state.notice = "saved";
}

/** What the sign-in takes from somebody who is signed in. */
async function asMyself<T>(path: string): Promise<T> {
  const before = state;
  const answer = await request<T>("POST", path, undefined, state.accessToken);
  if (state !== before) throw new Error("left");
  return answer;
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
    state.notice = "recordSaved";
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
