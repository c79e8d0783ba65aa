/** The statutory clock: what is late or soon will be, and how much went in time. */

import { awayFrom, type Breach, calendar, type Deadlines, limitOf, standing, words } from "../../sent";
import { useNow } from "../context";
import { Bars } from "./Bars";
import { useFetched, Waits } from "./fetched";

export function TimeLimits() {
  const fetched = useFetched<Deadlines>("/deadlines");
  return <Waits of={fetched}>{(seen) => <Clock seen={seen} />}</Waits>;
}

function Clock({ seen }: { readonly seen: Deadlines }) {
  const days = [...seen.days].reverse();
  return (
    <>
      <p class="sent__figure">
        {seen.on_time_percent === null ? (
          "Nothing with a time limit in law was sent in the last 30 days."
        ) : (
          <>
            <strong>{seen.on_time_percent} %</strong> in time in the last 30 days: {seen.on_time} of{" "}
            {seen.on_time + seen.late}
          </>
        )}
      </p>
      <h2 class="govuk-heading-s">Late, or due within a day</h2>
      {seen.forecast.length === 0 ? (
        <p class="govuk-body" data-testid="deadlines-empty">
          No message that waits is late, and none will be within a day.
        </p>
      ) : (
        <Due forecast={seen.forecast} />
      )}
      {!seen.complete && (
        <p class="govuk-body">
          So many messages wait that only the 1,000 that go soonest were looked at. There may be more.
        </p>
      )}
      <Bars
        caption="With a time limit in law, by day"
        rows={days
          .filter((one) => one.on_time + one.late > 0)
          .map((one) => ({
            name: calendar(one.day),
            parts: [{ length: one.on_time }, { length: one.late, class: "sent__late" }],
            said: `${one.on_time} in time, ${one.late} late`,
          }))}
      />
      <Bars
        caption="Messages by day"
        rows={days.map((one) => ({
          name: calendar(one.day),
          parts: [{ length: one.sent }],
          said: one.failed > 0 ? `${one.sent} sent, ${one.failed} not delivered` : `${one.sent} sent`,
        }))}
      />
    </>
  );
}

function Due({ forecast }: { readonly forecast: readonly Breach[] }) {
  const now = useNow(30_000);
  return (
    <table class="govuk-table sent__table">
      <caption class="govuk-visually-hidden">Messages that are late or due within a day</caption>
      <thead class="govuk-table__head">
        <tr class="govuk-table__row">
          {["Crime", "Message", "By", "State"].map((name) => (
            <th key={name} scope="col" class="govuk-table__header">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody class="govuk-table__body">
        {forecast.map((one) => {
          const { label, colour } = standing(one);
          return (
            <tr
              key={one.crime + one.type + one.deadline_at}
              class="govuk-table__row"
              data-testid="deadline-item"
            >
              <th scope="row" class="govuk-table__header sent__reference">
                {one.crime}
              </th>
              <td class="govuk-table__cell">{words(one.type)}</td>
              <td class="govuk-table__cell">
                <time dateTime={one.deadline_at}>{limitOf(one.deadline_at)}</time>{" "}
                <span class="quiet">({awayFrom(one.deadline_at, now)})</span>
              </td>
              <td class="govuk-table__cell">
                <strong class={`govuk-tag govuk-tag--${colour}`}>{label}</strong>
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
