/** The closed conversations, and the transcript of one of them. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { ApiError } from "../api";
import { type Conversation, fromItem, merged, type Reading } from "../conversation";
import { languageName } from "../languages";
import type { ClosedItem, Outcome } from "../protocol";
import type { State } from "../store";
import { ago, clockTime, fullTime } from "../waiting";
import { DO_NOT_CONTACT, READINGS, shortReference } from "../words";
import { useDesk, useNow } from "./context";
import { Messages } from "./Messages";
import { Button, Hidden, Mark, Shape, Spinner } from "./pieces";
import { SealedPackage } from "./SealedPackage";

const SEALING_POLL_MS = 3000;

export function Closed({ state }: { readonly state: State }) {
  const desk = useDesk();
  const [items, setItems] = useState<readonly ClosedItem[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [read, setRead] = useState<ClosedItem | null>(null);
  const [why, setWhy] = useState<string | null>(null);
  const [tries, setTries] = useState(0);
  const heading = useRef<HTMLHeadingElement>(null);

  // Another try, and coming back to the list, fetch again.
  useEffect(() => {
    let here = true;
    setProblem(null);
    desk.api.closed().then(
      (found) => here && setItems(found),
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
  }, [desk, tries, read]);
  // Sealing takes a moment: the list is fetched again until nothing in it is being sealed.
  const sealing = items?.some((item) => !item.sealed) ?? false;
  useEffect(() => {
    if (!sealing || read) {
      return;
    }
    const timer = setInterval(() => setTries((before) => before + 1), SEALING_POLL_MS);
    return () => clearInterval(timer);
  }, [sealing, read]);
  // The focus goes to what was opened, and back.
  useEffect(() => heading.current?.focus(), [read, why]);

  const open = (item: ClosedItem) => {
    setRead(item);
    setWhy(item.owner?.collar === state.me?.collar ? "" : null);
  };
  const back = () => setRead(null);

  return (
    <section class="column closed" aria-labelledby="closed-heading">
      <div class="closed__body">
        {read && why === null ? (
          <WhyRead
            item={read}
            reasons={state.me?.read_reasons ?? []}
            say={setWhy}
            back={back}
            heading={heading}
          />
        ) : read ? (
          <Transcript
            key={read.conversation}
            item={read}
            why={why ?? ""}
            state={state}
            back={back}
            heading={heading}
          />
        ) : (
          <>
            <h1 class="govuk-heading-m" id="closed-heading" tabIndex={-1} ref={heading}>
              Closed conversations
            </h1>
            {problem && (
              <p class="govuk-error-message" role="alert">
                The list could not be fetched. {problem}{" "}
                <Button look="plain" onClick={() => setTries(tries + 1)}>
                  Try again
                </Button>
              </p>
            )}
            {items === null && !problem && <Spinner>Fetching the list</Spinner>}
            {items?.length === 0 && <p class="govuk-body">No conversation was closed this month or last.</p>}
            {items !== null && items.length > 0 && <List items={items} state={state} open={open} />}
          </>
        )}
      </div>
    </section>
  );
}

interface ListProps {
  readonly items: readonly ClosedItem[];
  readonly state: State;
  readonly open: (item: ClosedItem) => void;
}

function List({ items, state, open }: ListProps) {
  const now = useNow(30_000);
  const languages = state.me?.languages ?? [];
  const outcomes = new Map(state.me?.outcomes.map((outcome) => [outcome.code, outcome.label]));
  return (
    <>
      <p class="govuk-body-s quiet">
        This month and last, the newest first. Who reads a transcript is recorded, and why.
      </p>
      <table class="govuk-table closed__table">
        <caption class="govuk-visually-hidden">Closed conversations</caption>
        <thead class="govuk-table__head">
          <tr class="govuk-table__row">
            <th scope="col" class="govuk-table__header">
              Chat
            </th>
            <th scope="col" class="govuk-table__header">
              Closed
            </th>
            <th scope="col" class="govuk-table__header">
              Language
            </th>
            <th scope="col" class="govuk-table__header">
              Outcome
            </th>
            <th scope="col" class="govuk-table__header">
              Officer
            </th>
            <th scope="col" class="govuk-table__header">
              Transcript
            </th>
          </tr>
        </thead>
        <tbody class="govuk-table__body">
          {items.map((item) => (
            <tr
              key={item.conversation}
              class="govuk-table__row"
              data-testid="closed-item"
              data-conversation={item.conversation}
            >
              <th scope="row" class="govuk-table__header">
                <code>{shortReference(item.conversation)}</code>
              </th>
              <td class="govuk-table__cell" data-label="Closed">
                <time dateTime={item.closed_at}>{clockTime(item.closed_at, now)}</time>
                <span class="quiet closed__ago">{ago(item.closed_at, now)}</span>
              </td>
              <td class="govuk-table__cell" data-label="Language">
                {languageName(item.language, languages)}
              </td>
              <td class="govuk-table__cell" data-label="Outcome">
                {item.outcome
                  ? (outcomes.get(item.outcome) ?? item.outcome)
                  : "None: closed by itself or by the visitor"}
                {item.left === "quick_exit" && (
                  <span class="closed__exit">
                    <Mark shape="exit" tone="danger">
                      {DO_NOT_CONTACT}
                    </Mark>
                  </span>
                )}
              </td>
              <td class="govuk-table__cell" data-label="Officer">
                {item.owner ? `${item.owner.name} ${item.owner.collar}` : "Nobody"}
              </td>
              <td class="govuk-table__cell">
                <Button look="plain" data-testid="read-transcript" onClick={() => open(item)}>
                  Read<Hidden> the transcript of chat {shortReference(item.conversation)}</Hidden>
                </Button>
                <span class={`govuk-tag closed__tag ${item.sealed ? "govuk-tag--green" : "govuk-tag--grey"}`}>
                  {item.sealed ? "Sealed" : "Being sealed"}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

interface WhyReadProps {
  readonly item: ClosedItem;
  readonly reasons: readonly Outcome[];
  readonly say: (why: string) => void;
  readonly back: () => void;
  readonly heading: { current: HTMLHeadingElement | null };
}

/** Asked before the transcript of somebody else's conversation is fetched: the answer stands in the audit. */
function WhyRead({ item, reasons, say, back, heading }: WhyReadProps) {
  const [chosen, setChosen] = useState("");
  const [missing, setMissing] = useState(false);
  const select = useRef<HTMLSelectElement>(null);
  const submit = (event: Event) => {
    event.preventDefault();
    if (chosen) {
      say(chosen);
    } else {
      setMissing(true);
      select.current?.focus();
    }
  };
  return (
    <form noValidate onSubmit={submit}>
      <Button look="plain" class="govuk-back-link" data-testid="back-to-closed" onClick={back}>
        Closed conversations
      </Button>
      <h1 class="govuk-heading-m" id="closed-heading" tabIndex={-1} ref={heading}>
        Why do you read chat {shortReference(item.conversation)}?
      </h1>
      <div class={`govuk-form-group ${missing ? "govuk-form-group--error" : ""}`}>
        <label class="govuk-label" for="why-read">
          Reason
        </label>
        <p class="govuk-hint" id="why-read-hint">
          It was not yours. Your collar number, the time and the reason are recorded.
        </p>
        {missing && (
          <p class="govuk-error-message" id="why-read-error" role="alert">
            Choose a reason.
          </p>
        )}
        <select
          id="why-read"
          class="govuk-select"
          data-testid="why-read"
          ref={select}
          aria-describedby={missing ? "why-read-hint why-read-error" : "why-read-hint"}
          aria-invalid={missing}
          value={chosen}
          onChange={(event) => setChosen(event.currentTarget.value)}
        >
          <option value="">Choose</option>
          {reasons.map(({ code, label }) => (
            <option key={code} value={code}>
              {label}
            </option>
          ))}
        </select>
      </div>
      <Button type="submit" data-testid="why-read-go">
        Read the transcript
      </Button>
    </form>
  );
}

interface TranscriptProps {
  readonly item: ClosedItem;
  /** A reason of the force's, where it was somebody else's. */
  readonly why: string;
  readonly state: State;
  readonly back: () => void;
  readonly heading: { current: HTMLHeadingElement | null };
}

function Transcript({ item, why, state, back, heading }: TranscriptProps) {
  const desk = useDesk();
  const now = useNow(60_000);
  const [conversation, setConversation] = useState<Conversation | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [reading, setReading] = useState<Reading>("both");
  const [tries, setTries] = useState(0);
  const languages = state.me?.languages ?? [];
  const outcomes = useMemo(
    () => new Map(state.me?.outcomes.map((outcome) => [outcome.code, outcome.label])),
    [state.me],
  );
  // Another try fetches again.
  useEffect(() => {
    let here = true;
    setProblem(null);
    desk.api.events(item.conversation, 0, why).then(
      (events) => {
        if (here) {
          const opened = events.find((event) => event.type === "opened");
          const known = { ...fromItem(item, opened?.body.service_language ?? "en"), mine: false };
          setConversation(merged(known, events, ""));
        }
      },
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
  }, [desk, item, why, tries]);
  const language = languageName(item.language, languages);
  return (
    <article class="transcript" data-testid="transcript">
      <Button look="plain" class="govuk-back-link" data-testid="back-to-closed" onClick={back}>
        Closed conversations
      </Button>
      <h1 class="govuk-heading-m" id="closed-heading" tabIndex={-1} ref={heading}>
        Transcript of chat {shortReference(item.conversation)}, {language}
      </h1>
      {item.left === "quick_exit" && (
        <div class="banner banner--danger">
          <Shape name="exit" />
          <div>
            <strong class="banner__title">{DO_NOT_CONTACT}</strong>
          </div>
        </div>
      )}
      <dl class="facts transcript__facts">
        <div class="facts__row">
          <dt>Opened</dt>
          <dd>{fullTime(item.opened_at)}</dd>
        </div>
        <div class="facts__row">
          <dt>Closed</dt>
          <dd>{fullTime(item.closed_at)}</dd>
        </div>
        <div class="facts__row">
          <dt>Outcome</dt>
          <dd>{item.outcome ? (outcomes.get(item.outcome) ?? item.outcome) : "None"}</dd>
        </div>
        <div class="facts__row">
          <dt>Reference</dt>
          <dd>
            <code>{item.conversation}</code>
          </dd>
        </div>
      </dl>
      <SealedPackage conversation={item.conversation} why={why} heading="h2" />
      <div class="transcript__bar">
        <fieldset class="reading">
          <legend class="govuk-visually-hidden">Show messages as</legend>
          {READINGS.map(([way, label]) => (
            <button
              key={way}
              type="button"
              class="reading__choice"
              aria-pressed={reading === way}
              onClick={() => setReading(way)}
            >
              {label}
            </button>
          ))}
        </fieldset>
        <Button look="plain" onClick={() => window.print()}>
          Print
        </Button>
      </div>
      {problem && (
        <p class="govuk-error-message" role="alert">
          The transcript could not be fetched. {problem}{" "}
          <Button look="plain" onClick={() => setTries(tries + 1)}>
            Try again
          </Button>
        </p>
      )}
      {conversation === null && !problem && <Spinner>Fetching the transcript</Spinner>}
      {conversation && (
        <Messages
          conversation={conversation}
          reading={reading}
          languages={languages}
          outcomes={outcomes}
          me={state.me ?? { name: "", collar: "" }}
          now={now}
          connected
          live={false}
          label={`Transcript, ${language}`}
        />
      )}
    </article>
  );
}
