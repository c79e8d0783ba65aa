import { describe, expect, it } from "vitest";
import { lockReason } from "../../src/console/conversation.ts";
import type { ChatEvent, Command, Frame, Queue, QueueItem } from "../../src/console/protocol.ts";
import {
  type Action,
  attentionCount,
  connected,
  type Effect,
  initial,
  type State,
  shown,
  update,
  wouldLose,
} from "../../src/console/store.ts";
import { at, CHAT, item, leftByExit, ME, OFFICER, OTHER, opened, replied, said } from "./example.ts";

/** Runs actions one after the other; remembers every effect. */
class Desk {
  state: State = initial("client");
  effects: Effect[] = [];

  do(...actions: Action[]): this {
    for (const action of actions) {
      const [state, effects] = update(this.state, action);
      this.state = state;
      this.effects.push(...effects);
    }
    return this;
  }

  hear(...frames: Frame[]): this {
    return this.do(...frames.map((frame) => ({ type: "frame", frame, now: 0 }) as const));
  }

  /** What was sent since the last look, by kind of command. */
  sent(action: Command["action"]): Command[] {
    const found = this.effects.flatMap((e) =>
      e.do === "command" && e.command.action === action ? [e.command] : [],
    );
    this.effects = this.effects.filter((e) => !(e.do === "command" && e.command.action === action));
    return found;
  }

  chat(id = CHAT) {
    const conversation = this.state.conversations[id];
    if (conversation === undefined) {
      throw new Error(`no conversation ${id}`);
    }
    return conversation;
  }

  locked(id = CHAT): string | null {
    return lockReason(this.chat(id), connected(this.state));
  }

  write(text: string, id = CHAT): this {
    return this.do({ type: "wrote", conversation: id, draft: text }, { type: "posted", conversation: id });
  }
}

function welcome(seq: number, n = 0, conversation = CHAT): Frame {
  return {
    type: "welcome",
    role: "officer",
    conversation,
    state: "active",
    language: "es",
    service_language: "en",
    officer: OFFICER,
    on_duty: true,
    seq,
    n,
    visitor: "here",
  };
}

function missed(events: ChatEvent[], more = false, conversation = CHAT): Frame {
  return { type: "events", conversation, events, more };
}

function live(event: ChatEvent, conversation = CHAT): Frame {
  return { type: "event", conversation, event };
}

function ack(n: number, event: ChatEvent): Frame {
  return { type: "ack", conversation: CHAT, n, event, duplicate: false };
}

function queue(lists: Partial<Queue> = {}): Action {
  const empty: Queue = { waiting: [], mine: [], attention: [], on_duty: [], now: at(0) };
  return { type: "queueLoaded", queue: { ...empty, ...lists }, now: Date.parse(at(0)) };
}

const OPEN: Action = { type: "connection", connection: { phase: "open" } };
const LOST: Action = { type: "connection", connection: { phase: "waiting", retryAt: 0 } };
const GREETING: Frame = { type: "welcome", role: "officer", on_duty: true };

/** An officer with one conversation that has caught up to number 1. */
function working(): Desk {
  const desk = new Desk();
  desk.do({ type: "signedIn", me: ME }, OPEN).hear(GREETING);
  desk.do({ type: "accepted", item: item(), focus: true });
  desk.hear(welcome(1), missed([opened()]));
  desk.effects = [];
  return desk;
}

describe("accepting", () => {
  it("opens a column, joins it on the socket and asks for everything", () => {
    const desk = new Desk().do({ type: "signedIn", me: ME }, OPEN, {
      type: "accepted",
      item: item(),
      focus: true,
    });
    expect(desk.state.order).toEqual([CHAT]);
    expect(desk.sent("resume")).toEqual([
      { action: "resume", client: "client", last: 0, conversation: CHAT },
    ]);
  });

  it("does not take the focus from an officer who goes on typing elsewhere", () => {
    const desk = working().do({ type: "accepted", item: item(OTHER), focus: false });
    expect([desk.state.order, desk.state.focus]).toEqual([[CHAT, OTHER], CHAT]);
  });

  it("takes the conversation out of the queue at once, and a late answer does not bring it back", () => {
    const waiting: QueueItem = item(CHAT, { state: "waiting", owner: null });
    const desk = new Desk().do({ type: "signedIn", me: ME }, OPEN, queue({ waiting: [waiting] }));
    desk.do({ type: "accepted", item: item(), focus: true }, queue({ waiting: [waiting] }));
    expect(desk.state.queue.waiting).toEqual([]);
  });

  it("picks up conversations that the officer had before, and joins them", () => {
    const desk = new Desk().do({ type: "signedIn", me: ME }, OPEN, queue({ mine: [item()] }));
    expect(desk.state.focus).toBe(CHAT);
    expect(desk.sent("resume")).toHaveLength(1);
  });

  it("leaves an officer on the page that they went to before those conversations came", () => {
    const desk = new Desk().do({ type: "signedIn", me: ME }, OPEN, { type: "page", page: "messages" });
    desk.do(queue({ mine: [item()] }));
    expect([desk.state.page, desk.state.focus]).toEqual(["messages", CHAT]);
  });
});

describe("catching up", () => {
  it("unlocks the composer only when the last missed event is here", () => {
    const desk = new Desk().do({ type: "signedIn", me: ME }, OPEN, {
      type: "accepted",
      item: item(),
      focus: true,
    });
    expect(desk.locked()).not.toBeNull();
    desk.hear(welcome(3));
    expect(desk.locked()).not.toBeNull();
    desk.hear(missed([opened(), said(2)], true));
    expect(desk.locked()).not.toBeNull();
    desk.hear(missed([said(3)]));
    expect(desk.locked()).toBeNull();
  });

  it("asks again for what is still missing after the last frame", () => {
    const desk = new Desk().do({ type: "signedIn", me: ME }, OPEN, {
      type: "accepted",
      item: item(),
      focus: true,
    });
    desk.sent("resume");
    desk.hear(welcome(3), missed([opened(), said(2)]));
    expect(desk.locked()).not.toBeNull();
    expect(desk.sent("resume")).toEqual([
      { action: "resume", client: "client", last: 2, conversation: CHAT },
    ]);
  });

  it("asks again when no answer comes", () => {
    const desk = new Desk().do({ type: "signedIn", me: ME }, OPEN, {
      type: "accepted",
      item: item(),
      focus: true,
    });
    desk.sent("resume");
    desk.do({ type: "syncOverdue", conversation: CHAT, attempt: 1 });
    expect(desk.sent("resume")).toHaveLength(1);
    desk.do({ type: "syncOverdue", conversation: CHAT, attempt: 1 });
    expect(desk.sent("resume")).toHaveLength(0);
  });

  it("resumes every conversation after a reconnect, with the last number it has", () => {
    const desk = working().do({ type: "accepted", item: item(OTHER), focus: true });
    desk.hear(welcome(2, 0, OTHER), missed([opened(), said(2)], false, OTHER));
    desk.do(LOST, OPEN);
    desk.sent("resume");
    desk.hear(GREETING);
    expect(desk.sent("resume").map((c) => c.action === "resume" && [c.conversation, c.last])).toEqual([
      [CHAT, 1],
      [OTHER, 2],
    ]);
  });

  it("asks for a gap that stays, not for two frames that overtook each other", () => {
    const desk = working().hear(live(said(3)));
    expect(desk.sent("resume")).toHaveLength(0);
    desk.do({ type: "gapOverdue", conversation: CHAT, last: 1 });
    expect(desk.sent("resume")).toHaveLength(1);
    desk.hear(live(said(2)));
    desk.do({ type: "gapOverdue", conversation: CHAT, last: 1 });
    expect(desk.sent("resume")).toHaveLength(0);
    expect(desk.locked()).toBeNull();
  });
});

describe("sending", () => {
  it("has one message in flight; the next goes after the acknowledgement", () => {
    const desk = working().write("one").write("two");
    expect(desk.sent("send")).toEqual([{ action: "send", n: 1, text: "one", conversation: CHAT }]);
    desk.hear(ack(1, replied(2, "one")));
    expect(desk.sent("send")).toEqual([{ action: "send", n: 2, text: "two", conversation: CHAT }]);
  });

  it("sends the same counter again after a reconnect, once it has caught up", () => {
    const desk = working().write("one");
    desk.sent("send");
    desk.do(LOST, OPEN).hear(GREETING, welcome(1));
    expect(desk.sent("send")).toEqual([{ action: "send", n: 1, text: "one", conversation: CHAT }]);
  });

  it("does not send again what the server stored before the acknowledgement was lost", () => {
    const desk = working().write("one");
    desk.sent("send");
    desk.do(LOST, OPEN).hear(GREETING, welcome(2, 1), missed([replied(2, "one")]));
    expect(desk.sent("send")).toEqual([]);
    expect(desk.chat().outbox).toEqual([]);
  });

  it("keeps what is being typed through a lost connection", () => {
    const desk = working().do({ type: "wrote", conversation: CHAT, draft: "half a senten" }, LOST);
    desk.do({ type: "posted", conversation: CHAT });
    expect([desk.chat().draft, desk.chat().outbox]).toEqual(["half a senten", []]);
  });

  it("opens another socket when an acknowledgement does not come", () => {
    const desk = working().write("one");
    desk.do({ type: "ackOverdue", conversation: CHAT, n: 1, attempt: 1 });
    expect(desk.effects.at(-1)).toEqual({ do: "reconnect" });
  });

  it("counts as the server does when the server names the counter that it expects", () => {
    const desk = working().write("one");
    desk.sent("send");
    desk.hear({ type: "error", code: "counter_gap", message: "", n: 1, conversation: CHAT, expected: 5 });
    expect(desk.sent("send")).toEqual([{ action: "send", n: 5, text: "one", conversation: CHAT }]);
  });

  it("gives the text back when the visitor has left by quick exit meanwhile", () => {
    const desk = working().write("one");
    desk.hear({ type: "error", code: "paused", message: "", n: 1, conversation: CHAT }, live(leftByExit(2)));
    expect(desk.chat().draft).toBe("one");
    expect(desk.locked()).toMatch(/quick exit/);
  });

  it("gives the text back when the conversation is full, and says what to do", () => {
    const desk = working().write("one");
    desk.hear({ type: "error", code: "conversation_full", message: "", n: 1, conversation: CHAT });
    expect(desk.chat().draft).toBe("one");
    expect(desk.chat().problem).toBe(
      "Not sent. This conversation is full, and is kept. Close it when you can. They can start another one.",
    );
  });

  it("tries again, and after some tries gives the text back with the reason", () => {
    const desk = working().write("one");
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      expect(desk.sent("send")).toHaveLength(1);
      desk.hear({ type: "error", code: "try_again", message: "", n: 1, conversation: CHAT });
      desk.do({ type: "retrySend", conversation: CHAT, n: 1, attempt });
    }
    expect(desk.sent("send")).toHaveLength(0);
    expect(desk.chat().draft).toBe("one");
    expect(desk.chat().problem).toMatch(/Not sent/);
  });

  it("joins again when the server says that this socket has not joined", () => {
    const desk = working().write("one");
    desk.sent("send");
    desk.hear({ type: "error", code: "not_joined", message: "", n: 1, conversation: CHAT });
    expect(desk.sent("resume")).toHaveLength(1);
    desk.hear(welcome(1));
    expect(desk.sent("send")).toHaveLength(1);
  });
});

describe("closing", () => {
  it("waits for the last message to be stored", () => {
    const desk = working().write("goodbye").do({ type: "close", conversation: CHAT, outcome: "safety_plan" });
    expect(desk.sent("close")).toEqual([]);
    desk.hear(ack(1, replied(2, "goodbye")));
    expect(desk.sent("close")).toEqual([{ action: "close", conversation: CHAT, outcome: "safety_plan" }]);
  });

  it("tells the officer when no answer comes, and lets them try again", () => {
    const desk = working().do({ type: "close", conversation: CHAT, outcome: "safety_plan" });
    desk.do({ type: "closeOverdue", conversation: CHAT });
    expect(desk.locked()).toBeNull();
    expect(desk.chat().problem).toMatch(/not closed/);
  });

  it("leaves the closed conversation on the desk until it is put away", () => {
    const closed: ChatEvent = {
      seq: 2,
      type: "closed",
      actor: "officer:4417",
      at: at(2),
      body: { by: "officer" },
    };
    const desk = working().hear(live(closed));
    expect(desk.state.order).toEqual([CHAT]);
    desk.do({ type: "dismissed", conversation: CHAT });
    expect([desk.state.order, desk.state.focus]).toEqual([[], null]);
  });
});

describe("reading", () => {
  it("tells the visitor only of what is in view of an officer who looks", () => {
    const desk = working().hear(live(said(2)));
    expect(desk.sent("read")).toEqual([{ action: "read", seq: 2, conversation: CHAT }]);
    desk.do({ type: "attending", attending: false }).hear(live(said(3)));
    expect(desk.sent("read")).toEqual([]);
    expect(attentionCount(desk.state)).toBe(1);
    desk.do({ type: "attending", attending: true });
    expect(desk.sent("read")).toEqual([{ action: "read", seq: 3, conversation: CHAT }]);
    expect(attentionCount(desk.state)).toBe(0);
  });
});

describe("alerts", () => {
  const waiting = item(OTHER, { state: "waiting", owner: null });
  const sounds = (desk: Desk) => desk.effects.filter((effect) => effect.do === "sound");

  it("sound once for a new chat, to an officer on duty", () => {
    const desk = working().do(queue({ waiting: [waiting] }), queue({ waiting: [waiting] }));
    expect(sounds(desk)).toHaveLength(1);
    expect(attentionCount(desk.state)).toBe(1);
  });

  it("do not sound for an officer who is off duty", () => {
    const desk = working().do(
      { type: "dutySaved", on: false, language: "en" },
      queue({ waiting: [waiting] }),
    );
    expect(sounds(desk)).toHaveLength(0);
    expect(attentionCount(desk.state)).toBe(0);
  });

  it("announce a quick exit at once", () => {
    const desk = working().hear(live(leftByExit(2)));
    expect(desk.effects).toContainEqual({
      do: "say",
      text: "Chat 1, Spanish: left by quick exit. Do not contact.",
      urgent: true,
    });
  });
});

describe("losing a conversation", () => {
  it("locks it and keeps the text when the server says that it is not the officer's", () => {
    const desk = working().do({ type: "wrote", conversation: CHAT, draft: "kept" });
    desk.hear({ type: "error", code: "not_owner", message: "", conversation: CHAT });
    expect(desk.locked()).toMatch(/no longer/);
    expect(desk.chat().draft).toBe("kept");
    expect(wouldLose(desk.state)).toBe(true);
  });

  it("takes a released conversation off the desk as soon as the record says so", () => {
    const released: ChatEvent = {
      seq: 2,
      type: "requeued",
      actor: "officer:4417",
      at: at(2),
      body: { reason: "released" },
    };
    expect(working().hear(live(released)).state.order).toEqual([]);
    const typed = working().do({ type: "wrote", conversation: CHAT, draft: "kept" }).hear(live(released));
    expect(typed.chat().draft).toBe("kept");
  });

  it("keeps on the desk what somebody else took away, and says so", () => {
    const gone: ChatEvent = {
      seq: 2,
      type: "requeued",
      actor: "system",
      at: at(2),
      body: { reason: "officer_gone" },
    };
    const desk = working().hear(live(gone));
    expect(desk.locked()).toMatch(/no longer/);
  });

  it("stops at the place that took over", () => {
    const desk = working().hear({ type: "error", code: "replaced", message: "" });
    expect(desk.state.connection).toEqual({ phase: "replaced" });
    expect(desk.locked()).not.toBeNull();
  });
});

describe("notices", () => {
  it("go by themselves when something went well, and stay when it did not", () => {
    const desk = new Desk().do({ type: "notice", kind: "success", text: "done" });
    desk.do({ type: "notice", kind: "error", text: "failed" });
    for (const effect of desk.effects) {
      if (effect.do === "after") {
        desk.do(effect.action);
      }
    }
    expect(desk.state.notices.map((notice) => notice.text)).toEqual(["failed"]);
  });
});

describe("signing in again", () => {
  it("gives the same officer the desk as it was", () => {
    const desk = working().do({ type: "wrote", conversation: CHAT, draft: "kept" }, LOST, {
      type: "signedIn",
      me: ME,
    });
    expect(desk.chat().draft).toBe("kept");
  });

  it("gives another officer an empty desk", () => {
    const desk = working().do(LOST, { type: "signedIn", me: { ...ME, collar: "2093" } });
    expect(desk.state.order).toEqual([]);
  });
});

describe("the columns in view", () => {
  it("are those last worked in, in their usual order", () => {
    const desk = working();
    for (const id of ["c", "d", "e"]) {
      desk.do({ type: "accepted", item: item(id), focus: true });
    }
    expect(shown(desk.state, 2)).toEqual(["d", "e"]);
    desk.do({ type: "focused", conversation: CHAT });
    expect(shown(desk.state, 2)).toEqual([CHAT, "e"]);
    expect(shown(desk.state, 4)).toEqual([CHAT, "c", "d", "e"]);
  });
});
