/** The secret of an authenticator app as a picture to scan and as a key to type. Made here: it goes to nobody. */

import { useEffect, useState } from "preact/hooks";

const QUIET_ZONE = 4;

export function SecretCode({ secret, username }: { readonly secret: string; readonly username: string }) {
  const [picture, setPicture] = useState<Picture | null>(null);
  useEffect(() => {
    let wanted = true;
    void pictureOf(authenticatorUrl(secret, username)).then((made) => wanted && setPicture(made));
    return () => {
      wanted = false;
    };
  }, [secret, username]);
  return (
    <div class="secret">
      {picture && (
        <svg
          class="secret__picture"
          viewBox={`0 0 ${picture.size} ${picture.size}`}
          role="img"
          aria-label="QR code"
        >
          <rect width="100%" height="100%" fill="#fff" />
          <path d={picture.path} fill="#000" shape-rendering="crispEdges" />
        </svg>
      )}
      <p class="govuk-body">
        Key: <code class="secret__key">{secret.replace(/(.{4})/g, "$1 ").trim()}</code>
      </p>
    </div>
  );
}

interface Picture {
  readonly size: number;
  readonly path: string;
}

/** `otpauth://` as authenticator apps read it. */
export function authenticatorUrl(secret: string, username: string): string {
  const issuer = "Harbour console";
  const query = new URLSearchParams({ secret, issuer }).toString().replaceAll("+", "%20");
  return `otpauth://totp/${encodeURIComponent(`${issuer}:${username}`)}?${query}`;
}

async function pictureOf(text: string): Promise<Picture> {
  const { create } = await import("qrcode"); // Only who sets up an app needs it.
  const { modules } = create(text, { errorCorrectionLevel: "M" });
  let path = "";
  for (let row = 0; row < modules.size; row += 1) {
    for (let column = 0; column < modules.size; column += 1) {
      if (modules.get(row, column)) {
        path += `M${column + QUIET_ZONE} ${row + QUIET_ZONE}h1v1h-1z`;
      }
    }
  }
  return { size: modules.size + 2 * QUIET_ZONE, path };
}
