/** Username, password and code on one page; then, where the account needs it, a new password and an authenticator app. */

import { useEffect, useRef, useState } from "preact/hooks";
import { type SignIn as Progress, type SignInField, SignInRefused, type Tokens } from "../auth";
import { leaveForProvider } from "../federation";
import { useDesk } from "./context";
import { Alert, Button, ErrorSummary, Field } from "./pieces";
import { SecretCode } from "./SecretCode";

interface Problem {
  readonly message: string;
  readonly field: SignInField | null;
}

const FIELD_IDS: Readonly<Record<SignInField, string>> = {
  username: "username",
  password: "password",
  code: "code",
  new_password: "new-password",
};

const SHORTEST_PASSWORD = 12;

interface SignInProps {
  /** What the officer should know first, for example that the session has ended. */
  readonly notice?: string | null;
  readonly refused?: Problem | null;
}

export function SignIn({ notice = null, refused = null }: SignInProps) {
  const desk = useDesk();
  const [at, setAt] = useState<Exclude<Progress, { step: "done" }> | null>(null);
  const [problem, setProblem] = useState<Problem | null>(refused);
  const [busy, setBusy] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const step = at?.step ?? "start";

  // The focus moves to the heading of each new step.
  useEffect(() => {
    if (step !== "start") {
      heading.current?.focus();
    }
  }, [step]);

  const proceed = async (ask: () => Promise<Progress | Tokens>) => {
    desk.allowSound();
    setBusy(true);
    setProblem(null);
    try {
      const answer = await ask();
      if (!("step" in answer)) {
        await desk.begin(answer);
      } else if (answer.step === "done") {
        await desk.begin(answer.tokens);
      } else {
        setAt(answer);
      }
    } catch (error) {
      if (!(error instanceof SignInRefused)) {
        throw error;
      }
      setProblem({ message: error.message, field: error.field });
      if (error.restart) {
        setAt(null);
      }
    } finally {
      setBusy(false);
    }
  };

  const shared = { problem, busy, proceed, setProblem };
  return (
    <main id="main" tabIndex={-1} class="govuk-width-container govuk-main-wrapper sign-in">
      {problem && (
        <ErrorSummary message={problem.message} field={problem.field && FIELD_IDS[problem.field]} />
      )}
      {notice && !problem && <Alert kind="information" title={notice} />}
      <h1 class="govuk-heading-l" tabIndex={-1} ref={heading}>
        {HEADINGS[step]}
      </h1>
      {(at === null || at.step === "code") && <Start {...shared} asked={at} />}
      {at?.step === "new_password" && <NewPassword {...shared} at={at} />}
      {at?.step === "set_up" && <SetUp {...shared} at={at} />}
    </main>
  );
}

const HEADINGS = {
  start: "Sign in",
  code: "Sign in",
  new_password: "Choose your own password",
  set_up: "Set up your authenticator app",
} as const;

interface StepProps {
  readonly problem: Problem | null;
  readonly busy: boolean;
  readonly proceed: (ask: () => Promise<Progress | Tokens>) => Promise<void>;
  readonly setProblem: (problem: Problem) => void;
}

function errorFor(problem: Problem | null, field: SignInField): string | null {
  return problem?.field === field ? problem.message : null;
}

function Start({
  problem,
  busy,
  proceed,
  setProblem,
  asked,
}: StepProps & { readonly asked: Progress | null }) {
  const desk = useDesk();
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");

  useEffect(() => {
    if (problem?.field === "code") {
      setCode(""); // It is used up: the officer types the next one over an empty field.
    }
  }, [problem]);

  useEffect(() => {
    if (asked?.step === "code") {
      document.getElementById("code")?.focus();
    }
  }, [asked]);

  const submit = (event: Event) => {
    event.preventDefault();
    if (busy) {
      return;
    }
    if (username.trim() === "") {
      setProblem({ message: "Enter your username.", field: "username" });
    } else if (password === "") {
      setProblem({ message: "Enter your password.", field: "password" });
    } else if (code.trim() !== "" && code.replace(/\D/g, "").length !== 6) {
      setProblem({ message: "The code has 6 digits. Enter the one that your app shows now.", field: "code" });
    } else {
      void proceed(async () => {
        const answer = await desk.cognito.signIn(username.trim(), password, code.trim());
        if (answer.step === "code") {
          throw new SignInRefused("Enter the 6-digit code that your authenticator app shows.", "code");
        }
        return answer;
      });
    }
  };

  const { federation } = desk.config;
  return (
    <>
      {federation && (
        <div class="sign-in__provider">
          <Button class="sign-in__button" onClick={() => void leaveForProvider(federation)}>
            {federation.label}
          </Button>
          <p class="govuk-body">or with a Harbour account:</p>
        </div>
      )}
      <form onSubmit={submit} noValidate>
        <Field
          id="username"
          label="Username"
          error={errorFor(problem, "username")}
          testId="sign-in-username"
          autocomplete="username"
          value={username}
          onValue={setUsername}
        />
        <Field
          id="password"
          label="Password"
          secret
          error={errorFor(problem, "password")}
          testId="sign-in-password"
          autocomplete="current-password"
          value={password}
          onValue={setPassword}
        />
        <Field
          id="code"
          label="6-digit code"
          hint="From your authenticator app. Leave it empty if you have not set one up yet."
          error={errorFor(problem, "code")}
          class="govuk-input--width-5 govuk-input--extra-letter-spacing"
          testId="sign-in-code"
          autocomplete="one-time-code"
          numeric
          value={code}
          onValue={setCode}
        />
        <Button type="submit" class="sign-in__button" data-testid="sign-in" aria-disabled={busy}>
          {busy ? "Signing in" : "Sign in"}
        </Button>
      </form>
      <p class="govuk-hint">Nothing is kept on this computer: reloading the page signs you out.</p>
    </>
  );
}

function NewPassword({ problem, busy, proceed, setProblem, at }: StepProps & { readonly at: Waiting }) {
  const desk = useDesk();
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const submit = (event: Event) => {
    event.preventDefault();
    if (password.length < SHORTEST_PASSWORD) {
      setProblem({ message: `Use at least ${SHORTEST_PASSWORD} characters.`, field: "new_password" });
    } else if (password !== again) {
      setProblem({ message: "The two passwords differ. Type the same one twice.", field: "new_password" });
    } else if (!busy) {
      void proceed(() => desk.cognito.answerNewPassword(at, password));
    }
  };
  return (
    <form onSubmit={submit} noValidate>
      <p class="govuk-body">
        You signed in with a password that somebody gave you. Choose one that only you know.
      </p>
      <Field
        id="new-password"
        label="New password"
        hint={`At least ${SHORTEST_PASSWORD} characters. Three random words are good.`}
        secret
        error={errorFor(problem, "new_password")}
        testId="new-password"
        autocomplete="new-password"
        value={password}
        onValue={setPassword}
      />
      <Field
        id="new-password-again"
        label="New password again"
        secret
        error={null}
        testId="new-password-again"
        autocomplete="new-password"
        value={again}
        onValue={setAgain}
      />
      <Button type="submit" data-testid="new-password-save" aria-disabled={busy}>
        Save and go on
      </Button>
    </form>
  );
}

interface Waiting {
  readonly session: string;
  readonly username: string;
}

function SetUp({
  problem,
  busy,
  proceed,
  setProblem,
  at,
}: StepProps & { readonly at: Waiting & { secret: string } }) {
  const desk = useDesk();
  const [code, setCode] = useState("");
  const submit = (event: Event) => {
    event.preventDefault();
    if (code.replace(/\D/g, "").length !== 6) {
      setProblem({ message: "Enter the 6 digits that your app shows.", field: "code" });
    } else if (!busy) {
      void proceed(() => desk.cognito.answerSetUp(at, code));
    }
  };
  return (
    <form onSubmit={submit} noValidate>
      <ol class="govuk-list govuk-list--number">
        <li>Open the authenticator app on your work phone.</li>
        <li>Scan this picture, or type the key into the app.</li>
        <li>Enter the 6 digits that the app then shows.</li>
      </ol>
      <SecretCode secret={at.secret} username={at.username} />
      <Field
        id="code"
        label="6-digit code"
        error={errorFor(problem, "code")}
        class="govuk-input--width-5 govuk-input--extra-letter-spacing"
        testId="set-up-code"
        autocomplete="one-time-code"
        numeric
        value={code}
        onValue={setCode}
      />
      <Button type="submit" data-testid="set-up" aria-disabled={busy}>
        Finish and sign in
      </Button>
    </form>
  );
}
