import { describe, expect, it } from "vitest";
import {
  acknowledged,
  type Conversation,
  fromItem,
  hasGap,
  lastSeq,
  lockReason,
  merged,
  posted,
  returnedToDraft,
  textProblem,
  translationsOf,
  unread,
  welcomed,
} from "../../src/console/conversation.ts";
import type { ChatEvent } from "../../src/console/protocol.ts";
import { at, COLLAR, item, leftByExit, OFFICER, opened, replied, returned, said } from "./example.ts";

function withEvents(...events: ChatEvent[]): Conversation {
  return merged({ ...fromItem(item(), "en"), sync: "synced" }, events, COLLAR);
}

describe("merging events", () => {
  it("puts events in order however they arrive, each once", () => {
    const c = merged(withEvents(opened(), said(3)), [said(3), said(2), said(3), opened()], COLLAR);
    expect(c.events.map((event) => event.seq)).toEqual([1, 2, 3]);
    expect(hasGap(c)).toBe(false);
  });

  it("shows nothing after a gap until the gap is filled", () => {
    const gapped = withEvents(opened(), said(3), said(4));
    expect(lastSeq(gapped)).toBe(1);
    expect(hasGap(gapped)).toBe(true);
    expect(lastSeq(merged(gapped, [said(2)], COLLAR))).toBe(4);
  });

  it("adds a late translation to its message", () => {
    const translation: ChatEvent = {
      seq: 3,
      type: "translation",
      actor: "system",
      at: at(3),
      body: { of: 2, of_commit: "0".repeat(64), to: "en", from: "es", text: "hello", engine: "apertium" },
    };
    const message = said(2, "hola");
    const c = withEvents(opened(), message, translation);
    expect(translationsOf(c, message).map((t) => t.text)).toEqual(["hello"]);
  });

  it("pauses a conversation that the visitor left, and opens it again when they come back", () => {
    const left = withEvents(opened(), leftByExit(2));
    expect([left.state, left.left, left.visitor]).toEqual(["paused", "quick_exit", "gone"]);
    const back = merged(left, [returned(3)], COLLAR);
    expect([back.state, back.left, back.visitor]).toEqual(["active", null, "here"]);
  });

  it("does not let old events overrule what the welcome says of now", () => {
    const fresh = welcomed(
      fromItem(item(), "en"),
      {
        type: "welcome",
        role: "officer",
        conversation: item().conversation,
        state: "active",
        visitor: "covered",
        officer: OFFICER,
        seq: 3,
        n: 0,
      },
      COLLAR,
    );
    const c = merged(fresh, [opened(), leftByExit(2), returned(3)], COLLAR);
    expect([c.state, c.left, c.visitor]).toEqual(["active", null, "covered"]);
  });

  it("keeps the place of an event whose type it does not know", () => {
    const unknown = {
      seq: 2,
      type: "assessed",
      actor: "system",
      at: at(2),
      body: {},
    } as unknown as ChatEvent;
    expect(lastSeq(withEvents(opened(), unknown, said(3)))).toBe(3);
  });
});

describe("unread messages", () => {
  it("are the visitor's, after what was read", () => {
    expect(unread({ ...withEvents(opened(), said(2), said(3), said(4)), read: 2 })).toBe(2);
  });

  it("are none before the officer's own answer", () => {
    expect(unread(withEvents(opened(), said(2), replied(3), said(4)))).toBe(1);
  });
});

describe("the lock of the composer", () => {
  const open = withEvents(opened());

  it("is off in an open conversation that has caught up", () => {
    expect(lockReason(open, true)).toBeNull();
  });

  it("is on while the connection is lost, and says that the text is kept", () => {
    expect(lockReason(open, false)).toBe("Reconnecting: your text is kept.");
  });

  it("stays on after reconnecting until everything missed is here", () => {
    expect(lockReason({ ...open, sync: "asked" }, true)).toMatch(/your text is kept/);
  });

  it("names the quick exit before anything else", () => {
    expect(lockReason(withEvents(opened(), leftByExit(2)), false)).toMatch(/quick exit/);
  });

  it("is on when the conversation went to somebody else", () => {
    expect(lockReason({ ...open, mine: false }, true)).toMatch(/no longer/);
  });
});

describe("the outbox", () => {
  const written = { ...withEvents(opened()), draft: "one" };

  it("takes the draft as it is, with its spaces and lines", () => {
    const c = posted({ ...written, draft: "  one\n two " });
    expect([c.draft, c.outbox[0]?.text]).toEqual(["", "  one\n two "]);
  });

  it("does not take an empty draft", () => {
    expect(posted({ ...written, draft: " \n " }).outbox).toEqual([]);
  });

  it("does not take a text that is too long, and keeps it", () => {
    const c = posted({ ...written, draft: "x".repeat(4001) });
    expect([c.outbox, c.draft.length]).toEqual([[], 4001]);
    expect(c.problem).toMatch(/1 character too long/);
  });

  it("counts characters as the server does: an emoji is one", () => {
    expect(textProblem("👍".repeat(4000))).toBeNull();
    expect(textProblem("👍".repeat(4001))).not.toBeNull();
  });

  it("refuses half a character before the server does", () => {
    expect(textProblem("a\ud83d")).toMatch(/broken character/);
  });

  it("lets a message go once the server has acknowledged it", () => {
    const sent = { ...posted(written), inFlight: true, sendAttempt: 1 };
    const c = acknowledged(sent, 1, replied(2, "one"), COLLAR);
    expect([c.outbox, c.inFlight, c.nextN, lastSeq(c)]).toEqual([[], false, 2, 2]);
  });

  it("does not take a repeated acknowledgement for the next message", () => {
    const first = acknowledged({ ...posted(written), inFlight: true }, 1, replied(2, "one"), COLLAR);
    const second = posted({ ...first, draft: "two" });
    expect(acknowledged(second, 1, replied(2, "one"), COLLAR).outbox.map((m) => m.text)).toEqual(["two"]);
  });

  it("gives everything back in order, before what is being typed", () => {
    const two = posted({ ...posted(written), draft: "two" });
    expect(returnedToDraft({ ...two, draft: "thr" }, "why").draft).toBe("one\n\ntwo\n\nthr");
  });

  it("knows from the welcome that the message in flight was stored although its acknowledgement was lost", () => {
    const sent = { ...posted({ ...posted(written), draft: "two" }), sendAttempt: 1 };
    const c = welcomed(
      sent,
      {
        type: "welcome",
        role: "officer",
        conversation: sent.id,
        state: "active",
        officer: OFFICER,
        seq: 2,
        n: 1,
      },
      COLLAR,
    );
    expect([c.outbox.map((m) => m.text), c.nextN]).toEqual([["two"], 2]);
  });
});
