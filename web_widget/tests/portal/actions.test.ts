import { beforeEach, describe, expect, it, vi } from "vitest";
import * as actions from "../../src/portal/actions.ts";
import { carry, Refused, Unreachable } from "../../src/portal/api.ts";
import type { Crime } from "../../src/portal/protocol.ts";
import { forget, state } from "../../src/portal/state.ts";

interface Asked {
  readonly path: string;
  readonly token: string | undefined;
  readonly body: Record<string, unknown> | undefined;
}

/** What the pages asked for, and what they are answered: a status and a document, or no answer at all. */
const asked: Asked[] = [];
let answers: Record<string, readonly [number, object] | "lost"> = {};

const CRIME = {
  id: "a".repeat(32),
  reference: "44/1/26",
  messages: [],
  timeline: [],
  appointments: [],
} as unknown as Crime;
const ME = {
  name: "Alex",
  language: "en",
  languages: [],
  crimes: [{ id: CRIME.id }],
  force: { exit_url: "https://www.bbc.co.uk/" },
};
const TOKENS = {
  id_token: "id",
  access_token: "access",
  expires_in: 3600,
  new_device: false,
  last_visit: null,
};

function signedIn(): void {
  carry("id");
  state.accessToken = "access";
  state.me = ME as unknown as NonNullable<typeof state.me>;
  state.crime = CRIME;
  state.page = "messages";
}

beforeEach(() => {
  forget();
  carry("");
  asked.length = 0;
  answers = {
    "/sign-in/start": [201, { handle: "h" }],
    "/sign-in/prove": [200, { resends: 2 }],
    "/sign-in/resend": [200, { resends: 1 }],
    "/sign-in/code": [200, TOKENS],
    "/sign-in/options": [200, { one_login: true }],
    "/sign-in/one-login": [200, { address: "https://oidc.example/authorize?state=s" }],
    "/sign-in/one-login/return": [201, { handle: "r", asks: ["reference", "date_of_birth"], resends: 2 }],
    "/sign-in/sign-out": [204, {}],
    "/portal-api/me": [200, ME],
    [`/portal-api/crimes/${CRIME.id}`]: [200, CRIME],
    [`/portal-api/crimes/${CRIME.id}/messages`]: [200, { messages: [] }],
  };
  vi.stubGlobal("fetch", async (path: string, init: RequestInit) => {
    const headers = (init.headers ?? {}) as Record<string, string>;
    asked.push({
      path,
      token: headers.Authorization?.replace("Bearer ", ""),
      body: init.body ? JSON.parse(String(init.body)) : undefined,
    });
    const answer = answers[path.split("?")[0] ?? ""];
    if (answer === "lost" || !answer) throw new TypeError("no network");
    const [status, document] = answer;
    return new Response(status === 204 ? null : JSON.stringify(document), { status });
  });
});

function paths(): string[] {
  return asked.map(({ path }) => path);
}

describe("signing in", () => {
  it("says at once all that is missing, and asks nobody", () => {
    actions.prove("  ", null);
    expect(state.troubles.map(({ field }) => field)).toEqual(["reference", "dob"]);
    expect(asked).toEqual([]);
  });

  it("takes a date of birth only when there is such a day", () => {
    expect(actions.birth("31", "3", "1990")).toBe("1990-03-31");
    expect(actions.birth("31", "2", "1990")).toBeNull();
    expect(actions.birth("1", "1", "90")).toBeNull();
    expect(actions.birth("", "1", "1990")).toBeNull();
  });

  it("uses the invitation once", async () => {
    state.invitation = "i".repeat(43);
    actions.prove("44/1/26", "1990-03-31");
    await vi.waitFor(() => expect(state.page).toBe("code"));
    expect(asked[0]?.body).toEqual({ invitation: "i".repeat(43) });
    expect(state.invitation).toBeUndefined();
  });

  it("knows how many codes may still be asked for", async () => {
    actions.prove("44/1/26", "1990-03-31");
    await vi.waitFor(() => expect(state.resends).toBe(2));
    actions.resend();
    await vi.waitFor(() => expect(state.resends).toBe(1));
    expect(state.notice).toBe("resent");
  });

  it("says how many tries are left, and begins again after the last", async () => {
    state.page = "code";
    answers["/sign-in/code"] = [403, { code: "wrong_code", left: 4 }];
    actions.enterCode("123 456");
    await vi.waitFor(() => expect(state.troubles[0]?.text).toBe("wrongCode"));
    expect(state.page).toBe("code");
    answers["/sign-in/code"] = [403, { code: "wrong_code", left: 0 }];
    actions.enterCode("123456");
    await vi.waitFor(() => expect(state.troubles[0]?.text).toBe("lastCode"));
    expect(state.page).toBe("start");
    expect(state.handle).toBeUndefined();
  });

  it("offers GOV.UK One Login where the force has it, and nothing where nobody answers", async () => {
    await actions.lookForOtherWays();
    expect(state.oneLogin).toBe(true);
    forget();
    expect(state.oneLogin).toBe(true);
    answers["/sign-in/options"] = [200, { one_login: false }];
    await actions.lookForOtherWays();
    expect(state.oneLogin).toBe(false);
    answers["/sign-in/options"] = "lost";
    await actions.lookForOtherWays();
    expect([state.oneLogin, state.troubles]).toEqual([false, []]);
  });

  it("goes to GOV.UK One Login with the invitation, and to no address that is not https", async () => {
    const assign = vi.fn();
    vi.stubGlobal("location", { assign });
    state.invitation = "i".repeat(43);
    actions.goToOneLogin();
    await vi.waitFor(() => expect(assign).toHaveBeenCalledWith("https://oidc.example/authorize?state=s"));
    expect(asked[0]?.body).toEqual({ invitation: "i".repeat(43), language: "en" });
    assign.mockClear();
    answers["/sign-in/one-login"] = [200, { address: "javascript:alert(1)" }];
    actions.goToOneLogin();
    await vi.waitFor(() => expect(state.busy).toBe(false));
    expect(assign).not.toHaveBeenCalled();
  });

  it("asks for the code when it is back, and proves the first time with the same handle", async () => {
    actions.comeBack("?code=c&state=s");
    await vi.waitFor(() => expect(state.page).toBe("code"));
    expect(asked[0]).toMatchObject({ path: "/sign-in/one-login/return", body: { code: "c", state: "s" } });
    expect([state.handle, state.resends, state.returned, state.notice]).toEqual(["r", 2, true, undefined]);
    await vi.waitFor(() => expect(state.busy).toBe(false));
    actions.go("start");
    actions.prove("44/1/26", "1990-03-31");
    await vi.waitFor(() => expect(state.page).toBe("code"));
    expect(paths()).toEqual(["/sign-in/one-login/return", "/sign-in/prove"]);
    expect(asked[1]?.body).toMatchObject({ handle: "r" });
    expect(state.returned).toBe(false);
  });

  it("says that coming back did not work, and is not taken in by an address that somebody made up", async () => {
    for (const query of ["", "?x=1", "?code=c"]) actions.comeBack(query);
    expect([asked, state.troubles]).toEqual([[], []]);
    actions.comeBack("?error=access_denied&state=s");
    expect(state.troubles[0]?.text).toBe("oneLoginFailed");
    expect(asked).toEqual([]);
    answers["/sign-in/one-login/return"] = [403, { code: "one_login_refused" }];
    actions.comeBack("?code=c&state=s");
    await vi.waitFor(() => expect(state.busy).toBe(false));
    expect([state.page, state.troubles[0]?.text, state.notice]).toEqual([
      "start",
      "oneLoginFailed",
      undefined,
    ]);
    answers["/sign-in/one-login/return"] = [403, { code: "expired" }];
    actions.comeBack("?code=c&state=s");
    await vi.waitFor(() => expect(state.troubles[0]?.text).toBe("expired"));
  });

  it("shows first of all which new device was used since", async () => {
    const since = [{ label: "Chrome on Windows", at: "2026-11-20T10:00:00Z" }];
    const last_visit = { label: "Safari on iPhone", at: "2026-11-19T10:00:00Z", new_devices: since };
    answers["/sign-in/code"] = [200, { ...TOKENS, last_visit }];
    actions.enterCode("123456");
    await vi.waitFor(() => expect(state.page).toBe("devices"));
    expect(state.crime).toEqual(CRIME);
  });

  it("goes straight to the only crime when there is nothing to tell", async () => {
    actions.enterCode("123456");
    await vi.waitFor(() => expect(state.page).toBe("crime"));
  });
});

describe("signing out", () => {
  it("ends every session by the access token, and forgets whatever becomes of that", async () => {
    signedIn();
    const over = actions.signOut();
    expect(asked).toEqual([{ path: "/sign-in/sign-out", token: "access", body: undefined }]);
    expect([state.page, state.me, state.notice]).toEqual(["start", undefined, "signingOut"]);
    await over;
    expect(state.notice).toBe("signedOut");
    asked.length = 0;
    asked.push({ path: "/sign-in/sign-out", token: undefined, body: undefined });
    actions.open("rights");
    await vi.waitFor(() => expect(asked.length).toBe(2));
    expect(asked[1]?.token).toBeUndefined();
  });

  it("is said to be done everywhere only when it is", async () => {
    signedIn();
    answers["/sign-in/sign-out"] = "lost";
    await actions.signOut();
    expect([state.notice, state.troubles[0]?.text]).toEqual([undefined, "signOutFailed"]);
    signedIn();
    answers["/sign-in/sign-out"] = [500, {}];
    await actions.signOut();
    expect(state.troubles[0]?.text).toBe("signOutFailed");
    signedIn();
    answers["/sign-in/sign-out"] = [204, {}];
    await actions.signOut("visitOver");
    expect([state.notice, state.troubles]).toEqual(["visitOver", []]);
  });

  it("because it was somebody else tells the officer, and forgets at once", async () => {
    const devices = ["2026-11-20T10:00:00.000Z"];
    for (const [answer, notice, trouble] of [
      [[200, { officer_told: true }], "officerTold", undefined],
      [[200, { officer_told: false }], "tellUs", undefined],
      [[403, { code: "signed_out" }], undefined, "notMeFailed"],
      [[500, {}], undefined, "notMeFailed"],
      ["lost", undefined, "notMeFailed"],
    ] as const) {
      signedIn();
      asked.length = 0;
      answers["/sign-in/not-me"] = answer;
      const over = actions.notMe(devices);
      expect([state.page, state.me, state.notice]).toEqual(["start", undefined, "signingOut"]);
      await over;
      expect(asked).toEqual([{ path: "/sign-in/not-me", token: "access", body: { devices } }]);
      expect([state.notice, state.troubles[0]?.text]).toEqual([notice, trouble]);
    }
  });

  it("throws away what was still on its way", async () => {
    signedIn();
    actions.refresh();
    actions.open("rights");
    void actions.signOut();
    await vi.waitFor(() => expect(asked.length).toBe(2));
    await new Promise((over) => setTimeout(over, 20));
    expect(paths()).toEqual([expect.stringContaining("/crimes/"), "/sign-in/sign-out"]);
    expect(state.crime).toBeUndefined();
    expect(state.rights).toBeUndefined();
    expect(state.troubles).toEqual([]);
    expect(state.page).toBe("start");
  });

  it("leaves a chat that goes on, with nothing behind it", () => {
    signedIn();
    actions.signOutBehindTheChat();
    expect(state.chatting).toBe(true);
    expect(state.crime).toBeUndefined();
    expect(state.accessToken).toBeUndefined();
  });

  it("happens by itself when the host does not know the token any more", async () => {
    signedIn();
    answers["/portal-api/contact"] = [401, { message: "Unauthorized" }];
    actions.open("contact");
    await vi.waitFor(() => expect(state.page).toBe("start"));
    expect(state.notice).toBe("visitOver");
    expect(state.crime).toBeUndefined();
    signedIn();
    answers["/portal-api/contact"] = [403, { code: "signed_out" }];
    actions.open("contact");
    await vi.waitFor(() => expect(state.notice).toBe("signedOut"));
  });
});

describe("a message", () => {
  beforeEach(signedIn);

  function ids(): unknown[] {
    return asked.filter(({ path }) => path.endsWith("/messages")).map(({ body }) => body?.client);
  }

  async function tries(text: string, fate: "lost" | "stored"): Promise<void> {
    answers[`/portal-api/crimes/${CRIME.id}/messages`] = fate === "lost" ? "lost" : [201, { messages: [] }];
    actions.write(text);
    const before = ids().length;
    actions.say();
    await vi.waitFor(() => {
      expect(ids().length).toBe(before + 1);
      expect(state.busy).toBe(false);
    });
  }

  it("that had no answer is kept, and sent again as the same one", async () => {
    await tries("When?", "lost");
    expect(state.troubles[0]?.text).toBe("offline");
    expect(actions.draft().text).toBe("When?");
    await tries("When?", "stored");
    expect(new Set(ids()).size).toBe(1);
    expect(actions.draft().text).toBe("");
  });

  it("that was changed after such a try is another one, so that the change is not lost", async () => {
    await tries("When?", "lost");
    await tries("When? I am at home.", "stored");
    expect(new Set(ids()).size).toBe(2);
  });

  it("written twice with the same words is two", async () => {
    await tries("Hello?", "stored");
    await tries("Hello?", "stored");
    expect(new Set(ids()).size).toBe(2);
  });

  it("stays with the crime that it is about", () => {
    actions.write("about the first");
    state.crime = { ...CRIME, id: "b".repeat(32) };
    expect(actions.draft().text).toBe("");
    state.crime = CRIME;
    expect(actions.draft().text).toBe("about the first");
  });

  it("that is empty or too long is not sent, and is kept", () => {
    actions.write(" \n");
    actions.say();
    expect(state.troubles).toEqual([{ text: "empty", field: "text" }]);
    actions.write("😀".repeat(4001));
    actions.say();
    expect(state.troubles[0]).toEqual({ text: "tooLong", values: { n: 1 }, field: "text" });
    expect(asked).toEqual([]);
    expect([...actions.draft().text].length).toBe(4001);
  });
});

describe("what has come", () => {
  it("is read when the messages are opened, and is not new any more", async () => {
    signedIn();
    state.page = "crime";
    state.crime = { ...CRIME, unread_messages: 2 };
    answers[`/portal-api/crimes/${CRIME.id}/messages`] = [200, { messages: [{ id: "m" }] }];
    actions.open("messages");
    // Nobody writes on a page that takes nothing yet.
    expect(state.page).toBe("crime");
    await vi.waitFor(() => expect([state.page, state.busy]).toEqual(["messages", false]));
    expect([state.crime?.messages.length, state.crime?.unread_messages]).toEqual([1, 0]);
    actions.refresh();
    await vi.waitFor(() => expect(paths().length).toBe(2));
    expect(new Set(paths()).size).toBe(1);
  });

  it("is said to be out of reach beside what is known already", async () => {
    signedIn();
    state.page = "crime";
    answers[`/portal-api/crimes/${CRIME.id}/messages`] = "lost";
    actions.open("messages");
    await vi.waitFor(() => expect(state.troubles[0]?.text).toBe("offline"));
    expect(state.page).toBe("messages");
  });

  it("can be seen to its end, until another page is opened", () => {
    signedIn();
    actions.showAll();
    expect(state.whole).toBe(true);
    actions.go("crime");
    expect(state.whole).toBe(false);
  });

  it("is looked for at home, in the only case or in all of them", async () => {
    signedIn();
    actions.goHome();
    await vi.waitFor(() => expect(paths()).toEqual([expect.stringContaining(`/crimes/${CRIME.id}?`)]));
    expect(state.page).toBe("crime");
    await vi.waitFor(() => expect(state.busy).toBe(false));
    state.me = { ...state.me, crimes: [{}, {}] } as unknown as NonNullable<typeof state.me>;
    actions.goHome();
    await vi.waitFor(() => expect(paths()[1]).toContain("/portal-api/me"));
    expect(state.page).toBe("crimes");
  });
});

describe("another language", () => {
  it("is for everything that is shown, the page that is open included", async () => {
    signedIn();
    state.page = "rights";
    answers["/portal-api/rights"] = [200, { rights: [], source: "" }];
    actions.speak("cy");
    await vi.waitFor(() => expect(paths().length).toBe(3));
    expect(paths().every((path) => path.endsWith("language=cy"))).toBe(true);
  });

  it("is not forgotten when it is chosen while something else is on its way", async () => {
    signedIn();
    actions.refresh();
    actions.speak("cy");
    await vi.waitFor(() => expect(paths().length).toBe(4));
    expect(
      paths()
        .slice(1)
        .every((path) => path.endsWith("language=cy")),
    ).toBe(true);
  });

  it("needs nobody before one is signed in, and keeps what is said to be wrong", async () => {
    actions.prove("", null);
    actions.speak("cy");
    await vi.waitFor(() => expect(state.language).toBe("cy"));
    expect(asked).toEqual([]);
    expect(state.troubles.length).toBe(2);
  });
});

describe("what goes wrong", () => {
  it.each([
    [new Unreachable(), "offline"],
    [new Error("?"), "failed"],
    [new Refused({ code: "bad_field", field: "hours" }, 400), "badHours"],
    [new Refused({ code: "bad_field", field: "channel" }, 400), "noDetails"],
    [new Refused({ code: "bad_field", field: "no such" }, 400), "failed"],
    [new Refused({ code: "too_many" }, 429), "tooMany"],
    [new Refused({ code: "past" }, 409), "isPast"],
    [new Refused({}, 502), "failed"],
  ])("is said in words (%o)", (problem, text) => {
    expect(actions.troubleOf(problem).text).toBe(text);
  });
});

describe("the contact plan", () => {
  const stored = {
    channel: "sms",
    phone_hint: "07•• ••• •123",
    email_hint: "a•••@e•••.org",
    hours: { from: "08:00", to: "20:00", days: [1, 2, 3, 4, 5, 6, 7] },
    language: "en",
    code_word: false,
    safe: true,
    changed_at: null,
    changed_by: "crime_system",
  } as const;

  beforeEach(() => {
    signedIn();
    state.contact = stored;
    state.page = "contact";
    answers["/portal-api/contact"] = [200, stored];
  });

  function sent(): unknown {
    return asked.find(({ path }) => path === "/portal-api/contact")?.body;
  }

  async function saves(): Promise<void> {
    actions.saveContact();
    await vi.waitFor(() =>
      expect([state.page, state.notice, state.busy]).toEqual(["contact", "saved", false]),
    );
    expect(state.wanted).toBeUndefined();
  }

  it("is not saved before somebody said whether it is safe, and how", () => {
    actions.change("safe");
    actions.answerSafe(null);
    expect(state.troubles).toEqual([{ text: "needSafe", field: "safe" }]);
    state.contact = { ...stored, channel: "none", safe: false };
    actions.answerSafe(true);
    expect([state.page, state.troubles]).toEqual(["channel", []]);
    actions.saveContact();
    expect(state.troubles).toEqual([{ text: "needChannel", field: "channel" }]);
    expect([state.page, state.wanted?.wish.safe]).toEqual(["channel", true]);
    expect(asked).toEqual([]);
  });

  it.each([
    ["safe", { safe: false }, { safe: false }],
    ["channel", { channel: "email" }, { safe: true, channel: "email" }],
    ["channel", {}, { safe: true, channel: "sms" }],
    ["hours", { hours: { from: "09:00", to: "17:00", days: [1] } }, undefined],
    ["language", { language: "cy" }, undefined],
    ["code_word", { code_word: " blue teapot " }, { code_word: "blue teapot" }],
  ] as const)("is asked one thing a page, and that alone is sent (%s, %o)", async (question, wish, body) => {
    actions.change(question);
    expect([state.page, asked]).toEqual([question, []]);
    actions.choose(wish);
    if (question === "safe") {
      actions.answerSafe(false);
      await vi.waitFor(() => expect(state.notice).toBe("saved"));
    } else await saves();
    expect(sent()).toEqual(body ?? wish);
  });

  it("has no code word any more when that is said, whatever stands in the box", async () => {
    state.contact = { ...stored, code_word: true };
    actions.change("code_word");
    actions.choose({ code_word: "teapot" });
    actions.dropCodeWord();
    await vi.waitFor(() => expect(state.notice).toBe("saved"));
    expect(sent()).toEqual({ code_word: "" });
  });

  it.each([
    ["hours", { hours: { from: "18:00", to: "09:00", days: [1] } }, "badHours", "hours"],
    ["hours", { hours: { from: "", to: "09:00", days: [1] } }, "badHours", "hours"],
    ["hours", { hours: { from: "08:00", to: "", days: [1] } }, "badHours", "hours"],
    ["hours", { hours: { from: "08:00", to: "09:00", days: [] } }, "needDays", "days"],
    ["code_word", {}, "needWord", "code_word"],
    ["code_word", { code_word: "  " }, "needWord", "code_word"],
  ] as const)(
    "says what is missing in an answer, and asks nobody (%s, %o)",
    (question, wish, text, field) => {
      actions.change(question);
      actions.choose(wish);
      actions.saveContact();
      expect(state.troubles).toEqual([{ text, field }]);
      expect([state.page, state.wanted?.wish, asked]).toEqual([question, wish, []]);
    },
  );

  it.each([
    ["lost", "offline", undefined],
    [[500, {}], "failed", undefined],
    [[503, { code: "try_again" }], "failed", undefined],
    [[400, { code: "bad_field", field: "code_word" }], "badWord", "code_word"],
  ] as const)(
    "keeps what was chosen when the host refuses, or the line breaks (%o)",
    async (fate, text, field) => {
      actions.change("code_word");
      actions.choose({ code_word: "teapot" });
      answers["/portal-api/contact"] = fate;
      actions.saveContact();
      await vi.waitFor(() => expect(state.troubles).toEqual([field ? { text, field } : { text }]));
      expect([state.page, state.wanted?.wish, state.busy]).toEqual([
        "code_word",
        { code_word: "teapot" },
        false,
      ]);
      answers["/portal-api/contact"] = [200, stored];
      await saves();
      expect(asked.at(-1)?.body).toEqual({ code_word: "teapot" });
    },
  );

  it("asks first whether it is safe where nobody has said that, and loses nothing over it", async () => {
    actions.change("language");
    actions.choose({ language: "cy" });
    answers["/portal-api/contact"] = [400, { code: "bad_field", field: "safe" }];
    actions.saveContact();
    await vi.waitFor(() => expect([state.page, state.busy]).toEqual(["safe", false]));
    expect(state.troubles).toEqual([{ text: "needSafe", field: "safe" }]);
    answers["/portal-api/contact"] = [200, stored];
    actions.answerSafe(true);
    await saves();
    expect(asked.at(-1)?.body).toEqual({ language: "cy", safe: true, channel: "sms" });
  });

  it("forgets what was chosen and not saved when somebody goes back to it, and only then", () => {
    actions.change("safe");
    actions.answerSafe(true);
    actions.choose({ channel: "email" });
    actions.goBack("safe");
    expect(state.wanted?.wish).toEqual({ safe: true, channel: "email" });
    actions.goBack("contact");
    expect(state.wanted).toBeUndefined();
  });

  async function codeAsked(): Promise<void> {
    actions.change("channel");
    actions.choose({ channel: "email" });
    answers["/portal-api/contact"] = [409, { code: "code_needed" }];
    answers["/sign-in/confirm"] = [201, { handle: "c", resends: 2 }];
    actions.saveContact();
    await vi.waitFor(() => expect([state.page, state.busy]).toEqual(["confirm", false]));
  }

  it("asks for a code where the host wants one, by the access token, and sends both", async () => {
    await codeAsked();
    expect(asked.map(({ path, token }) => [path, token])).toEqual([
      ["/portal-api/contact", "id"],
      ["/sign-in/confirm", "access"],
    ]);
    answers["/sign-in/resend"] = [200, { resends: 1 }];
    actions.resend();
    await vi.waitFor(() => expect([state.resends, state.busy]).toEqual([1, false]));
    expect(asked.at(-1)?.body).toEqual({ handle: "c" });
    answers["/portal-api/contact"] = [200, {}];
    actions.confirm("482 913");
    await vi.waitFor(() => expect([state.page, state.notice]).toEqual(["contact", "saved"]));
    const confirmation = { handle: "c", code: "482913" };
    expect(asked.at(-1)?.body).toEqual({ safe: true, channel: "email", confirmation });
    expect(state.wanted).toBeUndefined();
  });

  it("that was not confirmed is still on its page, and the person still signed in", async () => {
    await codeAsked();
    actions.confirm("48");
    expect(state.troubles).toEqual([{ text: "needCode", field: "code" }]);
    answers["/portal-api/contact"] = [403, { code: "wrong_code", left: 4 }];
    actions.confirm("000000");
    await vi.waitFor(() => expect(state.troubles[0]?.text).toBe("wrongCode"));
    expect([state.page, state.busy]).toEqual(["confirm", false]);
    for (const refused of [{ code: "wrong_code", left: 0 }, { code: "expired" }]) {
      state.page = "confirm";
      answers["/portal-api/contact"] = [403, refused];
      actions.confirm("000000");
      await vi.waitFor(() => expect([state.page, state.busy]).toEqual(["channel", false]));
      expect(state.wanted?.wish).toEqual({ channel: "email" });
      expect(state.accessToken).toBe("access");
    }
  });

  it("that only an officer can change says so", async () => {
    actions.change("channel");
    answers["/portal-api/contact"] = [409, { code: "no_channel" }];
    actions.saveContact();
    await vi.waitFor(() => expect(state.troubles).toEqual([{ text: "noChannel" }]));
  });
});
