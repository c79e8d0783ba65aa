/** What is sent to victims: every type of message, bad data, legal time limits, costs. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "../api";
import type { Costs, Deadlines, MessageLine, Preview, Quality, SentPage } from "../sent";
import { found, months, pounds, SENT_PAGES, words } from "../sent";
import { ago, fullTime } from "../waiting";
import { useDesk, useNow } from "./context";
import { Button, Hidden, Spinner } from "./pieces";

export function Sent({ page }: { readonly page: SentPage }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [page]);
  return (
    <section class="column closed" aria-labelledby="sent-heading" data-testid={`sent-${page}`}>
      <div class="closed__body">
        <h1 class="govuk-heading-m" id="sent-heading" tabIndex={-1} ref={heading}>
          {SENT_PAGES[page].label}
        </h1>
        {page === "messages" && <Messages />}
        {page === "quality" && <DataQuality />}
        {page === "deadlines" && <TimeLimits />}
        {page === "costs" && <Spending />}
      </div>
    </section>
  );
}

/** What the server says; `null` while it is asked, and again after `again`. */
function useFetched<T>(where: string): {
  readonly value: T | null;
  readonly problem: string | null;
  readonly again: () => void;
} {
  const desk = useDesk();
  const [answer, setAnswer] = useState<{ readonly where: string; readonly value: T } | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    let here = true;
    setProblem(null);
    desk.api.oversight<T>(where).then(
      (value) => here && setAnswer({ where, value }),
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
  }, [desk, where, tries]);
  return {
    value: answer?.where === where ? answer.value : null,
    problem,
    again: () => setTries(tries + 1),
  };
}

interface WaitsProps<T> {
  readonly of: { readonly value: T | null; readonly problem: string | null; readonly again: () => void };
  readonly children: (value: T) => ComponentChildren;
}

function Waits<T>({ of: { value, problem, again }, children }: WaitsProps<T>) {
  if (problem !== null) {
    return (
      <p class="govuk-error-message" role="alert">
        This could not be fetched. {problem}{" "}
        <Button look="plain" onClick={again}>
          Try again
        </Button>
      </p>
    );
  }
  return value === null ? <Spinner>Fetching</Spinner> : <>{children(value)}</>;
}

// -- the catalogue ----------------------------------------------------------------------------------------------------

function Messages() {
  const fetched = useFetched<{ readonly types: readonly MessageLine[] }>("/messages");
  const [search, setSearch] = useState("");
  const [stage, setStage] = useState("");
  const [shown, setShown] = useState<string | null>(null);
  return (
    <Waits of={fetched}>
      {({ types }) => {
        const listed = found(types, search, stage);
        return (
          <div class="sent__two">
            <div class="sent__list">
              <div class="sent__filter">
                <label class="govuk-label" for="sent-search">
                  Search
                </label>
                <input
                  class="govuk-input"
                  id="sent-search"
                  type="search"
                  data-testid="message-search"
                  value={search}
                  onInput={(event) => setSearch(event.currentTarget.value)}
                />
                <label class="govuk-label" for="sent-stage">
                  Stage
                </label>
                <select
                  class="govuk-select"
                  id="sent-stage"
                  value={stage}
                  onChange={(event) => setStage(event.currentTarget.value)}
                >
                  <option value="">All stages</option>
                  {[...new Set(types.map((one) => one.stage))].map((name) => (
                    <option key={name} value={name}>
                      {words(name)}
                    </option>
                  ))}
                </select>
              </div>
              <p class="govuk-body-s quiet" role="status">
                {listed.length} of {types.length} types
              </p>
              <ul class="sent__types">
                {listed.map((one) => (
                  <li key={one.key}>
                    <button
                      type="button"
                      class="sent__type"
                      data-testid="message-type"
                      aria-current={shown === one.key ? "true" : undefined}
                      onClick={() => setShown(one.key)}
                    >
                      <strong>{words(one.key)}</strong>
                      <span class="quiet">
                        {words(one.stage)}
                        {one.statutory && ", required by the Victims' Code"}
                        {!one.on && ", switched off"}
                      </span>
                    </button>
                  </li>
                ))}
              </ul>
              {listed.length === 0 && <p class="govuk-body">No type has these words.</p>}
            </div>
            <div class="sent__preview">
              {shown === null ? (
                <p class="govuk-body quiet">Choose a message to see it as a victim gets it.</p>
              ) : (
                <Shown key={shown} name={shown} />
              )}
            </div>
          </div>
        );
      }}
    </Waits>
  );
}

function Shown({ name }: { readonly name: string }) {
  const [language, setLanguage] = useState("en");
  const [enhanced, setEnhanced] = useState(false);
  const query = `language=${language}&enhanced=${enhanced ? 1 : 0}`;
  const fetched = useFetched<Preview>(`/messages/${encodeURIComponent(name)}?${query}`);
  return (
    <article data-testid="message-preview" aria-label={words(name)}>
      <h2 class="govuk-heading-s">{words(name)}</h2>
      <div class="sent__choices" role="group" aria-label="Language and rights">
        {[
          ["en", "English"],
          ["cy", "Welsh"],
        ].map(([code, label]) => (
          <Button
            key={code}
            look="secondary"
            class="small"
            aria-pressed={language === code}
            data-testid={`preview-${code}`}
            onClick={() => setLanguage(code ?? "en")}
          >
            {label}
          </Button>
        ))}
        <Button look="secondary" class="small" aria-pressed={enhanced} onClick={() => setEnhanced(!enhanced)}>
          Enhanced Rights
        </Button>
      </div>
      <Waits of={fetched}>
        {(shown) => (
          <div lang={shown.language}>
            {shown.sms && (
              <figure class="sent__phone">
                <figcaption lang="en">
                  Text message: {shown.sms.parts} part{shown.sms.parts === 1 ? "" : "s"}, {shown.sms.encoding}
                  , {shown.sms.pence.toFixed(1)}p
                </figcaption>
                <p class="sent__bubble">{shown.sms.text}</p>
              </figure>
            )}
            {shown.email && (
              <figure class="sent__letter">
                <figcaption lang="en">E-mail</figcaption>
                <p>
                  <strong>{shown.email.subject}</strong>
                </p>
                <p class="sent__words">{shown.email.text}</p>
              </figure>
            )}
            <figure class="sent__letter">
              <figcaption lang="en">Page of the portal</figcaption>
              <p>
                <strong>{shown.portal.title}</strong>
              </p>
              <p class="sent__words">{shown.portal.text}</p>
              {shown.portal.next && <p class="sent__words">{shown.portal.next}</p>}
            </figure>
            <p class="govuk-body-s quiet" lang="en">
              Version {shown.version}
              {shown.right > 0 && `, right ${shown.right} of the Victims' Code`}
              {shown.pierces_quiet_hours && ", may arrive at night"}
              {!shown.enhanced && enhanced && ". The same words for people with Enhanced Rights"}. Values are
              examples.
            </p>
          </div>
        )}
      </Waits>
    </article>
  );
}

// -- data quality -----------------------------------------------------------------------------------------------------

function DataQuality() {
  const desk = useDesk();
  const now = useNow(30_000);
  const fetched = useFetched<Quality>("/quality");
  const [failed, setFailed] = useState<string | null>(null);
  const mended = async (crime: string, id: string): Promise<void> => {
    setFailed(null);
    try {
      await desk.api.mended(crime, id);
    } catch (error) {
      if (!(error instanceof ApiError)) {
        throw error;
      }
      setFailed(error.message);
    }
    fetched.again();
  };
  return (
    <Waits of={fetched}>
      {(found) => (
        <>
          {failed && (
            <p class="govuk-error-message" role="alert">
              {failed}
            </p>
          )}
          {found.counts.length === 0 && (
            <p class="govuk-body" data-testid="quality-empty">
              Nothing is wrong with the data that we know of.
            </p>
          )}
          <Bars
            caption="Problems by check"
            rows={found.counts.map((one) => [words(one.check), one.count, String(one.count)])}
          />
          {found.problems.length > 0 && (
            <table class="govuk-table sent__table">
              <caption class="govuk-table__caption govuk-table__caption--s">
                To be mended in the crime system
              </caption>
              <thead class="govuk-table__head">
                <tr class="govuk-table__row">
                  {["Crime", "What to do", "Since", ""].map((name) => (
                    <th key={name} scope="col" class="govuk-table__header">
                      {name || <Hidden>Done</Hidden>}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody class="govuk-table__body">
                {found.problems.map((one) => (
                  <tr key={`${one.crime} ${one.id}`} class="govuk-table__row" data-testid="quality-item">
                    <th scope="row" class="govuk-table__header">
                      {one.crime}
                    </th>
                    <td class="govuk-table__cell">
                      {one.blocks && <strong class="govuk-tag govuk-tag--red">Nothing is sent</strong>}{" "}
                      {one.fix}{" "}
                      <span class="quiet">
                        ({words(one.role)}, {one.field})
                      </span>
                    </td>
                    <td class="govuk-table__cell">
                      <time dateTime={one.since} title={fullTime(one.since)}>
                        {ago(one.since, now)}
                      </time>
                    </td>
                    <td class="govuk-table__cell">
                      <Button look="plain" onClick={() => void mended(one.crime, one.id)}>
                        Mended<Hidden>: {one.crime}</Hidden>
                      </Button>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
          {found.refused.length > 0 && (
            <>
              <h2 class="govuk-heading-s">Updates that could not be read</h2>
              <ul class="govuk-list govuk-list--bullet">
                {found.refused.map((one) => (
                  <li key={one.since + one.crime + one.field}>
                    {words(one.source)}, {one.crime && `${one.crime}, `}
                    <strong>{one.field || "the body"}</strong>: {one.detail}{" "}
                    <span class="quiet">{fullTime(one.since)}</span>
                  </li>
                ))}
              </ul>
            </>
          )}
          {found.more && <p class="govuk-body">There are more; these are the oldest.</p>}
        </>
      )}
    </Waits>
  );
}

// -- time limits ------------------------------------------------------------------------------------------------------

function TimeLimits() {
  const fetched = useFetched<Deadlines>("/deadlines");
  return (
    <Waits of={fetched}>
      {(found) => (
        <>
          <p class="sent__figure">
            {found.on_time_percent === null ? (
              "Nothing with a legal time limit was sent in the last 30 days."
            ) : (
              <>
                <strong>{found.on_time_percent} %</strong> in time in the last 30 days
              </>
            )}
          </p>
          <h2 class="govuk-heading-s">Will be late</h2>
          {found.forecast.length === 0 ? (
            <p class="govuk-body" data-testid="deadlines-empty">
              Nothing that waits will miss its time limit within a day.
            </p>
          ) : (
            <ul class="govuk-list sent__breaches">
              {found.forecast.map((one) => (
                <li key={one.crime + one.type + one.deadline_at} data-testid="deadline-item">
                  <strong class={`govuk-tag ${one.certain ? "govuk-tag--red" : "govuk-tag--yellow"}`}>
                    {one.certain ? "Will be late" : "May be late"}
                  </strong>{" "}
                  <strong>{one.crime}</strong>: {words(one.type)}, by {fullTime(one.deadline_at)}
                </li>
              ))}
            </ul>
          )}
          <Bars
            caption="Messages by day"
            rows={found.days.map((one) => [
              one.day,
              one.sent,
              `${one.sent} sent${one.late > 0 ? `, ${one.late} late` : ""}${one.failed > 0 ? `, ${one.failed} not delivered` : ""}`,
            ])}
          />
        </>
      )}
    </Waits>
  );
}

// -- costs ------------------------------------------------------------------------------------------------------------

function Spending() {
  const choices = months(new Date());
  const [month, setMonth] = useState(choices[0] ?? "");
  const fetched = useFetched<Costs>(`/costs?month=${month}`);
  return (
    <>
      <div class="sent__filter">
        <label class="govuk-label" for="sent-month">
          Month
        </label>
        <select
          class="govuk-select"
          id="sent-month"
          data-testid="cost-month"
          value={month}
          onChange={(event) => setMonth(event.currentTarget.value)}
        >
          {choices.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </div>
      <Waits of={fetched}>
        {(found) => (
          <>
            <p class="sent__figure">
              <strong>{pounds(found.pence)}</strong> for {found.messages} message
              {found.messages === 1 ? "" : "s"}
              {found.messages > 0 && `, ${(found.pence / found.messages).toFixed(2)}p each`}
            </p>
            {found.lines.length === 0 ? (
              <p class="govuk-body" data-testid="costs-empty">
                Nothing was sent in this month.
              </p>
            ) : (
              <table class="govuk-table sent__table">
                <caption class="govuk-visually-hidden">Costs by type</caption>
                <thead class="govuk-table__head">
                  <tr class="govuk-table__row">
                    {["Message", "By", "Sent", "Parts", "Arrived", "Failed", "Cost"].map((name, at) => (
                      <th
                        key={name}
                        scope="col"
                        class={`govuk-table__header ${at > 1 ? "govuk-table__header--numeric" : ""}`}
                      >
                        {name}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody class="govuk-table__body">
                  {found.lines.map((one) => (
                    <tr
                      key={one.type + one.channel + one.provider}
                      class="govuk-table__row"
                      data-testid="cost-row"
                    >
                      <th scope="row" class="govuk-table__header">
                        {words(one.type)}
                      </th>
                      <td class="govuk-table__cell">
                        {one.channel === "sms" ? "Text" : "E-mail"} ({one.provider})
                      </td>
                      {[one.sent, one.parts, one.delivered, one.failed].map((number, at) => (
                        <td key={at} class="govuk-table__cell govuk-table__cell--numeric">
                          {number}
                        </td>
                      ))}
                      <td class="govuk-table__cell govuk-table__cell--numeric">{pounds(one.pence)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )}
            <p class="govuk-body-s quiet">
              By list prices, without tax. What was sent costs, also when it did not arrive.
            </p>
          </>
        )}
      </Waits>
    </>
  );
}

// -- pictures ---------------------------------------------------------------------------------------------------------

interface BarsProps {
  readonly caption: string;
  /** Name, length, and what is said of it. */
  readonly rows: readonly (readonly [string, number, string])[];
}

function Bars({ caption, rows }: BarsProps) {
  const longest = Math.max(1, ...rows.map(([, length]) => length));
  if (rows.length === 0) {
    return null;
  }
  return (
    <table class="sent__bars">
      <caption class="govuk-table__caption govuk-table__caption--s">{caption}</caption>
      <tbody>
        {rows.map(([name, length, said]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>
              <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                <rect width={(100 * length) / longest} height="10" />
              </svg>
            </td>
            <td>{said}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
