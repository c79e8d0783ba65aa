/** The list of keys, beside the work and not over it. */

import { useEffect, useRef } from "preact/hooks";
import { LISTED } from "../keys";
import { useDesk } from "./context";
import { Button } from "./pieces";

const WRITING: readonly (readonly [string, string])[] = [
  ["Enter", "Send"],
  ["Shift Enter", "New line"],
  ["Ctrl Enter", "Send a message, save a note"],
  ["Esc", "Shut the open panel"],
];

export function Shortcuts({ singleKeys }: { readonly singleKeys: boolean }) {
  const desk = useDesk();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <section class="column person shortcuts" aria-labelledby="shortcuts-heading" data-testid="shortcuts">
      <div class="column__body">
        <div class="panel__head">
          <h2 class="column__heading" id="shortcuts-heading" tabIndex={-1} ref={heading}>
            Keys
          </h2>
          <Button look="plain" onClick={() => desk.hideShortcuts()}>
            Hide
          </Button>
        </div>
        <p class="govuk-body-s">Alt and the letter, anywhere. Outside text boxes the letter alone will do.</p>
        <dl class="shortcuts__list">
          {LISTED.map(([key, does]) => (
            <div key={key}>
              <dt>
                <kbd class="key">{key}</kbd>
              </dt>
              <dd>{does}</dd>
            </div>
          ))}
          {WRITING.map(([key, does]) => (
            <div key={key}>
              <dt>
                <kbd class="key">{key}</kbd>
              </dt>
              <dd>{does}</dd>
            </div>
          ))}
        </dl>
        <div class="govuk-checkboxes govuk-checkboxes--small">
          <div class="govuk-checkboxes__item">
            <input
              id="single-keys"
              class="govuk-checkboxes__input"
              type="checkbox"
              checked={singleKeys}
              onChange={(event) => desk.dispatch({ type: "singleKeys", on: event.currentTarget.checked })}
            />
            <label class="govuk-label govuk-checkboxes__label" for="single-keys">
              Letters alone work outside text boxes
            </label>
          </div>
        </div>
      </div>
    </section>
  );
}
