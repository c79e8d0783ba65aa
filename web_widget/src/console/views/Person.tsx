/** Third column: what is known about the person in the conversation that the officer works in. The contact plan first. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Conversation } from "../conversation";
import { endonym, languageName } from "../languages";
import type { State } from "../store";
import { ago, clockTime, duration, fullTime, secondsSince } from "../waiting";
import { ATTENTION, presenceSign } from "../words";
import { useNow } from "./context";
import { Notes } from "./Notes";
import { Button, Mark, Shape } from "./pieces";

export function PersonColumn({ state }: { readonly state: State }) {
  const conversation = state.focus === null ? undefined : state.conversations[state.focus];
  return (
    <section class="column person" aria-labelledby="person-heading">
      <div class="column__body">
        <h2 class="column__heading" id="person-heading" tabIndex={-1}>
          Person
        </h2>
        {conversation ? (
          <Known key={conversation.id} conversation={conversation} state={state} />
        ) : (
          <p class="govuk-body-s quiet">
            What is known about a person shows here when a conversation is open.
          </p>
        )}
      </div>
    </section>
  );
}

function Known({ conversation, state }: { readonly conversation: Conversation; readonly state: State }) {
  const now = useNow();
  const languages = state.me?.languages ?? [];
  const own = endonym(conversation.language, languages);
  const sign = presenceSign(conversation);
  const returns = conversation.events.filter((event) => event.type === "returned").length;
  const exits = conversation.events.filter(
    (event) => event.type === "left" && event.body.how === "quick_exit",
  ).length;
  const spoke = conversation.events.findLast(
    (event) => event.type === "message" && event.actor === "visitor",
  );
  const crime = conversation.events.find((event) => event.type === "opened")?.body.crime;
  const rows: [string, ComponentChildren][] = [
    [
      "Now",
      <Mark key="now" shape={sign.shape} tone={sign.tone}>
        {sign.short ?? sign.words}
      </Mark>,
    ],
    [
      "Language",
      own
        ? `${languageName(conversation.language, languages)} (${own})`
        : languageName(conversation.language, languages),
    ],
    [
      "Chat opened",
      `${clockTime(conversation.openedAt, now)}, ${duration(secondsSince(conversation.openedAt, now))} ago`,
    ],
    ["Last wrote", spoke ? `${clockTime(spoke.at, now)}, ${ago(spoke.at, now)}` : "Nothing yet"],
  ];
  if (crime) {
    rows.push(["Crime", crime]);
  }
  if (conversation.leftAt && conversation.left) {
    const how = conversation.left === "quick_exit" ? "By quick exit" : "Connection dropped";
    rows.push(["Left", `${how}, ${clockTime(conversation.leftAt, now)}`]);
  }
  if (exits > 0) {
    rows.push(["Quick exits", String(exits)]);
  }
  if (returns > 0) {
    rows.push(["Came back", returns === 1 ? "Once" : `${returns} times`]);
  }
  if (conversation.closedAt) {
    rows.push(["Closed", fullTime(conversation.closedAt)]);
  }
  if (conversation.attention) {
    const attention = ATTENTION[conversation.attention];
    rows.push([
      "Task",
      <Mark key="task" shape={attention.shape} tone={attention.tone}>
        {attention.words}
      </Mark>,
    ]);
  }
  return (
    <>
      <ContactPlan />
      <dl class="facts">
        {rows.map(([name, value]) => (
          <div key={name} class="facts__row">
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Reference conversation={conversation} />
      <Notes conversation={conversation} view={state.notes[conversation.id]} />
    </>
  );
}

/** Without a plan agreed with the person there is one rule: `field/domain.md` §2.4, unknown means do not send. */
function ContactPlan() {
  return (
    <div class="plan" data-testid="contact-plan">
      <Shape name="exit" />
      <div>
        <h3 class="plan__title">No contact plan. Default: do not contact.</h3>
        <p>Do not call, text or email. This chat is the only way they chose.</p>
      </div>
    </div>
  );
}

function Reference({ conversation }: { readonly conversation: Conversation }) {
  const [copied, setCopied] = useState<"no" | "yes" | "refused">("no");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(conversation.id);
      setCopied("yes");
    } catch (error) {
      if (!(error instanceof DOMException)) {
        throw error;
      }
      setCopied("refused");
    }
  };
  const words = { no: "Copy", yes: "Copied", refused: "Select it to copy" }[copied];
  return (
    <p class="reference">
      <span class="quiet">Reference</span> <code>{conversation.id}</code>{" "}
      {"clipboard" in navigator && (
        <Button look="plain" onClick={() => void copy()}>
          {words}
        </Button>
      )}
    </p>
  );
}
