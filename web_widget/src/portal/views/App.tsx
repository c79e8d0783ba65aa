/** The frame around every page: the way out first, then who you are, then the page. */
import { signOut, speak } from "../actions.ts";
import { cover, leave, stillHere } from "../safety.ts";
import { type Page, state } from "../state.ts";
import { ChatPage } from "./Chat.tsx";
import { ContactPage } from "./Contact.tsx";
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
      <header class="account-header">
        <div class="govuk-width-container account-header__row">
          <span class="account-header__name">{t("account")}</span>
          {state.accessToken && (
            <button type="button" class="account-link" data-testid="portal-sign-out" onClick={signOut}>
              {t("signOut")}
            </button>
          )}
          <Languages />
        </div>
      </header>
      <div class="govuk-width-container" aria-busy={state.busy}>
        {state.warned && (
          <div class="govuk-inset-text account-warning" role="alert">
            <h2 class="govuk-heading-m">{t("idleTitle")}</h2>
            <p class="govuk-body">{t("idleText")}</p>
            <Button onClick={stillHere}>{t("stay")}</Button>
          </div>
        )}
        <p class="govuk-visually-hidden" role="status">
          {state.busy ? t("loading") : ""}
        </p>
        <Current />
        {!reviewed(state.language) && <p class="account-soft account-unreviewed">{t("unreviewed")}</p>}
      </div>
    </>
  );
}

function Languages() {
  const ours = Object.entries(WRITTEN).map(([code, endonym]) => ({ code, endonym }));
  const others = (state.me?.languages ?? ours).filter(({ code }) => code !== "en" && code !== "cy");
  return (
    <div class="account-languages">
      {(["en", "cy"] as const).map((code) => (
        <button
          key={code}
          type="button"
          class="account-link"
          lang={code}
          data-testid={`portal-language-${code}`}
          aria-pressed={state.language === code}
          onClick={() => speak(code)}
        >
          {code === "en" ? "English" : "Cymraeg"}
        </button>
      ))}
      {others.length > 0 && (
        <select
          class="govuk-select account-other"
          aria-label={t("otherLanguage")}
          data-testid="portal-language-other"
          value={others.some(({ code }) => code === state.language) ? state.language : ""}
          onChange={(event) => event.currentTarget.value && speak(event.currentTarget.value)}
        >
          <option value="">{t("otherLanguage")}</option>
          {others.map(({ code, endonym }) => (
            <option key={code} value={code} lang={code} data-testid={`portal-language-${code}`}>
              {endonym}
            </option>
          ))}
        </select>
      )}
    </div>
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
