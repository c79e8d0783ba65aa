import { render } from "preact";
import { comeBack, lookForOtherWays, speak } from "./actions.ts";
import { keepSafe } from "./safety.ts";
import { draw, drawWith, forget, state } from "./state.ts";
import { App } from "./views/App.tsx";
import { direction, preferred, written } from "./words.ts";
import "./styles.scss";

/** What GOV.UK One Login put into the address leaves it before anything else happens. It works once. */
const query = location.search;
if (query) history.replaceState(null, "", location.pathname + location.hash);

const root = document.getElementById("account");
if (root === null) throw new Error("index.html has no #account");

/**
 * The invitation is behind the # and reaches no server; it leaves the address at once. The browser's history may keep
 * it, where it is of no use: it works once, and proves nothing.
 */
function takeInvitation(): void {
  const invitation = /^#i=([\w-]{20,100})$/.exec(location.hash)?.[1];
  if (location.hash) history.replaceState(null, "", location.pathname);
  if (!invitation || state.accessToken) return;
  forget();
  state.invitation = invitation;
}

takeInvitation();

drawWith(() => {
  document.documentElement.lang = written(state.language);
  document.documentElement.dir = direction(written(state.language));
  // The chat lies over the page: nothing under it is seen, or reached by a key.
  root.hidden = state.chatting;
  render(<App />, root);
});
root.replaceChildren();
keepSafe();
// A link that is opened while the page is there already changes only what is behind the #.
addEventListener("hashchange", () => {
  takeInvitation();
  draw();
});
render(<App />, root);
const language = preferred(navigator.languages);
if (language !== "en") speak(language);
comeBack(query);
void lookForOtherWays();
