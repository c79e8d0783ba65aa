/** Who helps, what rights there are, how to be safer, and everything as a file. */
import { saveRecord } from "../actions.ts";
import { state } from "../state.ts";
import { Button, Sheet, t } from "./parts.tsx";

function home(): "crime" | "crimes" {
  return state.crime ? "crime" : "crimes";
}

export function SupportPage() {
  const { support } = state;
  const money = support?.compensation;
  return (
    <Sheet title={t("supportTitle")} back={home()}>
      <p class="govuk-body">{t("supportText")}</p>
      <ul class="account-cards">
        {support?.services.map((one) => (
          <li class="account-card" key={one.name}>
            <strong class="account-card__title">{one.name}</strong>
            <span>{one.for}</span>
            {one.phone && <strong dir="ltr">{one.phone}</strong>}
            {one.text && <span dir="ltr">{one.text}</span>}
            {one.hours && (
              <span class="account-soft">
                {t("hours")}: {one.hours}
              </span>
            )}
          </li>
        ))}
      </ul>
      {money && (
        <>
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
        </>
      )}
    </Sheet>
  );
}

export function RightsPage() {
  const { rights } = state;
  return (
    <Sheet title={t("rightsTitle")} back={home()}>
      <p class="govuk-body">{t("rightsText")}</p>
      <ol class="account-rights">
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
  return (
    <Sheet title={t("adviceTitle")} back={home()}>
      {state.advice?.topics.map((topic) => (
        <section key={topic.id}>
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
