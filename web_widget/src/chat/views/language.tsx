/** The first screen: languages in their own script. */
import { h } from "../dom.ts";
import { offered, t } from "../language.ts";
import { chooseLanguage } from "../session.ts";
import { draw, state } from "../state.ts";

export function Language() {
  const { search, failed, language } = state;
  const found = offered(search);
  return (
    <main>
      <h1 tabindex="-1">{t(TEXT.language)}</h1>
      <p role="alert">{failed && t(TEXT.failed)}</p>
      <label>
        {t(TEXT.search)}
        <input
          type="search"
          value={search}
          autocomplete="off"
          autocorrect="off"
          spellcheck="false"
          oninput={(event: InputEvent) => {
            state.search = (event.target as HTMLInputElement).value;
            draw();
          }}
        />
      </label>
      <p role="status">{!found.length && t(TEXT.noLanguage)}</p>
      <ul class="languages">
        {(found.length ? found : offered("")).map(([code, endonym]) => (
          <li key={code}>
            <button
              data-testid={`language-${code}`}
              lang={code}
              aria-busy={failed === false && language === code && "true"}
              onclick={() => chooseLanguage(code)}
            >
              {endonym}
            </button>
          </li>
        ))}
      </ul>
    </main>
  );
}
