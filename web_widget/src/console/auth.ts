/**
 * Sign-in of officers: Cognito's JSON API by fetch, password and authenticator code. Tokens live in memory only, so a
 * reload means to sign in again. Challenges: SOFTWARE_TOKEN_MFA, NEW_PASSWORD_REQUIRED, MFA_SETUP.
 */

import type { CognitoConfig } from "./config";

export interface Tokens {
  readonly id: string;
  readonly access: string;
  readonly refresh: string | null;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly by: "password" | "federation";
}

/** What sign-in came to. */
export type SignIn =
  | { readonly step: "done"; readonly tokens: Tokens }
  | { readonly step: "code"; readonly session: string; readonly username: string }
  | { readonly step: "new_password"; readonly session: string; readonly username: string }
  | { readonly step: "set_up"; readonly session: string; readonly username: string; readonly secret: string };

export type SignInField = "username" | "password" | "code" | "new_password";

/** A refusal in words for the officer, with the field it is about. */
export class SignInRefused extends Error {
  override readonly name = "SignInRefused";
  readonly field: SignInField | null;
  /** The sign-in has to start again: its session is over. */
  readonly restart: boolean;

  constructor(message: string, field: SignInField | null, restart = false) {
    super(message);
    this.field = field;
    this.restart = restart;
  }
}

/** The session cannot be renewed: the officer has to sign in again. */
export class SessionOver extends Error {
  override readonly name = "SessionOver";
}

interface AuthenticationResult {
  readonly IdToken: string;
  readonly AccessToken: string;
  readonly RefreshToken?: string;
  readonly ExpiresIn: number;
}

interface AuthAnswer {
  readonly AuthenticationResult?: AuthenticationResult;
  readonly ChallengeName?: string;
  readonly ChallengeParameters?: Readonly<Record<string, string>>;
  readonly Session?: string;
}

class CognitoError extends Error {
  override readonly name = "CognitoError";
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

export class Cognito {
  readonly #config: CognitoConfig;

  constructor(config: CognitoConfig) {
    this.#config = config;
  }

  /**
   * Password and, where the account asks for it, the code in one go.
   *
   * Throws `SignInRefused`; with no `code` given, answers `code` when one is asked for.
   */
  async signIn(username: string, password: string, code: string): Promise<SignIn> {
    const answer = await this.#asked(() =>
      this.#call<AuthAnswer>("InitiateAuth", {
        AuthFlow: "USER_PASSWORD_AUTH",
        ClientId: this.#config.client_id,
        AuthParameters: { USERNAME: username, PASSWORD: password },
      }),
    );
    const next = await this.#next(answer, username);
    return next.step === "code" && code !== "" ? await this.answerCode(next, code) : next;
  }

  async answerCode(
    at: { readonly session: string; readonly username: string },
    code: string,
  ): Promise<SignIn> {
    return await this.#respond("SOFTWARE_TOKEN_MFA", at, { SOFTWARE_TOKEN_MFA_CODE: digits(code) });
  }

  async answerNewPassword(
    at: { readonly session: string; readonly username: string },
    password: string,
  ): Promise<SignIn> {
    return await this.#respond("NEW_PASSWORD_REQUIRED", at, { NEW_PASSWORD: password });
  }

  /** Proves that the authenticator app holds the secret, and finishes the sign-in. */
  async answerSetUp(
    at: { readonly session: string; readonly username: string },
    code: string,
  ): Promise<SignIn> {
    const verified = await this.#asked(() =>
      this.#call<{ readonly Session?: string }>("VerifySoftwareToken", {
        Session: at.session,
        UserCode: digits(code),
        FriendlyDeviceName: "Authenticator app",
      }),
    );
    return await this.#respond("MFA_SETUP", { ...at, session: verified.Session ?? at.session }, {});
  }

  /** Throws `SessionOver` when the refresh token is no longer good, anything else when it can be tried again. */
  async refresh(tokens: Tokens): Promise<Tokens> {
    if (tokens.refresh === null) {
      throw new SessionOver();
    }
    try {
      const answer = await this.#call<AuthAnswer>("InitiateAuth", {
        AuthFlow: "REFRESH_TOKEN_AUTH",
        ClientId: this.#config.client_id,
        AuthParameters: { REFRESH_TOKEN: tokens.refresh },
      });
      if (!answer.AuthenticationResult) {
        throw new SessionOver();
      }
      return tokensFrom(answer.AuthenticationResult, tokens.refresh);
    } catch (error) {
      if (error instanceof CognitoError && OVER.has(error.type)) {
        throw new SessionOver();
      }
      throw error;
    }
  }

  /**
   * Ends this sign-in at Cognito: the refresh token and every token that came from it. Throws when it could not be
   * reached; a session that is over already is none to end.
   */
  async signOut(tokens: Tokens): Promise<void> {
    try {
      await (tokens.refresh === null
        ? this.#call("GlobalSignOut", { AccessToken: tokens.access })
        : this.#call("RevokeToken", { Token: tokens.refresh, ClientId: this.#config.client_id }));
    } catch (error) {
      if (!(error instanceof CognitoError && OVER.has(error.type))) {
        throw error;
      }
    }
  }

  async #respond(
    challenge: string,
    at: { readonly session: string; readonly username: string },
    responses: Readonly<Record<string, string>>,
  ): Promise<SignIn> {
    const answer = await this.#asked(() =>
      this.#call<AuthAnswer>("RespondToAuthChallenge", {
        ChallengeName: challenge,
        ClientId: this.#config.client_id,
        Session: at.session,
        ChallengeResponses: { USERNAME: at.username, ...responses },
      }),
    );
    return await this.#next(answer, at.username);
  }

  async #next(answer: AuthAnswer, username: string): Promise<SignIn> {
    if (answer.AuthenticationResult) {
      return { step: "done", tokens: tokensFrom(answer.AuthenticationResult, null) };
    }
    const session = answer.Session ?? "";
    const name = answer.ChallengeParameters?.USER_ID_FOR_SRP ?? username;
    switch (answer.ChallengeName) {
      case "SOFTWARE_TOKEN_MFA":
        return { step: "code", session, username: name };
      case "NEW_PASSWORD_REQUIRED":
        return { step: "new_password", session, username: name };
      case "MFA_SETUP": {
        const made = await this.#asked(() =>
          this.#call<{ readonly SecretCode: string; readonly Session?: string }>("AssociateSoftwareToken", {
            Session: session,
          }),
        );
        return { step: "set_up", session: made.Session ?? session, username: name, secret: made.SecretCode };
      }
      default:
        throw new SignInRefused(
          `Your account asks for a kind of sign-in that this console does not know (${answer.ChallengeName}). Ask your administrator.`,
          null,
          true,
        );
    }
  }

  async #asked<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw inWords(error);
    }
  }

  async #call<T = unknown>(operation: string, body: object): Promise<T> {
    const response = await fetch(`${this.#config.endpoint.replace(/\/$/, "")}/`, {
      method: "POST",
      headers: {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": `AWSCognitoIdentityProviderService.${operation}`,
      },
      body: JSON.stringify(body),
      cache: "no-store",
      credentials: "omit",
      signal: AbortSignal.timeout(20_000),
    });
    const answer = objectFrom(await response.text());
    if (!response.ok) {
      const type = String(
        answer.__type ?? response.headers.get("x-amzn-errortype") ?? `Http${response.status}`,
      );
      throw new CognitoError(
        type.split("#").at(-1)?.split(":", 1)[0] ?? type,
        String(answer.message ?? answer.Message ?? ""),
      );
    }
    return answer as T;
  }
}

/** An empty object for anything but JSON: a gateway in between may answer with a page of its own. */
function objectFrom(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    if (error instanceof SyntaxError) {
      return {};
    }
    throw error;
  }
}

const OVER: ReadonlySet<string> = new Set([
  "NotAuthorizedException",
  "UserNotFoundException",
  "UserNotConfirmedException",
  "PasswordResetRequiredException",
  "InvalidParameterException",
]);

const THROTTLED: ReadonlySet<string> = new Set([
  "TooManyRequestsException",
  "TooManyFailedAttemptsException",
  "LimitExceededException",
  "ThrottlingException",
  "Http429",
]);

/** Cognito's refusals in words. An unknown user and a wrong password read the same. */
export function inWords(error: unknown): unknown {
  if (error instanceof TypeError || (error instanceof DOMException && error.name === "TimeoutError")) {
    return new SignInRefused(
      "The sign-in service cannot be reached. Check the connection and try again.",
      null,
    );
  }
  if (!(error instanceof CognitoError)) {
    return error;
  }
  if (THROTTLED.has(error.type) || /attempts exceeded/i.test(error.message)) {
    return new SignInRefused("Too many attempts. Wait a few minutes, then try again.", null, true);
  }
  switch (error.type) {
    case "UserNotFoundException":
      return wrongPassword();
    case "NotAuthorizedException":
      return /session/i.test(error.message)
        ? new SignInRefused("You took too long. Sign in again from the start.", null, true)
        : wrongPassword();
    case "CodeMismatchException":
    case "EnableSoftwareTokenMFAException":
      return new SignInRefused("The code is wrong. Enter the 6 digits that your app shows now.", "code");
    case "ExpiredCodeException":
      return new SignInRefused("That code was used already or has run out. Wait for the next one.", "code");
    case "InvalidPasswordException":
      return new SignInRefused(`Choose a stronger password. ${error.message}`.trim(), "new_password");
    case "PasswordResetRequiredException":
    case "UserNotConfirmedException":
      return new SignInRefused("Your account is not ready to sign in. Ask your administrator.", null, true);
    case "InvalidParameterException":
      return new SignInRefused("Check what you entered: the sign-in service could not read it.", null);
    default:
      return new SignInRefused(
        "The sign-in service does not answer as it should. Try again in a minute.",
        null,
      );
  }
}

function wrongPassword(): SignInRefused {
  return new SignInRefused("Your username or password is wrong.", "password", true);
}

function digits(code: string): string {
  return code.replace(/\D/g, "");
}

function tokensFrom(result: AuthenticationResult, refresh: string | null): Tokens {
  return {
    id: result.IdToken,
    access: result.AccessToken,
    refresh: result.RefreshToken ?? refresh,
    expiresAt: Date.now() + result.ExpiresIn * 1000,
    by: "password",
  };
}
