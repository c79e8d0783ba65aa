import { describe, expect, it } from "vitest";
import { merge, type Message, newConversation, reading } from "../../src/chat/conversation.ts";
import type { ConversationEvent, EventBodies, EventType } from "../../src/common/protocol.ts";

const AT = "2026-11-22T10:00:00.123Z";

function event<T extends EventType>(seq: number, type: T, body: EventBodies[T], actor = "officer:4417") {
  return { seq, type, actor, at: AT, body } as unknown as ConversationEvent;
}

const opened = event(1, "opened", { force: "eastshire", language: "es", service_language: "en" }, "visitor");
const joined = event(2, "joined", { name: "PC Amy Jones", collar: "4417", language: "en" });
const hello = event(3, "message", {
  text: "Hello",
  language: "en",
  translations: [{ to: "es", from: "en", text: "Hola", engine: "apertium" }],
});
const answer = event(4, "message", { text: "Buenas", language: "es" }, "visitor");

function merged(...events: ConversationEvent[]) {
  const conversation = newConversation();
  const complete = events.map((one) => merge(conversation, one));
  return { conversation, complete };
}

describe("merging events", () => {
  it("shows messages in the order of their numbers, whatever order they arrive in", () => {
    const { conversation, complete } = merged(opened, answer, hello, joined);
    expect(complete).toEqual([true, false, false, true]);
    expect(conversation.last).toBe(4);
    expect(conversation.entries.map(({ seq }) => seq)).toEqual([2, 3, 4]);
  });

  it("takes an event once, however often it arrives", () => {
    const { conversation, complete } = merged(opened, joined, hello, hello, joined);
    expect(complete).not.toContain(false);
    expect(conversation.entries).toHaveLength(2);
  });

  it("says when something is missing, and up to where nothing is", () => {
    const { conversation, complete } = merged(opened, answer);
    expect(complete).toEqual([true, false]);
    expect(conversation.last).toBe(1);
    expect(conversation.entries).toEqual([]);
  });

  it("names the officer who wrote, and nobody for the visitor's own words", () => {
    const { conversation } = merged(opened, joined, hello, answer);
    expect(conversation.officer).toMatchObject({ name: "PC Amy Jones", collar: "4417" });
    const [, theirs, own] = conversation.entries as Message[];
    expect(theirs?.who).toBe("PC Amy Jones");
    expect(own?.who).toBeNull();
  });

  it("adds a translation that comes later to its message", () => {
    const late = event(5, "translation", {
      of: 4,
      of_commit: "00",
      to: "en",
      from: "es",
      text: "Good day",
      engine: "amazon-translate",
    });
    const { conversation } = merged(opened, joined, hello, answer, late);
    const own = conversation.entries.at(-1) as Message;
    expect(own.translations.map(({ text }) => text)).toEqual(["Good day"]);
  });

  it("says that the officer had to go only to someone who has met one", () => {
    const again = event(2, "requeued", { reason: "unanswered" }, "system");
    expect(merged(opened, again).conversation.entries).toEqual([]);
    const gone = event(3, "requeued", { reason: "officer_gone" }, "system");
    const { conversation } = merged(opened, joined, gone);
    expect(conversation.entries.map(({ kind }) => kind)).toEqual(["joined", "requeued"]);
    expect(conversation.officer).toBeNull();
  });

  it("knows who ended the conversation", () => {
    const { conversation } = merged(opened, event(2, "closed", { by: "silence" }, "system"));
    expect(conversation.closedBy).toBe("silence");
  });

  it("passes over what is not meant for visitors", () => {
    const unknown = { seq: 2, type: "attention", actor: "system", at: AT, body: {} } as ConversationEvent;
    const { conversation, complete } = merged(opened, unknown);
    expect(complete).toEqual([true, true]);
    expect(conversation.last).toBe(2);
    expect(conversation.entries).toEqual([]);
  });
});

describe("reading a message", () => {
  const message: Message = {
    kind: "message",
    seq: 3,
    who: "PC Amy Jones",
    at: AT,
    text: "Hello",
    language: "en",
    translations: [{ to: "es", from: "en", text: "Hola", engine: "apertium" }],
    untranslated: [{ to: "pl", reason: "no_engine" }],
  };
  const own: Message = {
    ...message,
    who: null,
    text: "Hola",
    language: "es",
    translations: [{ to: "en", from: "es", text: "Hello", engine: "apertium" }],
  };

  it("shows the officer's words translated, and says from which language", () => {
    expect(reading(message, "es", false)).toMatchObject({
      text: "Hola",
      language: "es",
      from: "en",
      other: true,
    });
  });

  it("shows the officer's own words on request", () => {
    expect(reading(message, "es", true)).toMatchObject({ text: "Hello", language: "en", from: null });
  });

  it("does not say of what people prepared that a machine made it", () => {
    const [byMachine] = message.translations;
    const prepared = { ...message, translations: [{ ...byMachine!, engine: "prepared:welcome" }] };
    expect(reading(prepared, "es", false)).toMatchObject({
      text: "Hola",
      language: "es",
      from: null,
      other: true,
    });
  });

  it("says when there is no translation", () => {
    expect(reading(message, "pl", false)).toMatchObject({ text: "Hello", other: false, untranslated: true });
  });

  it("says nothing of translation between people of one language", () => {
    const plain = { ...message, translations: [], untranslated: [] };
    expect(reading(plain, "en", false)).toMatchObject({
      text: "Hello",
      from: null,
      other: false,
      untranslated: false,
    });
  });

  it("shows the visitor their own words, and what the officer reads on request", () => {
    expect(reading(own, "es", false)).toMatchObject({ text: "Hola", from: null, other: true });
    expect(reading(own, "es", true)).toMatchObject({ text: "Hello", from: "es" });
  });
});
