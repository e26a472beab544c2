// Whether somebody can wait for what a hook answers, and how.

import { cannotWait } from './errors';
import { within } from './within';

export interface Patience {
  readonly canWait: boolean;
  /** @throws ERR_INVALID_STATE when nobody waits, ERR_TIMEOUT */
  wait(answer: PromiseLike<unknown>, what: string): Promise<unknown>;
}

/** That of addLibrary(): so many milliseconds, or as long as it takes. */
export function patient(timeoutMs: number | undefined): Patience {
  return { canWait: true, wait: (answer, what) => within(answer, timeoutMs, what) };
}

/** That of addLibrarySync(). */
export const IMPATIENT: Patience = {
  canWait: false,
  wait: (answer) => {
    answer.then(undefined, () => undefined); // Nobody will hear of it.
    throw cannotWait();
  },
};
