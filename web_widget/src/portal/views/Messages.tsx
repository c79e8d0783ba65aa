/** Messages like letters, and appointments with the wish for another time. */
import { askForChange, draft, excess, go, refresh, say, write } from "../actions.ts";
import type { Appointment, Letter } from "../protocol.ts";
import { draw, state } from "../state.ts";
import { direction, momentOf, written } from "../words.ts";
import {
  Button,
  described,
  Earlier,
  FieldError,
  FIRST_EARLIER,
  isWrong,
  PRIVATE,
  sentBy,
  Sheet,
  t,
  wrongly,
} from "./parts.tsx";

/** So many messages are seen at once; who wants the others asks for them. */
const NEWEST = 6;

export function MessagesPage() {
  const letters = state.crime?.messages ?? [];
  const { text } = draft();
  const over = excess(text);
  return (
    <Sheet title={t("messagesTitle")} back="crime">
      {letters.length === 0 && <p class="govuk-body">{t("messagesNone")}</p>}
      <Earlier more={letters.length - NEWEST} />
      <ol class="account-letters">
        {letters.map((letter, number) => (
          <One
            key={letter.id}
            letter={letter}
            first={number === 0}
            older={!state.whole && number < letters.length - NEWEST}
          />
        ))}
      </ol>
      <button type="button" class="account-link" data-testid="portal-refresh" onClick={refresh}>
        {t("refresh")}
      </button>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          say();
        }}
      >
        <div class={`govuk-form-group${isWrong("text") ? " govuk-form-group--error" : ""}`}>
          <label class="govuk-label govuk-label--s" for="text">
            {t("write")}
          </label>
          <div class="govuk-hint" id="text-hint">
            {t("writeHint")}
          </div>
          <FieldError field="text" />
          <textarea
            class={wrongly("govuk-textarea", "text")}
            id="text"
            rows={5}
            dir="auto"
            data-testid="portal-composer"
            value={text}
            onInput={(event) => write(event.currentTarget.value)}
            {...described("text", "text-hint")}
            {...PRIVATE}
          />
          <p class="govuk-hint" role="status">
            {over > 0 ? t("tooLong", { n: over }) : ""}
          </p>
        </div>
        <Button testId="portal-send">{t("send")}</Button>
      </form>
    </Sheet>
  );
}

const STATES = { sent: "sent", reached: "reached", answered: "answered" } as const;

function One({ letter, first, older }: { letter: Letter; first: boolean; older: boolean }) {
  const { language, swapped } = state;
  const shown = letter.translation && !swapped.has(letter.id);
  const tongue = shown ? language : "";
  return (
    <li
      class={`account-letter${letter.from === "you" ? " account-letter--mine" : ""}${older ? " account-older" : ""}`}
      data-testid="portal-message"
      {...(first && FIRST_EARLIER)}
    >
      <p class="account-soft">
        <strong>{letter.from === "you" ? t("you") : <bdi>{letter.name}</bdi>}</strong>{" "}
        <time dateTime={letter.at}>{momentOf(letter.at, written(language))}</time>
      </p>
      <p
        class="govuk-body account-letter__text"
        {...(tongue ? { lang: tongue, dir: direction(tongue) } : { dir: "auto" as const })}
      >
        {shown ? letter.translation?.text : letter.text}
      </p>
      {letter.translation && (
        <p class="account-soft">
          {shown && `${t("translated")} · `}
          <button
            type="button"
            class="account-link"
            onClick={() => {
              if (!swapped.delete(letter.id)) swapped.add(letter.id);
              draw();
            }}
          >
            {t(shown ? "original" : "translation")}
          </button>
        </p>
      )}
      {letter.state && <p class="account-soft">{t(STATES[letter.state])}</p>}
    </li>
  );
}

export function AppointmentsPage() {
  const appointments = state.crime?.appointments ?? [];
  return (
    <Sheet title={t("appointmentsTitle")} back="crime">
      {appointments.length === 0 && <p class="govuk-body">{t("appointmentsNone")}</p>}
      <ul class="account-cards">
        {appointments.map((one) => (
          <Meeting key={one.id} one={one} />
        ))}
      </ul>
    </Sheet>
  );
}

const MEETINGS = {
  booked: "booked",
  changed: "changed",
  cancelled: "cancelled",
  change_requested: "changeRequested",
} as const;

function Meeting({ one }: { one: Appointment }) {
  return (
    <li class="account-card" data-testid="portal-appointment">
      <strong class="account-card__title">{momentOf(one.at, written(state.language))}</strong>
      <span class="account-card__what" dir="auto">
        {one.what}
      </span>
      <span dir="auto">{one.where}</span>
      <strong class="govuk-tag">{t(MEETINGS[one.state])}</strong>
      {one.can_change && (
        <Button
          testId="portal-change"
          secondary
          onClick={() => {
            state.appointment = one.id;
            go("change");
          }}
        >
          {t("ask")}
        </Button>
      )}
    </li>
  );
}

export function ChangePage() {
  return (
    <Sheet title={t("changeTitle")} back="appointments">
      <form
        noValidate
        onSubmit={(event) => {
          const value = sentBy(event);
          askForChange(value("reason"), value("wishes"));
        }}
      >
        <div class={`govuk-form-group${isWrong("reason") ? " govuk-form-group--error" : ""}`}>
          <label class="govuk-label govuk-label--s" for="reason">
            {t("reason")}
          </label>
          <FieldError field="reason" />
          <textarea
            class={wrongly("govuk-textarea", "reason")}
            id="reason"
            name="reason"
            rows={3}
            maxLength={500}
            dir="auto"
            {...described("reason")}
            {...PRIVATE}
          />
        </div>
        <div class="govuk-form-group">
          <label class="govuk-label govuk-label--s" for="wishes">
            {t("wishes")}
          </label>
          <textarea
            class="govuk-textarea"
            id="wishes"
            name="wishes"
            rows={3}
            maxLength={500}
            dir="auto"
            {...PRIVATE}
          />
        </div>
        <Button testId="portal-change-send">{t("changeSend")}</Button>
      </form>
    </Sheet>
  );
}
