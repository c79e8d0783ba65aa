/** What happens next, first; then what happened, who deals with it, and everything that can be done. */
import { go, open, openCrime, refresh } from "../actions.ts";
import type { Crime, Right } from "../protocol.ts";
import { type Page, state } from "../state.ts";
import { dayOf, momentOf, written } from "../words.ts";
import { Earlier, FIRST_EARLIER, MachineNote, ours, Sheet, t } from "./parts.tsx";

/** So many entries are seen at once; who wants the others asks for them. */
const NEWEST = 3;

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

/** The next thing that was agreed and will be. */
function nextMeeting({ appointments }: Crime): string | undefined {
  const now = new Date().toISOString();
  const next = appointments.find(({ at, state }) => at > now && state !== "cancelled");
  return next && momentOf(next.at, written(state.language));
}

export function CrimePage() {
  const { crime, language, me } = state;
  if (!crime) return <CrimesPage />;
  const reader = written(language);
  const own = { dir: "auto" as const, lang: ours(crime.translated_by_machine) };
  const meeting = nextMeeting(crime);
  return (
    <Sheet title={crime.title} {...((me?.crimes.length ?? 0) > 1 && { back: "crimes" as const })}>
      <p class="govuk-caption-l account-caption">{crime.reference}</p>
      <MachineNote translated={crime.translated_by_machine} />
      <section class="account-next" data-testid="portal-next" aria-labelledby="next">
        <h2 class="govuk-heading-m" id="next">
          {t("nextTitle")}
        </h2>
        {crime.status && (
          <p class="govuk-body" {...own}>
            <strong>{crime.status.label}</strong>. {crime.status.text}
          </p>
        )}
        {crime.next ? (
          <p class="govuk-body" {...own}>
            {crime.next.text}
          </p>
        ) : (
          <p class="govuk-body">{t("nextNone")}</p>
        )}
        {crime.next?.by && <p class="govuk-body">{t("by", { at: dayOf(crime.next.by, reader) })}</p>}
        <RightLine right={crime.next?.right ?? null} />
      </section>

      <nav aria-label={crime.title}>
        <ul class="account-parts">
          <Part
            page="messages"
            onClick={() => open("messages")}
            {...(crime.unread_messages > 0 && { fresh: t("fresh", { n: crime.unread_messages }) })}
          >
            {t("messagesTitle")}
          </Part>
          <Part
            page="appointments"
            onClick={() => go("appointments")}
            detail={meeting ?? t("appointmentsNone")}
          >
            {t("appointmentsTitle")}
          </Part>
          <Part page="chat" onClick={() => go("chat")}>
            {t("chat")}
          </Part>
        </ul>
      </nav>

      <div class="account-news">
        <h2 class="govuk-heading-m">{t("timelineTitle")}</h2>
        <button type="button" class="account-link" data-testid="portal-refresh" onClick={refresh}>
          {t("refresh")}
        </button>
      </div>
      {crime.timeline.length === 0 && <p class="govuk-body">{t("crimesNone")}</p>}
      <div class="moj-timeline" data-testid="portal-timeline">
        {crime.timeline.map((one, number) => (
          <div
            class={`moj-timeline__item${number < NEWEST || state.whole ? "" : " account-older"}`}
            key={one.id}
            data-testid="portal-timeline-entry"
            {...(number === NEWEST && FIRST_EARLIER)}
          >
            <div class="moj-timeline__header">
              <h3 class="moj-timeline__title" dir="auto" lang={ours(one.translated)}>
                {one.title}
              </h3>
            </div>
            <p class="moj-timeline__date">
              <time dateTime={one.at}>{momentOf(one.at, reader)}</time>
            </p>
            <div class="moj-timeline__description">
              <p class="govuk-body" dir="auto" lang={ours(one.translated)}>
                {one.text}
              </p>
              <RightLine right={one.right} />
            </div>
          </div>
        ))}
      </div>
      <Earlier more={crime.timeline.length - NEWEST} />

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

function RightLine({ right }: { right: Right | null }) {
  return right ? <p class="account-soft">{t("right", { number: right.number, name: right.name })}</p> : null;
}

/** What there is besides, each a page of its own. */
function Links() {
  const { crime } = state;
  return (
    <nav class="account-more" aria-label={t("account")}>
      <ul class="account-parts">
        {crime && (
          <Part page="support" onClick={() => open("support")}>
            {t("supportTitle")}
          </Part>
        )}
        <Part page="contact" onClick={() => open("contact")}>
          {t("contactTitle")}
        </Part>
        <Part page="rights" onClick={() => open("rights")}>
          {t("rightsTitle")}
        </Part>
        <Part page="advice" onClick={() => open("advice")}>
          {t("adviceTitle")}
        </Part>
        <Part page="visits" onClick={() => open("visits")}>
          {t("visitsTitle")}
        </Part>
        {crime && (
          <Part page="record" onClick={() => go("record")}>
            {t("recordTitle")}
          </Part>
        )}
      </ul>
    </nav>
  );
}

/** A row that leads to a page; all of it can be pressed. */
function Part({
  page,
  onClick,
  detail,
  fresh,
  children,
}: {
  page: Page;
  onClick: () => void;
  detail?: string;
  fresh?: string;
  children: string;
}) {
  return (
    <li class="account-part">
      <button type="button" class="account-link" data-testid={`portal-${page}`} onClick={onClick}>
        {children}
      </button>
      {detail && <span class="account-soft">{detail}</span>}
      {fresh && <strong class="govuk-tag">{fresh}</strong>}
    </li>
  );
}
