/**
 * The live chat about a crime: the same frame as on a force's page, over everything else, with its own ways out.
 * It has no address, so nothing of it is in any history; its name is how it learns of its conversation.
 */
import type { FrameSignal, PageSignal } from "../common/bridge.ts";
import type { Admission } from "./protocol.ts";

export interface ChatEvents {
  /** The person closed the chat. */
  closed(): void;
  /** The person left by the chat's own quick exit; it has said so to the police. */
  left(): void;
}

let frame: HTMLIFrameElement | null = null;
let on: ChatEvents | null = null;

export function openChat(into: Admission, events: ChatEvents): void {
  closeChat();
  on = events;
  frame = document.createElement("iframe");
  frame.title = "Chat";
  frame.className = "account-chat";
  frame.setAttribute("sandbox", "allow-scripts");
  const { conversation, resume } = into;
  frame.name = JSON.stringify({ conversation, resume });
  frame.srcdoc =
    "<!doctype html><html lang=en translate=no><meta charset=utf-8><meta name=referrer content=no-referrer>" +
    `<title>Chat</title><body><script src=${location.origin}${__CHAT_SCRIPT__}></script>`;
  addEventListener("message", listen);
  document.body.append(frame);
}

/** Hides the chat at once and lets it say goodbye. False: there is none. */
export function dismissChat(): boolean {
  if (!frame) return false;
  frame.hidden = true;
  const signal: PageSignal = { harbour: "exit" };
  frame.contentWindow?.postMessage(signal, "*");
  return true;
}

/** Takes the chat off the page. Nothing of it stays. */
export function closeChat(): void {
  removeEventListener("message", listen);
  frame?.remove();
  frame = null;
  on = null;
}

function listen({ source, data }: MessageEvent<FrameSignal>): void {
  if (!frame || source !== frame.contentWindow) return;
  const told = on;
  if (data.harbour === "ready") frame.focus();
  if (data.harbour === "close" || data.harbour === "exit") closeChat();
  if (data.harbour === "close") told?.closed();
  if (data.harbour === "exit") told?.left();
}
