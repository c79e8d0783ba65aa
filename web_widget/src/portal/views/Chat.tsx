/** The live chat, about this crime: in a frame of its own, as on a force's page. */
import { useEffect, useRef, useState } from "preact/hooks";
import { admission, go } from "../actions.ts";
import { leave } from "../safety.ts";
import { Button, Sheet, t } from "./parts.tsx";

export function ChatPage() {
  const place = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  useEffect(() => {
    if (!open || !place.current) return;
    const frame = document.createElement("iframe");
    frame.title = "Chat";
    frame.className = "account-chat";
    frame.setAttribute("sandbox", "allow-scripts");
    let gone = false;
    const listen = ({ source, data }: MessageEvent) => {
      if (source !== frame.contentWindow) return;
      if (data?.harbour === "exit") leave();
      if (data?.harbour === "close") go("crime");
    };
    addEventListener("message", listen);
    void admission().then((found) => {
      if (!found || gone) return;
      // The frame has no address, so nothing of this is in any history; its name is how it learns of the ticket.
      frame.name = JSON.stringify(found);
      frame.srcdoc =
        "<!doctype html><html lang=en translate=no><meta charset=utf-8><meta name=referrer content=no-referrer>" +
        `<title>Chat</title><body><script src=${location.origin}${__CHAT_SCRIPT__}></script>`;
      place.current?.append(frame);
    });
    return () => {
      gone = true;
      removeEventListener("message", listen);
      frame.remove();
    };
  }, [open]);
  return (
    <Sheet title={t("chat")} back="crime">
      {open ? (
        <div ref={place} />
      ) : (
        <>
          <p class="govuk-body">{t("chatText")}</p>
          <Button testId="portal-chat-open" onClick={() => setOpen(true)}>
            {t("chat")}
          </Button>
        </>
      )}
    </Sheet>
  );
}
