/** The box to write in, and when messages fade. */
import { h } from "../dom.ts";
import { t } from "../language.ts";
import { toEnd } from "../scroll.ts";
import { excess, say, write } from "../session.ts";
import { draw, state } from "../state.ts";

/** Seconds until messages fade; 0 is never. */
const CHOICES = [
  [0, TEXT.never],
  [10, TEXT.tenSeconds],
  [60, TEXT.oneMinute],
  [300, TEXT.fiveMinutes],
] as const;

export function Composer() {
  const { draft, problem, newBelow, dissolve } = state;
  return (
    // No form: the frame's sandbox lets nothing be submitted.
    <div class="foot">
      {newBelow && (
        <button class="link" onclick={toEnd}>
          {t(TEXT.newBelow)} ↓
        </button>
      )}
      {t(TEXT.dissolve) && <Dissolve />}
      <p role="status" class="meta">
        {!!dissolve && t(TEXT.dissolveText)}
      </p>
      <p id="problem" role="alert">
        {!!problem && t(problem, { n: excess(draft) })}
      </p>
      <div class="bar">
        <textarea
          data-testid="chat-input"
          rows="1"
          value={draft}
          placeholder={t(TEXT.write)}
          aria-label={t(TEXT.write)}
          aria-invalid={!!problem}
          aria-describedby="problem"
          dir="auto"
          autocomplete="off"
          autocorrect="off"
          spellcheck="false"
          data-gramm="false"
          oninput={(event: InputEvent) => write((event.target as HTMLTextAreaElement).value)}
          onkeydown={sendByEnter}
        />
        <button class="primary" data-testid="chat-send" onclick={say}>
          {t(TEXT.send)}
        </button>
      </div>
    </div>
  );
}

/** Where there is a real keyboard, Enter sends; on a phone, and with Shift, it makes a new line. */
function sendByEnter(event: KeyboardEvent): void {
  if (
    event.key !== "Enter" ||
    event.shiftKey ||
    event.isComposing ||
    !matchMedia("(pointer: fine)").matches
  ) {
    return;
  }
  event.preventDefault();
  say();
}

function Dissolve() {
  return (
    <label class="tools">
      {t(TEXT.dissolve)}
      <select
        data-testid="dissolve"
        onchange={(event: Event) => {
          state.dissolve = Number((event.target as HTMLSelectElement).value);
          showAgain();
        }}
      >
        {CHOICES.map(([seconds, words]) => (
          <option key={seconds} value={`${seconds}`} selected={seconds === state.dissolve}>
            {t(words)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** All messages are on the screen again, and fade after the chosen time from now. */
export function showAgain(): void {
  state.shownAt.clear();
  draw();
}
