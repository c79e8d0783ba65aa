/** Who this is, whether it is safe, what happens to what is written. Nothing has to be answered to go on. */
import { h } from "../dom.ts";
import { clockTime, t } from "../language.ts";
import { start } from "../session.ts";
import { draw, type Safety, state } from "../state.ts";
import { Danger, Helplines } from "./help.tsx";

const ANSWERS = [TEXT.yes, TEXT.notSure, TEXT.no];
const ADVICE = [TEXT.safeYes, TEXT.safeNotSure, TEXT.safeNo] as const;

/** Yes, not sure or no, as three buttons; none of them has to be pressed. */
export function SafetyQuestion({ question, about }: { question: string; about: "safe" | "safeAfter" }) {
  return (
    <fieldset>
      <legend>{question}</legend>
      <div class="bar">
        {ANSWERS.map((words, answer) => (
          <button
            key={answer}
            aria-pressed={`${state[about] === answer}`}
            onclick={() => {
              state[about] = answer as Safety;
              draw();
            }}
          >
            {t(words)}
          </button>
        ))}
      </div>
    </fieldset>
  );
}

export function Welcome() {
  const { force, safe, language, onDuty } = state;
  const opens = force?.opens;
  return (
    <main>
      <h1 tabindex="-1">{t(TEXT.police, { force: force?.name })}</h1>
      <p>
        {t(TEXT.answering, { who: (language === "en" && force?.answering) || t(TEXT.officers) })}{" "}
        {t(TEXT.names)}
      </p>
      {!onDuty && (
        <section class="note">
          <h2>{t(TEXT.offDuty)}</h2>
          {opens && (
            <p>{t(TEXT.open, { when: `${clockTime(opens.from, "long")} – ${clockTime(opens.to)}` })}</p>
          )}
          <p>{t(TEXT.offDutyText)}</p>
        </section>
      )}
      <SafetyQuestion question={t(TEXT.safe)} about="safe" />
      <p class="note" role="status">
        {safe !== undefined && t(ADVICE[safe])}
      </p>
      <Danger />
      {!onDuty && <Helplines />}
      <h2>{t(TEXT.fast)}</h2>
      <p>{t(TEXT.exitHelp)}</p>
      <p>{t(TEXT.coverHelp, { edited: t(TEXT.edited) })}</p>
      <h2>{t(TEXT.record)}</h2>
      <p>{t(TEXT.recordText)}</p>
      <p>{t(TEXT.traceText)}</p>
      {!state.locale?.[0] && <p class="meta">{t(TEXT.unreviewed)}</p>}
      <div class="foot">
        <button class="primary" data-testid="start-chat" onclick={start}>
          {t(onDuty ? TEXT.start : TEXT.leaveMessage)}
        </button>
      </div>
    </main>
  );
}
