/** After the conversation: what happens next, how to come back, and a question that need not be answered. */
import { h } from "../dom.ts";
import { t } from "../language.ts";
import { tell } from "../page.ts";
import { state } from "../state.ts";
import { Danger, Helplines } from "./help.tsx";
import { SafetyQuestion } from "./welcome.tsx";

export function Ended() {
  const { safeAfter } = state;
  return (
    <section>
      <h2>{t(TEXT.next)}</h2>
      <p>{t(TEXT.nextText)}</p>
      <p>{t(TEXT.comeBack)}</p>
      <SafetyQuestion question={t(TEXT.feelSafe)} about="safeAfter" />
      <div role="status">
        {safeAfter === 0 && t(TEXT.thanks)}
        {!!safeAfter && <Danger />}
        {!!safeAfter && <Helplines />}
      </div>
      <button class="primary" onclick={() => tell("close")}>
        {t(TEXT.close)}
      </button>
    </section>
  );
}
