/** What is wrong with the data of crime systems, and how to mend it. */

import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "../../api";
import { joined, type ListedProblem, nameOf, type Quality, without, words } from "../../sent";
import { ago, fullTime } from "../../waiting";
import { useDesk, useNow } from "../context";
import { Button, Hidden } from "../pieces";
import { Bars } from "./Bars";
import { useFetched, Waits, wordsOf } from "./fetched";

export function DataQuality() {
  const fetched = useFetched<Quality>("/quality");
  return <Waits of={fetched}>{(first) => <Problems first={first} />}</Waits>;
}

function Problems({ first }: { readonly first: Quality }) {
  const desk = useDesk();
  const [quality, setQuality] = useState(first);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<string | null>(null);
  const [done, setDone] = useState("");
  const list = useRef<HTMLTableElement>(null);
  useEffect(() => setQuality(first), [first]);

  const attempt = async (work: () => Promise<void>): Promise<void> => {
    if (busy) {
      return;
    }
    setBusy(true);
    setFailed(null);
    try {
      await work();
    } catch (error) {
      setFailed(wordsOf(error));
    } finally {
      setBusy(false);
    }
  };

  const more = () =>
    attempt(async () => {
      const page = await desk.api.oversight<Quality>(`/quality?after=${encodeURIComponent(quality.next)}`);
      setQuality({ ...page, problems: joined(quality.problems, page.problems), refused: quality.refused });
    });

  const mended = (one: ListedProblem) =>
    attempt(async () => {
      try {
        await desk.api.mended(one.crime, one.id);
      } catch (error) {
        // Somebody else was quicker: it leaves this list too.
        if (!(error instanceof ApiError && error.code === "no_problem")) {
          throw error;
        }
      }
      setQuality((seen) => without(seen, one));
      setDone(`Taken off the list: ${one.crime}, ${one.field}.`);
      // The button that was pressed is gone.
      list.current?.focus();
    });

  const total = quality.counts.reduce((sum, one) => sum + one.count, 0);
  return (
    <>
      <p class="govuk-visually-hidden" role="status">
        {done}
      </p>
      {failed && (
        <p class="govuk-error-message" role="alert">
          That was not done. {failed}
        </p>
      )}
      {total === 0 ? (
        <p class="govuk-body" data-testid="quality-empty">
          Nothing is wrong with the data that we know of. What a crime system sends is checked as it comes in.
        </p>
      ) : (
        <p class="sent__figure">
          <strong>
            {total}
            {!quality.complete && "+"}
          </strong>{" "}
          to be mended
        </p>
      )}
      <Bars
        caption="By check"
        rows={quality.counts.map(({ check, count }) => ({
          name: words(check),
          parts: [{ length: count }],
          said: String(count),
        }))}
      />
      {quality.problems.length > 0 && (
        <table class="govuk-table sent__table" ref={list} tabIndex={-1}>
          <caption class="govuk-table__caption govuk-table__caption--s">
            To be mended in the crime system
          </caption>
          <thead class="govuk-table__head">
            <tr class="govuk-table__row">
              {["Crime", "What to do", "Since", "Done"].map((name) => (
                <th key={name} scope="col" class="govuk-table__header">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody class="govuk-table__body">
            {quality.problems.map((one) => (
              <Problem key={nameOf(one)} one={one} busy={busy} onMended={() => void mended(one)} />
            ))}
          </tbody>
        </table>
      )}
      {quality.next !== "" && (
        <Button look="secondary" data-testid="quality-more" aria-disabled={busy} onClick={() => void more()}>
          {busy ? "Fetching" : "Show more"}
        </Button>
      )}
      <Unread of={quality} />
    </>
  );
}

interface ProblemProps {
  readonly one: ListedProblem;
  readonly busy: boolean;
  readonly onMended: () => void;
}

function Problem({ one, busy, onMended }: ProblemProps) {
  const now = useNow(30_000);
  return (
    <tr class="govuk-table__row" data-testid="quality-item">
      <th scope="row" class="govuk-table__header sent__reference">
        {one.crime}
      </th>
      <td class="govuk-table__cell">
        {one.blocks && (
          <>
            <strong class="govuk-tag govuk-tag--red">Nothing is sent</strong>{" "}
          </>
        )}
        {one.fix}{" "}
        <span class="quiet">
          ({words(one.role)}, {words(one.field).toLowerCase()})
        </span>
      </td>
      <td class="govuk-table__cell">
        <time dateTime={one.since} title={fullTime(one.since)}>
          {ago(one.since, now)}
        </time>
      </td>
      <td class="govuk-table__cell">
        <Button look="plain" aria-disabled={busy} onClick={onMended}>
          Mended
          <Hidden>
            : {one.crime}, {words(one.field).toLowerCase()}
          </Hidden>
        </Button>
      </td>
    </tr>
  );
}

function Unread({ of: { refused, counts } }: { readonly of: Quality }) {
  if (refused.length === 0) {
    return null;
  }
  const all = counts.find((one) => one.check === "refused_update")?.count ?? refused.length;
  return (
    <>
      <h2 class="govuk-heading-s">Updates that could not be read</h2>
      <ul class="govuk-list govuk-list--bullet" data-testid="quality-refused">
        {refused.map((one) => (
          <li key={one.since + one.crime + one.field}>
            {words(one.source)}, {one.crime && `${one.crime}, `}
            <strong>{one.field || "the body"}</strong>: {one.detail}{" "}
            <span class="quiet">{fullTime(one.since)}</span>
          </li>
        ))}
      </ul>
      {all > refused.length && (
        <p class="govuk-body">
          These are the newest {refused.length} of {all}.
        </p>
      )}
    </>
  );
}
