/** Where the console signs in: GET /console/config.json, written at deployment. */

export interface CognitoConfig {
  readonly endpoint: string;
  readonly region: string;
  readonly client_id: string;
  readonly pool_id: string;
}

/** The force's own identity provider, reached through the user pool (OAuth code with PKCE). */
export interface FederationConfig {
  readonly authorize_url: string;
  readonly token_url: string;
  readonly client_id: string;
  readonly label: string;
}

export interface Config {
  readonly cognito: CognitoConfig;
  readonly federation: FederationConfig | null;
}

/** Raises when the file cannot be fetched or lacks what sign-in needs. */
export async function loadConfig(): Promise<Config> {
  const response = await fetch(`${import.meta.env.BASE_URL}config.json`, { cache: "no-store" });
  if (!response.ok) {
    throw new Error(`config.json: ${response.status}`);
  }
  const config = (await response.json()) as Partial<Config>;
  if (!config.cognito?.endpoint || !config.cognito.client_id) {
    throw new Error("config.json names no Cognito endpoint or client");
  }
  return { cognito: config.cognito, federation: config.federation ?? null };
}

/** The force's name as its visitors see it, for the header; `null` when it cannot be had (the console works without). */
export async function forceName(): Promise<string | null> {
  try {
    const response = await fetch("/chat/force", { cache: "no-store", credentials: "omit" });
    const force = response.ok ? ((await response.json()) as { name?: string }) : {};
    return force.name ?? null;
  } catch (error) {
    if (error instanceof TypeError || error instanceof SyntaxError) {
      return null; // No network, or no JSON: only the header's text depends on it.
    }
    throw error;
  }
}
