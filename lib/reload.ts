// The transaction that replaces versions of libraries by the next ones: all of them, or none.

/** The next version of one library, on its way to be the current one. */
export interface Candidate {
  /** Looks at the file, which nothing was run of yet. A promise is waited for. */
  inspect(): unknown;
  /** Announces the reload. Returns what must settle before it goes on. */
  announce(): readonly PromiseLike<unknown>[];
  /** Loads it beside the old version, and finds every symbol. */
  load(): void;
  /** Asks the user about what is loaded. A promise is waited for. */
  validate(): unknown;
  /** Hands over what the old version saved. Runs code of both. */
  transfer(): void;
  /** The last word: whether it may still become the current version. No code of the user runs from here to `commit`. */
  confirm(): void;
  /** Makes it the current version. Must not fail. */
  commit(): void;
  /** Tells that it is, and retires the old one. Must not throw. */
  succeed(): void;
  /** Unloads it, if it was loaded, and tells. The fault may be that of `other`. Must not throw. */
  fail(error: unknown, other: Candidate | undefined): void;
}

/** Yields what is to be waited for. */
export type Steps = Generator<unknown, void, unknown>;

/** What one of several candidates did wrong. */
class Fault extends Error {
  constructor(
    readonly candidate: Candidate,
    readonly error: unknown,
  ) {
    super('a candidate failed');
  }
}

/**
 * Until `commit` the old versions are the current ones, so a failure of any step before it leaves the
 * program as it was. `held` gives what holds reloads back, if anything does.
 */
export function* replaceAll(
  candidates: readonly Candidate[],
  held: () => Promise<void> | undefined = () => undefined,
): Steps {
  try {
    for (const candidate of candidates) yield* blaming(candidate, () => candidate.inspect());
    yield announceAll(candidates);
    for (let hold = held(); hold !== undefined; hold = held()) yield hold;
    for (const candidate of candidates) {
      yield* blaming(candidate, () => {
        candidate.load();
      });
    }
    for (const candidate of candidates) yield* blaming(candidate, () => candidate.validate());
    for (const candidate of candidates) {
      yield* blaming(candidate, () => {
        candidate.transfer();
      });
    }
    for (const candidate of candidates) {
      yield* blaming(candidate, () => {
        candidate.confirm();
      });
    }
  } catch (thrown) {
    const { candidate: culprit, error } = thrown as Fault;
    for (const candidate of candidates) {
      candidate.fail(error, candidate === culprit ? undefined : culprit);
    }
    return;
  }
  for (const candidate of candidates) candidate.commit();
  for (const candidate of candidates) candidate.succeed();
}

/** One step of one candidate. */
function* blaming(candidate: Candidate, step: () => unknown): Steps {
  try {
    yield step();
  } catch (error) {
    throw new Fault(candidate, error);
  }
}

/**
 * Waits for all promises, also when one rejects: no listener of a reload is still at work when the
 * next begins.
 */
function announceAll(candidates: readonly Candidate[]): Promise<void> | undefined {
  const waiting: PromiseLike<unknown>[] = [];
  try {
    for (const candidate of candidates) {
      for (const promise of announce(candidate)) {
        waiting.push(
          promise.then(undefined, (error: unknown) => {
            throw new Fault(candidate, error);
          }),
        );
      }
    }
  } catch (fault) {
    if (waiting.length === 0 || !(fault instanceof Fault)) throw fault;
    waiting.push(Promise.reject(fault));
  }
  return waiting.length === 0 ? undefined : settleAll(waiting);
}

function announce(candidate: Candidate): readonly PromiseLike<unknown>[] {
  try {
    return candidate.announce();
  } catch (error) {
    throw new Fault(candidate, error);
  }
}

async function settleAll(waiting: readonly PromiseLike<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(waiting);
  const refusal = results.find((result) => result.status === 'rejected');
  if (refusal !== undefined) throw refusal.reason;
}

/**
 * Carries steps out. Stays synchronous as long as they yield no promise; returns undefined when that
 * was so to the end.
 */
export function carryOut(steps: Steps): Promise<void> | undefined {
  let step = steps.next();
  while (step.done !== true) {
    if (isPromise(step.value)) return carryOn(steps, step.value);
    step = steps.next(step.value);
  }
  return undefined;
}

async function carryOn(steps: Steps, first: PromiseLike<unknown>): Promise<void> {
  let step: IteratorResult<unknown, void> = { value: first };
  while (step.done !== true) {
    let value: unknown;
    try {
      value = await step.value;
    } catch (error) {
      step = steps.throw(error);
      continue;
    }
    step = steps.next(value);
  }
}

export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  );
}
