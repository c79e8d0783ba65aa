/** What lies over the chat: a shopping list that works. Its last line brings the chat back. */
import { cover } from "../cover.ts";
import { h } from "../dom.ts";
import { t } from "../language.ts";

export function Cover() {
  return (
    <main>
      <h1 tabindex="-1">{t(TEXT.list)}</h1>
      <ul>
        {t(TEXT.listItems)
          .split("|")
          .map((item) => (
            <li key={item}>
              <label class="bar">
                <input type="checkbox" />
                {item}
              </label>
            </li>
          ))}
      </ul>
      <button class="meta link" data-testid="uncover" onclick={() => cover(false)}>
        {t(TEXT.edited)}
      </button>
    </main>
  );
}
