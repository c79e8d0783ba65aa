import { describe, expect, it } from "vitest";
import { newOutbox } from "../../src/chat/outbox.ts";

function outboxWith(...texts: string[]) {
  const outbox = newOutbox();
  for (const text of texts) outbox.add(text);
  return outbox;
}

describe("the outbox", () => {
  it("sends one message at a time, in the order they were written", () => {
    const outbox = outboxWith("one", "two");
    expect(outbox.next()).toEqual({ n: 1, text: "one" });
    expect(outbox.next()).toBeNull();
    outbox.acknowledged(1);
    expect(outbox.next()).toEqual({ n: 2, text: "two" });
  });

  it("keeps a message until it is acknowledged", () => {
    const outbox = outboxWith("one");
    outbox.next();
    expect(outbox.waiting).toEqual(["one"]);
    outbox.acknowledged(1);
    expect(outbox.waiting).toEqual([]);
  });

  it("sends again with the same counter after the connection was lost", () => {
    const outbox = outboxWith("one");
    const first = outbox.next();
    outbox.interrupted();
    expect(outbox.next()).toEqual(first);
  });

  it("does not send again what the server stored without being able to say so", () => {
    const outbox = outboxWith("one", "two");
    outbox.next();
    outbox.interrupted();
    outbox.resumed(1);
    expect(outbox.next()).toEqual({ n: 2, text: "two" });
  });

  it("sends again what the server had not stored", () => {
    const outbox = outboxWith("one");
    outbox.next();
    outbox.resumed(0);
    expect(outbox.next()).toEqual({ n: 1, text: "one" });
  });

  it("ignores a second acknowledgement of the same message", () => {
    const outbox = outboxWith("one", "two");
    outbox.next();
    outbox.acknowledged(1);
    outbox.acknowledged(1);
    expect(outbox.waiting).toEqual(["two"]);
  });

  it("gives a refused text back and uses its counter for the next message", () => {
    const outbox = outboxWith("refused", "two");
    outbox.next();
    expect(outbox.refused()).toBe("refused");
    expect(outbox.next()).toEqual({ n: 1, text: "two" });
  });

  it("gives nothing back when no message was under way", () => {
    expect(outboxWith("one").refused()).toBeNull();
  });

  it("starts counting again in a new conversation, with what was not sent", () => {
    const outbox = outboxWith("one", "two");
    outbox.next();
    outbox.acknowledged(1);
    outbox.next();
    outbox.resumed(0);
    expect(outbox.next()).toEqual({ n: 1, text: "two" });
  });

  it("delivers every message exactly once through a line that breaks at any moment", () => {
    for (let seed = 1; seed <= 500; seed += 1) {
      let state = seed;
      const chance = () => {
        state = (state * 48271) % 2147483647;
        return state / 2147483647;
      };
      const texts = Array.from({ length: 8 }, (_, place) => `message ${place}`);
      const outbox = outboxWith(...texts);
      const stored: string[] = [];
      for (let step = 0; step < 10_000 && outbox.waiting.length; step += 1) {
        const sending = outbox.next();
        if (!sending) throw new Error("nothing under way, nothing to send");
        const arrives = chance() < 0.7;
        if (arrives && sending.n === stored.length + 1) stored.push(sending.text);
        if (arrives && chance() < 0.6) outbox.acknowledged(sending.n);
        else if (chance() < 0.5) outbox.interrupted();
        else outbox.resumed(stored.length);
      }
      expect(stored, `seed ${seed}`).toEqual(texts);
    }
  });
});
