import { reload, type ReloadSteps } from '../lib/reload';

type StepName = 'before' | 'open' | 'resolve';

interface Trace {
  readonly log: string[];
  readonly steps: ReloadSteps<string, string>;
}

/**
 * A reload whose steps write down that they ran, and with what. The one named `broken` fails;
 * `waiting` is what the `before` step asks to wait for.
 */
function traceSteps(broken?: StepName, waiting: readonly PromiseLike<unknown>[] = []): Trace {
  const log: string[] = [];
  const step = (name: StepName) => {
    log.push(name);
    if (name === broken) throw new Error(`no ${name}`);
  };
  return {
    log,
    steps: {
      before: () => (step('before'), waiting),
      open: () => (step('open'), 'image'),
      resolve: (image) => (step('resolve'), `addresses in ${image}`),
      commit: (image, addresses) => log.push(`commit ${image} with ${addresses}`),
      after: () => log.push('after'),
      abandon: (image) => log.push(`abandon ${image}`),
      failed: (error) => log.push(`failed: ${(error as Error).message}`),
    },
  };
}

const COMPLETE = ['before', 'open', 'resolve', 'commit image with addresses in image', 'after'];

// How far the reload comes when one step fails. Nothing of it changes what is current.
const FAILURES: Readonly<Record<StepName, readonly string[]>> = {
  before: ['before', 'failed: no before'],
  open: ['before', 'open', 'failed: no open'],
  resolve: ['before', 'open', 'resolve', 'abandon image', 'failed: no resolve'],
};

/** A promise together with what settles it. */
function deferred(): { promise: Promise<void>; resolve: () => void; reject: (e: Error) => void } {
  let resolve!: () => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

describe('a reload that waits for nothing', () => {
  test('makes the new version current and then tells so, all before it returns', () => {
    const { log, steps } = traceSteps();
    expect(reload(steps)).toBeUndefined();
    expect(log).toEqual(COMPLETE);
  });

  test.each(Object.entries(FAILURES))('keeps the old version when %s fails', (broken, expected) => {
    const { log, steps } = traceSteps(broken as StepName);
    expect(reload(steps)).toBeUndefined();
    expect(log).toEqual(expected);
  });

  test('hands on what was thrown, whatever it is', () => {
    const failed = jest.fn();
    const { steps } = traceSteps();
    const open = () => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- a listener may do so
      throw 'a string';
    };
    void reload({ ...steps, open, failed });
    expect(failed.mock.calls).toEqual([['a string']]);
  });
});

describe('a reload that waits', () => {
  test('goes on when everything it waits for has settled', async () => {
    const [first, second] = [deferred(), deferred()];
    const { log, steps } = traceSteps(undefined, [first.promise, second.promise]);
    const done = reload(steps);
    second.resolve();
    await second.promise;
    expect(log).toEqual(['before']);
    first.resolve();
    await done;
    expect(log).toEqual(COMPLETE);
  });

  test('keeps the old version when what it waits for rejects', async () => {
    const { log, steps } = traceSteps(undefined, [Promise.reject(new Error('not now'))]);
    await reload(steps);
    expect(log).toEqual(['before', 'failed: not now']);
  });

  test('waits for the others when one rejects, and fails once', async () => {
    const [slow, other] = [deferred(), deferred()];
    const { log, steps } = traceSteps(undefined, [
      slow.promise,
      Promise.reject(new Error('first')),
      other.promise,
    ]);
    const done = reload(steps);
    other.reject(new Error('second'));
    await expect(other.promise).rejects.toThrow('second');
    expect(log).toEqual(['before']);
    slow.resolve();
    await done;
    expect(log).toEqual(['before', 'failed: first']);
  });

  test.each(['open', 'resolve'] as const)('keeps the old version when %s fails', async (broken) => {
    const { log, steps } = traceSteps(broken, [Promise.resolve()]);
    await reload(steps);
    expect(log).toEqual(FAILURES[broken]);
  });

  test('accepts a promise of somebody else', async () => {
    const thenable: PromiseLike<void> = {
      then: (onFulfilled) => Promise.resolve().then(onFulfilled),
    };
    const { log, steps } = traceSteps(undefined, [thenable]);
    await reload(steps);
    expect(log).toEqual(COMPLETE);
  });
});
