/** Before the live chat about this crime. */
import { openCrimeChat } from "../safety.ts";
import { Button, Sheet, t } from "./parts.tsx";

export function ChatPage() {
  return (
    <Sheet title={t("chat")} back="crime">
      <p class="govuk-body">{t("chatText")}</p>
      <Button testId="portal-chat-open" onClick={openCrimeChat}>
        {t("chatOpen")}
      </Button>
    </Sheet>
  );
}
