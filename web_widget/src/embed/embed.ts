/**
 * The one script tag on a force's page. It adds a quiet launcher and a closed panel; opening it lays a sandboxed
 * `srcdoc` frame over the page, which loads the chat from the host that this script came from. The frame has no
 * address of its own, and nothing here writes a cookie, storage or history entry.
 *
 * Attributes of the tag: `data-label` (the words on the launcher) and `data-exit` (where the quick exit goes).
 *
 * Chromium notes every page script of 1,024 characters or more, with its address, in its code cache on disk,
 * whatever the headers say. So what runs in the page is in three scripts, each shorter than that (the build
 * checks it): this one, `panel.ts` and `around.ts`. They know each other by the element `harbour-chat`.
 */

const tag = document.currentScript as HTMLScriptElement;
const host = new URL(tag.src).origin;

const place = document.createElement("harbour-chat");
const { label = "Chat with us", exit = "" } = tag.dataset;
place.dataset.exit = exit;
const shadow = place.attachShadow({ mode: "open" });

function made<K extends keyof HTMLElementTagNameMap>(name: K, words = ""): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  element.textContent = words;
  return element;
}

const launcher = made("button", label);
launcher.dataset.testid = "chat-launch";
// `panel.ts` shows it, when it can open.
launcher.hidden = true;

const panel = made("div");
// Until the chat draws its own way out, there is one under it.
panel.append(made("button", "Exit"));

const frame = made("iframe");
// Such a document is in UTF-8 and in standards mode without having to say so.
frame.srcdoc =
  "<html lang=en translate=no><meta name=referrer content=no-referrer>" +
  `<title>Chat</title><body><script src=${host}/${__CHAT_SCRIPT__}></script>`;
// In a template it loads nothing.
const store = made("template");
store.content.append(frame);
shadow.append(launcher, panel, store);

async function start(): Promise<void> {
  const style = await fetch(`${host}/${__PAGE_STYLE__}`, { cache: "no-store", credentials: "omit" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(await style.text());
  shadow.adoptedStyleSheets = [sheet];
  document.body.append(place);
  for (const path of [__PANEL_SCRIPT__, __AROUND_SCRIPT__]) {
    const script = made("script");
    script.src = `${host}/${path}`;
    document.body.append(script);
  }
}

void start();
