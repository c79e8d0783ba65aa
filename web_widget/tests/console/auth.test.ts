import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Cognito, SessionOver, SignInRefused, type Tokens } from "../../src/console/auth.ts";

const RESULT = { IdToken: "id", AccessToken: "access", RefreshToken: "refresh", ExpiresIn: 3600 };
const TOKENS: Tokens = { id: "id", access: "access", refresh: "refresh", expiresAt: 0, by: "password" };

interface Call {
  readonly operation: string;
  readonly body: Record<string, unknown>;
}

/** Answers Cognito's operations one after the other; a string is an error type. */
function cognito(...answers: (object | string)[]): { readonly pool: Cognito; readonly calls: Call[] } {
  const calls: Call[] = [];
  vi.stubGlobal("fetch", async (_url: string, request: RequestInit) => {
    const headers = request.headers as Record<string, string>;
    calls.push({
      operation: headers["X-Amz-Target"]?.split(".")[1] ?? "",
      body: JSON.parse(String(request.body)) as Record<string, unknown>,
    });
    const answer = answers.shift() ?? {};
    return typeof answer === "string"
      ? Response.json({ __type: answer, message: "" }, { status: 400 })
      : Response.json(answer);
  });
  const pool = new Cognito({ endpoint: "http://pool/", region: "eu-west-2", client_id: "app", pool_id: "p" });
  return { pool, calls };
}

async function refusal(promise: Promise<unknown>): Promise<SignInRefused> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(SignInRefused);
  return error as SignInRefused;
}

const ASKS_CODE = {
  ChallengeName: "SOFTWARE_TOKEN_MFA",
  Session: "s",
  ChallengeParameters: { USER_ID_FOR_SRP: "sub" },
};

describe("signing in", () => {
  beforeEach(() => vi.unstubAllGlobals());
  afterEach(() => vi.unstubAllGlobals());

  it("answers password and code in one go", async () => {
    const { pool, calls } = cognito(ASKS_CODE, { AuthenticationResult: RESULT });
    const answer = await pool.signIn("shah", "secret", "123 456");
    expect(answer.step).toBe("done");
    expect(calls.map((call) => call.operation)).toEqual(["InitiateAuth", "RespondToAuthChallenge"]);
    expect(calls[1]?.body.ChallengeResponses).toEqual({
      USERNAME: "sub",
      SOFTWARE_TOKEN_MFA_CODE: "123456",
    });
  });

  it("reads the same for an unknown user and a wrong password", async () => {
    const unknown = await refusal(cognito("UserNotFoundException").pool.signIn("a", "b", ""));
    const wrong = await refusal(cognito("NotAuthorizedException").pool.signIn("a", "b", ""));
    expect(unknown.message).toBe(wrong.message);
  });

  it.each([
    ["CodeMismatchException", "code"],
    ["ExpiredCodeException", "code"],
    ["TooManyRequestsException", null],
    ["PasswordResetRequiredException", null],
    ["InternalErrorException", null],
  ])("puts %s in words, at the right field", async (type, field) => {
    const refused = await refusal(cognito(ASKS_CODE, type).pool.signIn("shah", "secret", "123456"));
    expect(refused.field).toBe(field);
    expect(refused.message).not.toContain("Exception");
  });

  it("says so when the sign-in service cannot be reached", async () => {
    const { pool } = cognito();
    vi.stubGlobal("fetch", async () => {
      throw new TypeError("Failed to fetch");
    });
    expect((await refusal(pool.signIn("a", "b", ""))).message).toMatch(/cannot be reached/);
  });

  it("leads a new officer over the password and the authenticator app", async () => {
    const { pool, calls } = cognito(
      { ChallengeName: "NEW_PASSWORD_REQUIRED", Session: "1" },
      { ChallengeName: "MFA_SETUP", Session: "2" },
      { SecretCode: "ABCD", Session: "3" },
      { Status: "SUCCESS", Session: "4" },
      { AuthenticationResult: RESULT },
    );
    const first = await pool.signIn("new", "given", "");
    if (first.step !== "new_password") {
      throw new Error(first.step);
    }
    const second = await pool.answerNewPassword(first, "chosen");
    if (second.step !== "set_up") {
      throw new Error(second.step);
    }
    expect(second.secret).toBe("ABCD");
    expect((await pool.answerSetUp(second, "123456")).step).toBe("done");
    expect(calls.map((call) => call.body.Session)).toEqual([undefined, "1", "2", "3", "4"]);
  });
});

describe("renewing", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("keeps the refresh token, which Cognito does not send again", async () => {
    const { RefreshToken: _, ...renewed } = RESULT;
    const tokens = await cognito({ AuthenticationResult: renewed }).pool.refresh(TOKENS);
    expect(tokens.refresh).toBe("refresh");
  });

  it("knows a session that is over from a service that is busy", async () => {
    await expect(cognito("NotAuthorizedException").pool.refresh(TOKENS)).rejects.toBeInstanceOf(SessionOver);
    await expect(cognito("TooManyRequestsException").pool.refresh(TOKENS)).rejects.not.toBeInstanceOf(
      SessionOver,
    );
  });

  it("ends the session at Cognito, and does not mind one that is over already", async () => {
    const { pool, calls } = cognito({}, "NotAuthorizedException", "InternalErrorException");
    await pool.signOut(TOKENS);
    await pool.signOut({ ...TOKENS, refresh: null });
    expect(calls.map((call) => call.operation)).toEqual(["RevokeToken", "GlobalSignOut"]);
    await expect(pool.signOut(TOKENS)).rejects.toThrow();
  });
});
