/** Who helps, what rights there are, how to be safer, and everything as a file. */
import { saveRecord } from "../actions.ts";
import { state } from "../state.ts";
import { Button, MachineNote, ours, Sheet, t } from "./parts.tsx";

function home(): "crime" | "crimes" {
  return state.crime ? "crime" : "crimes";
}

type Read = { readonly translated_by_machine: boolean } | undefined;

/** Language and direction of what was read. */
function tongue(read: Read): { lang: string; dir: "auto" } {
  return { lang: ours(read?.translated_by_machine ?? false), dir: "auto" };
}

function Note({ read }: { read: Read }) {
  return read ? <MachineNote translated={read.translated_by_machine} /> : null;
}

export function SupportPage() {
  const { support } = state;
  const money = support?.compensation;
  const own = tongue(support);
  return (
    <Sheet title={t("supportTitle")} back={home()}>
      <p class="govuk-body">{t("supportText")}</p>
      <Note read={support} />
      <ul class="account-cards">
        {support?.services.map((one) => (
          <li class="account-card" key={one.name} {...own}>
            <strong class="account-card__title" lang="en">
              {one.name}
            </strong>
            <span>{one.for}</span>
            {one.phone && <strong dir="ltr">{one.phone}</strong>}
            {one.text && <span dir="ltr">{one.text}</span>}
            {one.hours && (
              <span class="account-soft">
                <bdi lang={state.language}>{t("hours")}:</bdi> {one.hours}
              </span>
            )}
          </li>
        ))}
      </ul>
      {money && (
        <div {...own}>
          <h2 class="govuk-heading-m">{money.title}</h2>
          {money.text.map((line) => (
            <p class="govuk-body" key={line}>
              {line}
            </p>
          ))}
          {money.phone && (
            <p class="govuk-body">
              {money.name} <strong dir="ltr">{money.phone}</strong>
            </p>
          )}
        </div>
      )}
    </Sheet>
  );
}

export function RightsPage() {
  const { rights } = state;
  return (
    <Sheet title={t("rightsTitle")} back={home()}>
      <p class="govuk-body">{t("rightsText")}</p>
      <Note read={rights} />
      <ol class="account-rights" {...tongue(rights)}>
        {rights?.rights.map((one) => (
          <li key={one.number}>
            <h2 class="govuk-heading-s">{one.name}</h2>
            <p class="govuk-body">{one.text}</p>
            {one.more && <p class="govuk-body">{one.more}</p>}
          </li>
        ))}
      </ol>
      <p class="account-soft">{rights?.source}</p>
    </Sheet>
  );
}

export function AdvicePage() {
  const { advice } = state;
  return (
    <Sheet title={t("adviceTitle")} back={home()}>
      <Note read={advice} />
      {advice?.topics.map((topic) => (
        <section key={topic.id} {...tongue(advice)}>
          <h2 class="govuk-heading-m">{topic.title}</h2>
          <ul class="govuk-list govuk-list--bullet">
            {topic.text.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </section>
      ))}
    </Sheet>
  );
}

export function RecordPage() {
  return (
    <Sheet title={t("recordTitle")} back="crime">
      <p class="govuk-body account-warning govuk-inset-text">{t("recordText")}</p>
      <Button testId="portal-record-save" onClick={saveRecord}>
        {t("recordSave")}
      </Button>
    </Sheet>
  );
}
