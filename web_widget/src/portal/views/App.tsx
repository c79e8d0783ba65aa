/** The frame around every page: the way out first, then one row of what is there on every page, then the page. */
import { useRef, useState } from "preact/hooks";
import { goHome, signOut, speak, understood } from "../actions.ts";
import { cover, leave, stillHere } from "../safety.ts";
import { type Page, state } from "../state.ts";
import { ChatPage } from "./Chat.tsx";
import {
  ChannelPage,
  CodeWordPage,
  ConfirmPage,
  ContactPage,
  HoursPage,
  LanguagePage,
  SafePage,
} from "./Contact.tsx";
import { CrimePage, CrimesPage } from "./Crime.tsx";
import { AdvicePage, RecordPage, RightsPage, SupportPage } from "./Guidance.tsx";
import { AppointmentsPage, ChangePage, MessagesPage } from "./Messages.tsx";
import { reviewed, WRITTEN } from "../words.ts";
import { Button, t } from "./parts.tsx";
import { CodePage, DevicesPage, StartPage, VisitsPage } from "./SignIn.tsx";

const PAGES: Readonly<Record<Page, () => preact.JSX.Element>> = {
  start: StartPage,
  code: CodePage,
  devices: DevicesPage,
  crimes: CrimesPage,
  crime: CrimePage,
  messages: MessagesPage,
  appointments: AppointmentsPage,
  change: ChangePage,
  support: SupportPage,
  rights: RightsPage,
  advice: AdvicePage,
  contact: ContactPage,
  safe: SafePage,
  channel: ChannelPage,
  hours: HoursPage,
  language: LanguagePage,
  code_word: CodeWordPage,
  confirm: ConfirmPage,
  record: RecordPage,
  visits: VisitsPage,
  chat: ChatPage,
};

export function App() {
  if (state.covered) return <Cover />;
  const Current = PAGES[state.page];
  return (
    <>
      <div class="account-ways" dir="ltr">
        <button type="button" class="account-exit" data-testid="quick-exit" onClick={leave}>
          {t("exit")}
        </button>
        <button type="button" class="account-cover" data-testid="cover" onClick={() => cover(true)}>
          {t("cover")}
        </button>
      </div>
      <Header />
      <div class="govuk-width-container" aria-busy={state.busy}>
        {state.warned && (
          <div class="govuk-inset-text account-warning" role="alert">
            <h2 class="govuk-heading-m">{t("idleTitle")}</h2>
            <p class="govuk-body">{t("idleText")}</p>
            <Button onClick={stillHere}>{t("stay")}</Button>
          </div>
        )}
        {state.ending && !state.warned && (
          <div class="govuk-inset-text account-warning" role="alert">
            <h2 class="govuk-heading-m">{t("endTitle")}</h2>
            <p class="govuk-body">{t("endText")}</p>
            <Button secondary testId="portal-understood" onClick={understood}>
              {t("understood")}
            </Button>
          </div>
        )}
        <p class="account-busy" role="status">
          {state.busy ? t("loading") : ""}
        </p>
        <Current />
        {!reviewed(state.language) && (
          <footer class="account-soft account-unreviewed">{t("unreviewed")}</footer>
        )}
      </div>
    </>
  );
}

function Header() {
  const [open, setOpen] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const first = Object.entries(WRITTEN).map(([code, endonym]) => ({ code, endonym }));
  const others = (state.me?.languages ?? []).filter(({ code }) => !(code in WRITTEN));
  const languages = [...first, ...others.sort((one, other) => one.endonym.localeCompare(other.endonym))];
  const current = languages.find(({ code }) => code === state.language) ?? first[0];
  function close(): void {
    setOpen(false);
    opener.current?.focus();
  }
  return (
    <header class="account-header" onKeyDown={({ key }) => open && key === "Escape" && close()}>
      <div class="govuk-width-container account-header__row">
        {state.accessToken ? (
          <button type="button" class="account-link" data-testid="portal-home" onClick={goHome}>
            <strong>{t("account")}</strong>
          </button>
        ) : (
          <strong>{t("account")}</strong>
        )}
        <span class="account-header__tools">
          <button
            type="button"
            class="account-link account-opener"
            ref={opener}
            aria-expanded={open}
            aria-controls="languages"
            data-testid="portal-language"
            onClick={() => setOpen(!open)}
          >
            <span class="govuk-visually-hidden">{t("languages")}: </span>
            <span lang={current?.code}>{current?.endonym}</span>
          </button>
          {state.accessToken && (
            <button
              type="button"
              class="account-link"
              data-testid="portal-sign-out"
              onClick={() => void signOut()}
            >
              {t("signOut")}
            </button>
          )}
        </span>
      </div>
      <ul class="govuk-width-container account-languages" id="languages" hidden={!open}>
        {languages.map(({ code, endonym }) => (
          <li key={code}>
            <button
              type="button"
              class="account-link"
              lang={code}
              data-testid={`portal-language-${code}`}
              aria-pressed={state.language === code}
              onClick={() => {
                close();
                speak(code);
              }}
            >
              {endonym}
            </button>
          </li>
        ))}
      </ul>
    </header>
  );
}

function Cover() {
  return (
    <main class="account-list">
      <button type="button" class="account-list__close" data-testid="quick-exit" onClick={leave}>
        {t("close")}
      </button>
      <h1>{t("list")}</h1>
      <ul>
        {t("listItems")
          .split("|")
          .map((item) => (
            <li key={item}>
              <label>
                <input type="checkbox" /> {item}
              </label>
            </li>
          ))}
      </ul>
      <button type="button" class="account-list__edited" data-testid="uncover" onClick={() => cover(false)}>
        {t("edited")}
      </button>
    </main>
  );
}
