/** The text box of one conversation. What is typed here is kept through every loss of connection. */

import { useLayoutEffect, useRef } from "preact/hooks";
import { type Conversation, length } from "../conversation";
import { composerId } from "../desk";
import { langAttribute, languageName, sameLanguage } from "../languages";
import { type Language, MAX_TEXT, UNKNOWN_LANGUAGE } from "../protocol";
import { useDesk } from "./context";
import { Button, Hidden } from "./pieces";

const COUNT_FROM = 3_500;

interface ComposerProps {
  readonly conversation: Conversation;
  readonly locked: string | null;
  readonly languages: readonly Language[];
}

export function Composer({ conversation, locked, languages }: ComposerProps) {
  const desk = useDesk();
  const box = useRef<HTMLTextAreaElement>(null);
  const { id, draft, problem } = conversation;
  const field = composerId(id);
  const writesIn = languageName(conversation.serviceLanguage, languages);
  const readsIn = languageName(conversation.language, languages);
  const readBy = sameLanguage(conversation.language, conversation.serviceLanguage)
    ? ""
    : conversation.language === UNKNOWN_LANGUAGE
      ? "Their language is not known yet"
      : `They read it in ${readsIn}`;
  const closed = conversation.state === "closed";
  const left = MAX_TEXT - length(draft);
  const send = () => desk.dispatch({ type: "posted", conversation: id });

  // The box grows with what is in it.
  useLayoutEffect(() => {
    const element = box.current;
    if (element) {
      element.style.height = "auto";
      element.style.height = `${element.scrollHeight + 4}px`;
    }
  }, [draft, closed]);

  const keys = (event: KeyboardEvent) => {
    // While an input method composes, Enter chooses a character.
    if (event.key === "Enter" && !event.shiftKey && !event.altKey && !event.isComposing) {
      event.preventDefault();
      send();
    }
  };
  const submit = (event: Event) => {
    event.preventDefault();
    send();
    box.current?.focus();
  };
  const described = [
    !closed && `${field}-hint`,
    locked && `${field}-locked`,
    problem && `${field}-problem`,
  ].filter(Boolean);
  return (
    <form
      class={`composer ${locked ? "composer--locked" : ""} ${closed ? "composer--closed" : ""}`}
      onSubmit={submit}
    >
      {problem && (
        <p class="govuk-error-message composer__problem" id={`${field}-problem`} role="alert">
          <Hidden>Error: </Hidden>
          {problem}
        </p>
      )}
      {locked && (
        <p class="composer__locked" id={`${field}-locked`} data-testid="composer-locked">
          {locked}
        </p>
      )}
      <label class="govuk-visually-hidden" for={field}>
        Message in {writesIn}
      </label>
      <textarea
        id={field}
        class={`govuk-textarea composer__box ${problem ? "govuk-textarea--error" : ""}`}
        ref={box}
        rows={closed ? 1 : 2}
        dir="auto"
        lang={langAttribute(conversation.serviceLanguage)}
        data-testid="composer"
        data-conversation={id}
        aria-describedby={described.join(" ")}
        readOnly={locked !== null}
        placeholder={closed ? "" : `Write in ${writesIn}`}
        value={draft}
        onInput={(event) => desk.wrote(id, event.currentTarget.value)}
        onKeyDown={keys}
      />
      {!closed && (
        <div class="composer__bar">
          <Button
            look="secondary"
            class="small"
            data-testid="answers"
            aria-expanded={conversation.panel === "answers"}
            onClick={() =>
              desk.dispatch({
                type: "panel",
                conversation: id,
                panel: conversation.panel === "answers" ? null : "answers",
              })
            }
          >
            Answers
          </Button>
          <p class="composer__hint" id={`${field}-hint`}>
            {draft.length > COUNT_FROM ? (
              <strong class={left < 0 ? "govuk-error-message" : ""}>
                {left < 0 ? `${-left} characters too many` : `${left} characters left`}
              </strong>
            ) : (
              readBy
            )}
          </p>
          <Button
            type="submit"
            class="small composer__send"
            data-testid="composer-send"
            data-conversation={id}
            aria-disabled={locked !== null}
          >
            Send
          </Button>
        </div>
      )}
    </form>
  );
}
