/** What to do in danger, and who else can help. */
import { h } from "../dom.ts";
import { t } from "../language.ts";
import { state } from "../state.ts";

export function Danger() {
  const number = state.force?.emergency;
  return (
    <section class="note danger">
      <h2>{t(TEXT.danger)}</h2>
      <p>
        <strong>{t(TEXT.call, { number })}</strong>
      </p>
      <p>{t(TEXT.silent, { number })}</p>
    </section>
  );
}

/** The lines are the force's own text, in its own language. Nothing while they are not here. */
export function Helplines() {
  const { help, force } = state;
  const { helplines } = help ?? force ?? {};
  if (!helplines) return null;
  return (
    <section>
      <h2>{t(TEXT.helplines)}</h2>
      <ul class="helplines" lang="en" dir="ltr">
        {helplines.map((line) => (
          <li key={line.name}>
            <b>{line.name}</b>
            <strong>{line.phone}</strong>
            {line.text && <span>{line.text}</span>}
            <span>
              {line.hours && `${line.hours} · `}
              {line.for}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
