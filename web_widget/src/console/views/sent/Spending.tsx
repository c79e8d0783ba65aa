/** What a month's messages cost. */

import { useState } from "preact/hooks";
import {
  calendar,
  channelName,
  type CostLine,
  type Costs,
  each,
  months,
  pounds,
  summed,
  words,
} from "../../sent";
import { Bars } from "./Bars";
import { useFetched, Waits } from "./fetched";

/** Bars of types; the table below has all. */
const MOST_BARS = 10;

export function Spending() {
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
            <option key={one} value={one}>
              {calendar(one)}
            </option>
          ))}
        </select>
      </div>
      <Waits of={fetched}>
        {(spent) => (
          <>
            <p class="sent__figure">
              <strong>{pounds(spent.pence)}</strong> for {spent.messages} message
              {spent.messages === 1 ? "" : "s"}
              {spent.messages > 0 && `, ${each(spent.pence, spent.messages)} each`}
            </p>
            {spent.lines.length === 0 ? (
              <p class="govuk-body" data-testid="costs-empty">
                Nothing was sent in this month.
              </p>
            ) : (
              <Lines lines={spent.lines} />
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

function Lines({ lines }: { readonly lines: readonly CostLine[] }) {
  const types = summed(lines, (line) => words(line.type));
  return (
    <>
      <Bars
        caption="By channel"
        rows={summed(lines, (line) => channelName(line.channel)).map(({ name, pence, sent, parts }) => ({
          name,
          parts: [{ length: pence }],
          said: `${pounds(pence)}, ${sent} sent${parts > 0 ? ` in ${parts} parts` : ""}`,
        }))}
      />
      <Bars
        caption={
          types.length > MOST_BARS ? `By type: the ${MOST_BARS} dearest of ${types.length}` : "By type"
        }
        rows={types.slice(0, MOST_BARS).map(({ name, pence, sent }) => ({
          name,
          parts: [{ length: pence }],
          said: `${pounds(pence)}, ${sent} sent`,
        }))}
      />
      <table class="govuk-table sent__table">
        <caption class="govuk-table__caption govuk-table__caption--s">All</caption>
        <thead class="govuk-table__head">
          <tr class="govuk-table__row">
            {["Message", "By", ...NUMBERS.map(([name]) => name)].map((name, at) => (
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
          {lines.map((one) => (
            <tr key={one.type + one.channel + one.provider} class="govuk-table__row" data-testid="cost-row">
              <th scope="row" class="govuk-table__header">
                {words(one.type)}
              </th>
              <td class="govuk-table__cell">
                {one.channel === "sms" ? "Text" : "E-mail"} ({one.provider})
              </td>
              {NUMBERS.map(([name, of]) => (
                <td key={name} class="govuk-table__cell govuk-table__cell--numeric" data-label={name}>
                  {of(one)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

const NUMBERS: readonly (readonly [string, (one: CostLine) => string | number])[] = [
  ["Sent", (one) => one.sent],
  ["Parts", (one) => (one.channel === "sms" ? one.parts : "–")],
  ["Arrived", (one) => one.delivered],
  ["Failed", (one) => one.failed],
  ["Each", (one) => each(one.pence, one.sent)],
  ["Cost", (one) => pounds(one.pence)],
];
