/** The panels of a conversation: prepared answers, closing, releasing. They open in the column and block nothing. */

import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "../api";
import type { Conversation } from "../conversation";
import { composerId, focusAfter } from "../desk";
import { langAttribute, languageName, sameLanguage } from "../languages";
import type { CannedAnswer, Language, Outcome } from "../protocol";
import { useDesk } from "./context";
import { Button, Hidden, Spinner } from "./pieces";

interface AnswersProps {
  readonly conversation: Conversation;
  readonly languages: readonly Language[];
}

export function Answers({ conversation, languages }: AnswersProps) {
  const desk = useDesk();
  const { id, language } = conversation;
  const [answers, setAnswers] = useState<readonly CannedAnswer[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [wanted, setWanted] = useState("");
  const [tries, setTries] = useState(0);
  const search = useRef<HTMLInputElement>(null);

  useEffect(() => search.current?.focus(), []);
  // Another try fetches again.
  useEffect(() => {
    let here = true;
    setProblem(null);
    desk.canned(language).then(
      (found) => here && setAnswers(found),
      (error: unknown) => {
        if (!(error instanceof ApiError)) {
          throw error;
        }
        if (here) {
          setProblem(error.message);
        }
      },
    );
    return () => {
      here = false;
    };
  }, [desk, language, tries]);

  const shut = () => dispatchShut(desk, id);
  const insert = (answer: CannedAnswer) => {
    const before = conversation.draft;
    const gap = before === "" || /\s$/.test(before) ? "" : " ";
    desk.wrote(id, before + gap + answer.text);
    shut();
  };
  const found = answers?.filter((answer) => matches(answer, wanted)) ?? [];
  const translated = !sameLanguage(language, conversation.serviceLanguage);
  return (
    <section class="panel answers" aria-label="Prepared answers">
      <div class="panel__head">
        <label class="govuk-label panel__title" for={`answers-${id}`}>
          Prepared answers
        </label>
        <Button look="plain" onClick={shut}>
          Cancel
        </Button>
      </div>
      <input
        id={`answers-${id}`}
        class="govuk-input answers__search"
        ref={search}
        type="search"
        autocomplete="off"
        placeholder="Search"
        value={wanted}
        onInput={(event) => setWanted(event.currentTarget.value)}
      />
      {problem && (
        <p class="govuk-error-message" role="alert">
          {problem}{" "}
          <Button look="plain" onClick={() => setTries(tries + 1)}>
            Try again
          </Button>
        </p>
      )}
      {answers === null && !problem && <Spinner>Fetching the answers</Spinner>}
      {answers !== null && found.length === 0 && (
        <p class="govuk-body-s quiet">
          {answers.length === 0 ? "There are no prepared answers." : "No answer matches."}
        </p>
      )}
      <ul class="answers__list">
        {found.map((answer) => (
          <li key={answer.key}>
            <button type="button" class="answers__choice" data-testid="answer" onClick={() => insert(answer)}>
              <strong>{answer.title}</strong>
              <span class="answers__text" dir="auto">
                {answer.text}
              </span>
              {translated && answer.translation && (
                <span class="answers__text answers__text--second" dir="auto" lang={langAttribute(language)}>
                  <Hidden>In {languageName(language, languages)}: </Hidden>
                  {answer.translation}
                </span>
              )}
              {translated && answer.translation && (
                <span class="answers__text quiet">
                  {answer.reviewed
                    ? "Checked by a native speaker. They read this if you send the answer unchanged."
                    : "Not yet checked by a native speaker. They read a machine translation."}
                </span>
              )}
            </button>
          </li>
        ))}
      </ul>
      <p class="panel__note">It goes into the text box: read it before you send it.</p>
    </section>
  );
}

function matches(answer: CannedAnswer, wanted: string): boolean {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  const text = `${answer.title} ${answer.text}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

/** Id of the form that closes a conversation: the column's own Close button submits it, too, once it is open. */
export const closingForm = (id: string): string => `close-${id}`;

interface ClosePanelProps {
  readonly conversation: Conversation;
  readonly outcomes: readonly Outcome[];
  readonly connected: boolean;
}

export function ClosePanel({ conversation, outcomes, connected }: ClosePanelProps) {
  const desk = useDesk();
  const { id } = conversation;
  const [outcome, setOutcome] = useState("");
  const [missing, setMissing] = useState(false);
  const select = useRef<HTMLSelectElement>(null);
  const ready = connected && conversation.sync === "synced";
  useEffect(() => select.current?.focus(), []);
  const confirm = (event: Event) => {
    event.preventDefault();
    if (outcome === "") {
      setMissing(true);
      select.current?.focus();
    } else if (ready) {
      focusAfter(() => desk.dispatch({ type: "close", conversation: id, outcome }), `chat-${id}`);
    }
  };
  const field = `outcome-${id}`;
  return (
    <form class="panel" id={closingForm(id)} aria-label="Close the conversation" onSubmit={confirm}>
      <div class={`govuk-form-group panel__group ${missing ? "govuk-form-group--error" : ""}`}>
        <label class="govuk-label panel__title" for={field}>
          Outcome of this conversation
        </label>
        {missing && (
          <p class="govuk-error-message" id={`${field}-error`}>
            <Hidden>Error: </Hidden>Choose an outcome.
          </p>
        )}
        <select
          id={field}
          class={`govuk-select panel__select ${missing ? "govuk-select--error" : ""}`}
          ref={select}
          data-testid="outcome"
          aria-describedby={missing ? `${field}-error` : undefined}
          value={outcome}
          onChange={(event) => {
            setOutcome(event.currentTarget.value);
            setMissing(false);
          }}
        >
          <option value="">Choose</option>
          {outcomes.map(({ code, label }) => (
            <option key={code} value={code}>
              {label}
            </option>
          ))}
        </select>
      </div>
      <p class="panel__note">
        Nobody can write any more, and the transcript is sealed. This cannot be undone.
        {conversation.draft.trim() !== "" && <strong> Your unsent text will not be sent.</strong>}
        {!ready && <strong> Reconnecting: wait a moment.</strong>}
      </p>
      <div class="govuk-button-group panel__buttons">
        <Button type="submit" look="warning" class="small" data-testid="close-confirm" aria-disabled={!ready}>
          Close and seal
        </Button>
        <Button look="secondary" class="small" onClick={() => dispatchShut(desk, id)}>
          Go on chatting
        </Button>
      </div>
    </form>
  );
}

export function ReleasePanel({ conversation }: { readonly conversation: Conversation }) {
  const desk = useDesk();
  const { id } = conversation;
  const [busy, setBusy] = useState(false);
  const confirm = async () => {
    setBusy(true);
    await desk.release(id);
    setBusy(false);
  };
  const first = `release-${id}`;
  useEffect(() => document.getElementById(first)?.focus(), [first]);
  const unsent = conversation.draft.trim() !== "" || conversation.outbox.length > 0;
  return (
    <section class="panel" aria-label="Release to the queue">
      <p class="panel__note">
        It goes back to the queue, and another officer can accept it with everything that was said.
        {unsent && <strong> Your unsent text is lost.</strong>}
      </p>
      <div class="govuk-button-group panel__buttons">
        <Button
          id={first}
          class="small"
          data-testid="release-confirm"
          aria-disabled={busy}
          onClick={() => !busy && void confirm()}
        >
          {busy ? "Releasing" : "Release to the queue"}
        </Button>
        <Button look="secondary" class="small" onClick={() => dispatchShut(desk, id)}>
          Keep it
        </Button>
      </div>
    </section>
  );
}

function dispatchShut(desk: ReturnType<typeof useDesk>, id: string): void {
  focusAfter(() => desk.dispatch({ type: "panel", conversation: id, panel: null }), composerId(id));
}
