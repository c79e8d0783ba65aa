// The pages work without this. With it they show by themselves what came, and only the fields that a kind needs.
"use strict";

const EVERY = 1500;

/** Whether somebody is writing there: then it stays as it is. */
function inUse(part) {
  if (part.contains(document.activeElement) && document.activeElement.matches("textarea, input, select")) return true;
  if (part.querySelector("details[open]")) return true;
  return [...part.querySelectorAll("textarea")].some((field) => field.value !== field.defaultValue);
}

/** What an element is to who stands on it, whatever was built anew around it. */
function nameOf(element) {
  return [element.getAttribute("aria-label") ?? element.textContent, element.form?.action ?? element.href].join("\n");
}

/** Puts what is new into a part; who stands on a button or link of it with the keyboard stays there. */
function renew(part, now) {
  const held = part.contains(document.activeElement) ? nameOf(document.activeElement) : null;
  // The region itself stays, so that a screen reader hears what is new in it.
  part.dataset.mark = now.dataset.mark;
  part.replaceChildren(...[...now.childNodes].map((node) => document.importNode(node, true)));
  if (held === null) return;
  const same = [...part.querySelectorAll("a, button, summary")].find((element) => nameOf(element) === held);
  same?.focus({ preventScroll: true });
}

async function look() {
  try {
    const answer = await fetch(location.pathname, { cache: "no-store" });
    if (answer.ok) {
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of document.querySelectorAll("[data-live]")) {
        const now = fresh.getElementById(part.id);
        if (now && now.dataset.mark !== part.dataset.mark && !inUse(part)) renew(part, now);
      }
    }
  } catch {
    // Nobody answers: the next look tells.
  }
  setTimeout(look, EVERY);
}

function onlyWhatIsNeeded(kind) {
  const form = kind.form;
  const touched = new Set();
  form.addEventListener("input", (event) => touched.add(event.target.name));
  const choose = () => {
    const option = kind.selectedOptions[0];
    const wants = (option?.dataset.wants ?? "").split(" ");
    for (const label of form.querySelectorAll("[data-field]")) {
      const name = label.dataset.field;
      label.hidden = !wants.includes(name);
      const example = option?.dataset[name];
      if (example && !touched.has(name)) form.elements[name].value = example;
    }
  };
  kind.addEventListener("change", choose);
  choose();
}

const kind = document.querySelector("select[name=kind]");
if (kind) onlyWhatIsNeeded(kind);
setTimeout(look, EVERY);
