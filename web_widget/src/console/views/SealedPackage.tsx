/** The sealed transcript: a link that works for minutes, and the checksum that the download must have. */

import { useEffect, useState } from "preact/hooks";
import { ApiError } from "../api";
import type { SealedPackage as Package } from "../protocol";
import { fullTime } from "../waiting";
import { useDesk } from "./context";
import { Button, Spinner } from "./pieces";

/** The server signs links for 5 minutes. */
const LINK_LASTS_MS = 4.5 * 60_000;
const ASK_AGAIN_MS = 5_000;
/** Sealing is retried for hours when storage is down; nobody should watch that long. */
const MOST_ASKS = 24;

type Known =
  | { readonly is: "asking" }
  | { readonly is: "sealing" | "late" | "old" }
  | { readonly is: "failed"; readonly words: string }
  | { readonly is: "sealed"; readonly sealed: Package };

interface SealedPackageProps {
  readonly conversation: string;
  /** A reason of the force's, where the conversation was somebody else's. */
  readonly why?: string;
  /** The level that fits where it stands. */
  readonly heading: "h2" | "h3";
}

export function SealedPackage({ conversation, why = "", heading: Heading }: SealedPackageProps) {
  const desk = useDesk();
  const [known, setKnown] = useState<Known>({ is: "asking" });
  const [asks, setAsks] = useState(0);

  useEffect(() => {
    let here = true;
    let timer = 0;
    const ask = async () => {
      try {
        const sealed = await desk.api.sealedPackage(conversation, why);
        if (here) {
          setKnown({ is: "sealed", sealed });
          timer = window.setTimeout(() => setKnown({ is: "old" }), LINK_LASTS_MS);
        }
      } catch (error) {
        if (!(error instanceof ApiError)) {
          throw error;
        }
        if (!here) {
          return;
        }
        if (error.code !== "not_sealed") {
          setKnown({ is: "failed", words: error.message });
        } else if (asks >= MOST_ASKS) {
          setKnown({ is: "late" });
        } else {
          setKnown({ is: "sealing" });
          timer = window.setTimeout(() => setAsks((n) => n + 1), ASK_AGAIN_MS);
        }
      }
    };
    void ask();
    return () => {
      here = false;
      window.clearTimeout(timer);
    };
  }, [desk, conversation, why, asks]);

  const again = (words: string, label: string) => (
    <p class="govuk-body-s">
      {words}{" "}
      <Button look="plain" onClick={() => setAsks(asks + 1)}>
        {label}
      </Button>
    </p>
  );
  return (
    <div class="sealed" aria-live="polite">
      <Heading class="sealed__title">Sealed transcript</Heading>
      {known.is === "asking" && <Spinner>Looking for the package</Spinner>}
      {known.is === "sealing" && <Spinner>It is being sealed. This takes a moment.</Spinner>}
      {known.is === "late" &&
        again("Sealing takes longer than usual. Nothing is lost: it goes on by itself.", "Look again")}
      {known.is === "failed" && again(known.words, "Try again")}
      {known.is === "old" && again("The link has run out.", "Make a new link")}
      {known.is === "sealed" && (
        <>
          <p class="govuk-body-s sealed__link">
            {/* In a tab of its own: this page must not go away, the session lives in it. */}
            <a
              class="govuk-link"
              data-testid="package-download"
              href={known.sealed.url}
              target="_blank"
              rel="noopener noreferrer"
              download={known.sealed.name}
            >
              Download the sealed package
            </a>
            <span class="quiet"> {known.sealed.name}. The link works for 5 minutes.</span>
          </p>
          <p class="govuk-body-s sealed__sum">
            Sealed {fullTime(known.sealed.sealed_at)}. SHA-256 <code>{known.sealed.sha256}</code>
          </p>
        </>
      )}
    </div>
  );
}
