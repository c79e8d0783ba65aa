/** The way out, at the same place in every state and first in the order of Tab; below it, who is there. */
import { cover } from "../cover.ts";
import { h } from "../dom.ts";
import { leave } from "../exit.ts";
import { t } from "../language.ts";
import { tell } from "../page.ts";
import { end } from "../session.ts";
import { state } from "../state.ts";

const ENDED = { officer: TEXT.endedOfficer, visitor: TEXT.endedYou, silence: TEXT.endedSilence };

export function Top() {
  const { covered, screen, conversation } = state;
  const talking = screen === "chat";
  return [
    <div class="bar top">
      <button class="exit" data-testid="quick-exit" onclick={leave}>
        {t(covered ? TEXT.close : TEXT.exit)}
      </button>
      {!covered && (
        <button data-testid="cover" onclick={() => cover(true)}>
          {t(TEXT.cover)}
        </button>
      )}
      {/* Once there is a conversation, only Exit and End leave it: closing by mistake would lose it. */}
      {!covered && (!talking || conversation.closedBy) && (
        <button aria-label={t(TEXT.close)} onclick={() => tell("close")}>
          ×
        </button>
      )}
    </div>,
    !covered && talking && <Header />,
  ];
}

function Header() {
  const { onDuty, officerTyping, line, force } = state;
  const { officer, closedBy } = state.conversation;
  const connected = line === TEXT.connected;
  const nobody = line === TEXT.lost ? TEXT.police : onDuty ? TEXT.waiting : TEXT.offDuty;
  return (
    <header class="top">
      <h1 tabindex="-1">
        {officer && !closedBy ? (
          <bdi>{`${officer.name} · ${officer.collar}`}</bdi>
        ) : (
          t(closedBy ? ENDED[closedBy] : nobody, { force: force?.name })
        )}
      </h1>
      <div class="tools">
        <p role="status">
          {!closedBy &&
            (t(connected && officerTyping ? TEXT.typing : line, { number: force?.emergency }) ||
              t(TEXT.connecting))}
        </p>
        {connected && !closedBy && t(TEXT.end) && (
          <details>
            <summary>{t(TEXT.end)}</summary>
            {t(TEXT.endAsk)} <button onclick={end}>{t(TEXT.end)}</button>
          </details>
        )}
      </div>
    </header>
  );
}
