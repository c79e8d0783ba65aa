/** What happens next, first; then what happened, who deals with it, and everything that can be done. */
import { go, open, openCrime, refresh } from "../actions.ts";
import type { Moment, Right } from "../protocol.ts";
import { state } from "../state.ts";
import { dayOf, momentOf, written } from "../words.ts";
import { Button, Sheet, t } from "./parts.tsx";

export function CrimesPage() {
  const crimes = state.me?.crimes ?? [];
  return (
    <Sheet title={t("crimesTitle")}>
      {crimes.length === 0 && <p class="govuk-body">{t("crimesNone")}</p>}
      <ul class="account-cards">
        {crimes.map((crime) => (
          <li key={crime.id}>
            <button
              type="button"
              class="account-card"
              data-testid="portal-crime"
              onClick={() => openCrime(crime.id)}
            >
              <strong class="account-card__title">{crime.title}</strong>
              <span>{crime.reference}</span>
              <span>{crime.status}</span>
              {crime.updated_at && (
                <span class="account-soft">
                  {t("updated", { at: momentOf(crime.updated_at, written(state.language)) })}
                </span>
              )}
              {crime.unread > 0 && <strong class="govuk-tag">{t("unread")}</strong>}
            </button>
          </li>
        ))}
      </ul>
      <Links />
    </Sheet>
  );
}

export function CrimePage() {
  const { crime, language, me } = state;
  if (!crime) return <CrimesPage />;
  const reader = written(language);
  const foreign = crime.translated_by_machine;
  // What a machine could not put stays English: each text shows its own direction.
  const own = { dir: "auto" as const, ...(foreign && { lang: language }) };
  return (
    <Sheet title={crime.title} {...((me?.crimes.length ?? 0) > 1 && { back: "crimes" as const })}>
      <p class="govuk-caption-l account-caption">{crime.reference}</p>
      {(foreign || reader !== language) && (
        <p class="govuk-inset-text">{t(foreign ? "machine" : "noTranslation")}</p>
      )}
      <section class="account-next" data-testid="portal-next" aria-labelledby="next">
        <h2 class="govuk-heading-m" id="next">
          {t("nextTitle")}
        </h2>
        {crime.status && (
          <p class="govuk-body" {...own}>
            <strong>{crime.status.label}</strong>. {crime.status.text}
          </p>
        )}
        <p class="govuk-body" {...own}>
          {crime.next?.text ?? t("nextNone")}
        </p>
        {crime.next?.by && <p class="govuk-body">{t("by", { at: dayOf(crime.next.by, reader) })}</p>}
        <RightLine right={crime.next?.right ?? null} />
      </section>

      <div class="account-actions">
        <Button testId="portal-messages" onClick={() => go("messages")}>
          {t("messagesTitle")}
        </Button>
        <Button testId="portal-appointments" secondary onClick={() => go("appointments")}>
          {t("appointmentsTitle")}
        </Button>
        <Button testId="portal-chat" secondary onClick={() => go("chat")}>
          {t("chat")}
        </Button>
      </div>

      <div class="account-news">
        <h2 class="govuk-heading-m">{t("timelineTitle")}</h2>
        <button type="button" class="account-link" data-testid="portal-refresh" onClick={refresh}>
          {t("refresh")}
        </button>
      </div>
      <div class="moj-timeline" data-testid="portal-timeline">
        {crime.timeline.map((one) => (
          <div class="moj-timeline__item" key={one.id} data-testid="portal-timeline-entry">
            <div class="moj-timeline__header">
              <h3 class="moj-timeline__title" {...tongue(one)}>
                {one.title}
              </h3>
            </div>
            <p class="moj-timeline__date">
              <time dateTime={one.at}>{momentOf(one.at, reader)}</time>
            </p>
            <div class="moj-timeline__description">
              <p class="govuk-body" {...tongue(one)}>
                {one.text}
              </p>
              <RightLine right={one.right} />
            </div>
          </div>
        ))}
      </div>

      {crime.officer && (
        <>
          <h2 class="govuk-heading-m">{t("officerTitle")}</h2>
          <p class="govuk-body">
            <bdi>{crime.officer.name}</bdi>, {t("collar", { collar: crime.officer.collar })}
            {crime.officer.station && (
              <>
                , <bdi>{crime.officer.station}</bdi>
              </>
            )}
          </p>
        </>
      )}
      <Links />
    </Sheet>
  );
}

/** Language and direction of an entry: its own where a machine put it into the reader's, else ours. */
function tongue({ translated }: Moment): { lang?: string; dir: "auto" } {
  return { dir: "auto", ...(translated && { lang: state.language }) };
}

function RightLine({ right }: { right: Right | null }) {
  return right ? <p class="account-soft">{t("right", { number: right.number, name: right.name })}</p> : null;
}

function Links() {
  const { crime } = state;
  return (
    <nav class="account-more" aria-label={t("account")}>
      <ul class="govuk-list">
        {crime && (
          <li>
            <button
              type="button"
              class="account-link"
              data-testid="portal-support"
              onClick={() => open("support")}
            >
              {t("supportTitle")}
            </button>
          </li>
        )}
        <li>
          <button
            type="button"
            class="account-link"
            data-testid="portal-contact"
            onClick={() => open("contact")}
          >
            {t("contactTitle")}
          </button>
        </li>
        <li>
          <button
            type="button"
            class="account-link"
            data-testid="portal-rights"
            onClick={() => open("rights")}
          >
            {t("rightsTitle")}
          </button>
        </li>
        <li>
          <button
            type="button"
            class="account-link"
            data-testid="portal-advice"
            onClick={() => open("advice")}
          >
            {t("adviceTitle")}
          </button>
        </li>
        <li>
          <button
            type="button"
            class="account-link"
            data-testid="portal-visits"
            onClick={() => open("visits")}
          >
            {t("visitsTitle")}
          </button>
        </li>
        {crime && (
          <li>
            <button
              type="button"
              class="account-link"
              data-testid="portal-record"
              onClick={() => go("record")}
            >
              {t("recordTitle")}
            </button>
          </li>
        )}
      </ul>
    </nav>
  );
}
