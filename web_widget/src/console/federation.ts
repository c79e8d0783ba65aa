/**
 * Sign-in through the force's own identity provider: OAuth 2 authorisation code with PKCE (RFC 7636). State and verifier
 * wait in sessionStorage while the browser is away, and are removed as soon as it is back.
 */

import { SessionOver, SignInRefused, type Tokens } from "./auth";
import type { FederationConfig } from "./config";

const PENDING = "harbour.console.sign-in";

interface Pending {
  readonly state: string;
  readonly verifier: string;
}

/** Leaves this page for the identity provider. */
export async function leaveForProvider(config: FederationConfig): Promise<void> {
  const pending: Pending = { state: randomText(), verifier: randomText() };
  sessionStorage.setItem(PENDING, JSON.stringify(pending));
  const challenge = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(pending.verifier));
  const url = new URL(config.authorize_url);
  url.search = new URLSearchParams({
    response_type: "code",
    client_id: config.client_id,
    redirect_uri: redirectUri(),
    scope: "openid profile",
    state: pending.state,
    code_challenge: base64url(new Uint8Array(challenge)),
    code_challenge_method: "S256",
  }).toString();
  location.assign(url);
}

/**
 * Tokens if the browser has just come back from the identity provider, `null` if it has not. The answer is taken out of
 * the address bar and the history first.
 *
 * Throws `SignInRefused` when the provider refused, or the answer is not to a question of this tab.
 */
export async function backFromProvider(config: FederationConfig): Promise<Tokens | null> {
  const answer = new URLSearchParams(location.search);
  const kept = sessionStorage.getItem(PENDING);
  sessionStorage.removeItem(PENDING);
  if (!answer.has("code") && !answer.has("error")) {
    return null;
  }
  history.replaceState(null, "", import.meta.env.BASE_URL);
  const pending = kept === null ? null : (JSON.parse(kept) as Pending);
  if (pending === null || answer.get("state") !== pending.state) {
    throw new SignInRefused("That sign-in was not started here. Start again.", null, true);
  }
  const code = answer.get("code");
  if (code === null) {
    throw new SignInRefused(
      `${config.label} refused to sign you in. ${answer.get("error_description") ?? ""}`.trim(),
      null,
      true,
    );
  }
  return await exchanged(config, {
    grant_type: "authorization_code",
    code,
    redirect_uri: redirectUri(),
    code_verifier: pending.verifier,
  });
}

/** Throws `SessionOver` when the provider no longer renews the session. */
export async function refreshFederated(config: FederationConfig, tokens: Tokens): Promise<Tokens> {
  if (tokens.refresh === null) {
    throw new SessionOver();
  }
  try {
    const renewed = await exchanged(config, { grant_type: "refresh_token", refresh_token: tokens.refresh });
    return { ...renewed, refresh: renewed.refresh ?? tokens.refresh };
  } catch (error) {
    throw error instanceof SignInRefused && error.restart ? new SessionOver() : error;
  }
}

async function exchanged(config: FederationConfig, form: Readonly<Record<string, string>>): Promise<Tokens> {
  let response: Response;
  try {
    response = await fetch(config.token_url, {
      method: "POST",
      body: new URLSearchParams({ client_id: config.client_id, ...form }),
      cache: "no-store",
      credentials: "omit",
      signal: AbortSignal.timeout(20_000),
    });
  } catch (error) {
    if (error instanceof TypeError || error instanceof DOMException) {
      throw new SignInRefused(`${config.label} cannot be reached. Check the connection and try again.`, null);
    }
    throw error;
  }
  if (!response.ok) {
    throw new SignInRefused(`${config.label} did not confirm the sign-in. Start again.`, null, true);
  }
  const answer = (await response.json()) as {
    readonly id_token: string;
    readonly access_token: string;
    readonly refresh_token?: string;
    readonly expires_in: number;
  };
  return {
    id: answer.id_token,
    access: answer.access_token,
    refresh: answer.refresh_token ?? null,
    expiresAt: Date.now() + answer.expires_in * 1000,
    by: "federation",
  };
}

function redirectUri(): string {
  return new URL(import.meta.env.BASE_URL, location.href).href;
}

function randomText(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}
