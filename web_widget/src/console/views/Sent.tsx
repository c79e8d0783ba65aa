/** What is sent to victims: every type of message, bad data, time limits in law, costs. */

import { useEffect, useRef } from "preact/hooks";
import type { SentPage } from "../sent";
import { SENT_PAGES } from "../sent";
import { DataQuality } from "./sent/DataQuality";
import { MessageTypes } from "./sent/MessageTypes";
import { Spending } from "./sent/Spending";
import { TimeLimits } from "./sent/TimeLimits";

const VIEWS = { messages: MessageTypes, quality: DataQuality, deadlines: TimeLimits, costs: Spending };

export function Sent({ page }: { readonly page: SentPage }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [page]);
  const View = VIEWS[page];
  return (
    <section class="column closed" aria-labelledby="sent-heading" data-testid={`sent-${page}`}>
      <div class="closed__body">
        <h1 class="govuk-heading-m" id="sent-heading" tabIndex={-1} ref={heading}>
          {SENT_PAGES[page].label}
        </h1>
        <View />
      </div>
    </section>
  );
}
