/** What the pages on messages have in common: asking, waiting, and saying why nothing came. */

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ApiError } from "../../api";
import { useDesk } from "../context";
import { Button, Spinner } from "../pieces";

export interface Fetched<T> {
  readonly value: T | null;
  readonly problem: string | null;
  readonly again: () => void;
}

/** What the server says; `null` while it is asked, and again after `again`. */
export function useFetched<T>(where: string): Fetched<T> {
  const desk = useDesk();
  const [answer, setAnswer] = useState<{ readonly where: string; readonly value: T } | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    let here = true;
    setProblem(null);
    desk.api.oversight<T>(where).then(
      (value) => here && setAnswer({ where, value }),
      (error: unknown) => {
        const words = wordsOf(error);
        if (here) {
          setProblem(words);
        }
      },
    );
    return () => {
      here = false;
    };
  }, [desk, where, tries]);
  return {
    value: answer?.where === where ? answer.value : null,
    problem,
    again: () => setTries(tries + 1),
  };
}

/** The sentence of a refusal; what is none is thrown on. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof ApiError)) {
    throw error;
  }
  return error.message;
}

interface WaitsProps<T> {
  readonly of: Fetched<T>;
  readonly children: (value: T) => ComponentChildren;
}

export function Waits<T>({ of: { value, problem, again }, children }: WaitsProps<T>) {
  if (problem !== null) {
    return (
      <p class="govuk-error-message" role="alert" data-testid="sent-problem">
        This could not be fetched. {problem}{" "}
        <Button look="plain" onClick={again}>
          Try again
        </Button>
      </p>
    );
  }
  return value === null ? <Spinner>Fetching</Spinner> : <>{children(value)}</>;
}
