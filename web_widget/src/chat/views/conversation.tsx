/** The conversation: what was said, and the box to write in. */
import { type Message, type Notice, reading } from "../conversation.ts";
import { FADE_MS, timeLeft } from "../dissolve.ts";
import { h } from "../dom.ts";
import { clockTime, t } from "../language.ts";
import { nameOf } from "../languages.ts";
import { draw, state } from "../state.ts";
import { Composer, showAgain } from "./composer.tsx";
import { Ended } from "./ended.tsx";
import { Danger, Helplines } from "./help.tsx";

const HAPPENED = { joined: TEXT.joined, requeued: TEXT.requeued, returned: TEXT.returned };

export function Chat() {
  const { conversation, outbox } = state;
  const hidden = [...state.shownAt.values()].filter((at) => stays(at) <= -FADE_MS).length;
  return (
    <main>
      {!conversation.closedBy && <Introduction />}
      {hidden > 0 && <button onclick={showAgain}>{t(TEXT.hidden, { n: hidden })}</button>}
      <div role="log" aria-label={t(TEXT.messages)}>
        <ol>
          {conversation.entries.map((entry) =>
            entry.kind === "message" ? <Bubble message={entry} /> : <Happening notice={entry} />,
          )}
        </ol>
      </div>
      <ol>
        {outbox.waiting.map((text) => (
          <li class="message mine" data-testid="message">
            <p class="text" dir="auto">
              {text}
            </p>
            <p class="meta">{t(TEXT.unsent)}</p>
          </li>
        ))}
      </ol>
      {conversation.closedBy ? <Ended /> : <Composer />}
    </main>
  );
}

/** How long a message that was first on the screen at `shownAt` stays there, as `timeLeft` says it. */
function stays(shownAt: number | undefined): number {
  return timeLeft(shownAt, state.dissolve, Date.now());
}

/** How long it may take, said honestly, and where else help is. */
function Introduction() {
  const { onDuty, help, conversation } = state;
  const time = help?.reply_within;
  return (
    <div class="note">
      {!conversation.officer && [
        <p>{t(onDuty ? TEXT.waitingText : TEXT.offDutyText)}</p>,
        onDuty && help && <p>{time ? t(TEXT.waitTime, { time }) : t(TEXT.waitUnknown)}</p>,
      ]}
      <details open={!onDuty}>
        <summary>{t(TEXT.help)}</summary>
        <Danger />
        <Helplines />
      </details>
    </div>
  );
}

function Bubble({ message }: { message: Message }) {
  const { seq, who, at } = message;
  const left = stays(state.shownAt.get(seq));
  if (left <= -FADE_MS) return null;
  const mine = who === null;
  const fading = left <= 0;
  const shown = reading(message, state.language, state.swapped.has(seq));
  const swap = () => {
    if (!state.swapped.delete(seq)) state.swapped.add(seq);
    draw();
  };
  return (
    <li
      key={seq}
      class={`message${mine ? " mine" : ""}${fading ? " fading" : ""}`}
      aria-hidden={fading && "true"}
      data-testid="message"
    >
      <p class="meta">
        <bdi>{mine ? t(TEXT.you) : who}</bdi> · {clockTime(at)}
      </p>
      <p class="text" dir="auto" lang={shown.language}>
        {shown.text}
      </p>
      <p class="meta">
        {mine && t(state.seen >= seq ? TEXT.seen : TEXT.sent)}
        {mine && shown.other && " · "}
        {shown.from &&
          `${t(TEXT.translated, { language: shown.from === "en" ? t(TEXT.english) : nameOf(shown.from, state.language) })} · `}
        {shown.untranslated && t(TEXT.untranslated)}
        {shown.other && (
          <button class="link" onclick={swap}>
            {t(shown.language === message.language ? TEXT.translation : TEXT.original)}
          </button>
        )}
      </p>
    </li>
  );
}

function Happening({ notice: { seq, kind, officer } }: { notice: Notice }) {
  return (
    <li key={seq} class="meta happening">
      {t(HAPPENED[kind], { ...officer })}
    </li>
  );
}
