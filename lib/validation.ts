// What the user says about a new version.

import { describe, DynamicReloadError } from './errors';
import { isPromise } from './reload';

/** What is decided about. */
export interface Subject {
  /** The name of the library. */
  readonly library: string;
  /** The number that the version will have. */
  readonly version: number;
}

/**
 * Asks the user. To refuse is to throw, to reject or to say `false`. `question` is the name of
 * what is called.
 *
 * @returns a promise when the answer is one
 * @throws ERR_VALIDATION
 */
export function askUser(question: string, subject: Subject, ask: () => unknown): unknown {
  const refuse = (cause: unknown): never => {
    throw refusal(subject, cause);
  };
  const check = (answer: unknown) => {
    if (answer === false) refuse(`${question} returned false`);
  };
  let answer: unknown;
  try {
    answer = ask();
  } catch (cause) {
    refuse(cause);
  }
  if (isPromise(answer)) return answer.then(check, refuse);
  check(answer);
  return undefined;
}

export function refusal({ library, version }: Subject, cause: unknown): DynamicReloadError {
  const reason = typeof cause === 'string' ? cause : describe(cause);
  return new DynamicReloadError(
    'ERR_VALIDATION',
    `Version ${version} of ${library} was refused: ${reason}`,
    { cause },
  );
}
