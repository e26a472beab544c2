import { carryOut, replaceAll, type Candidate } from '../lib/reload';

type StepName = 'inspect' | 'announce' | 'load' | 'validate' | 'transfer' | 'confirm';

interface Broken {
  /** The step that fails. */
  readonly broken?: StepName;
  /** What the announcement asks to wait for. */
  readonly waiting?: readonly PromiseLike<unknown>[];
  /** What these steps return. */
  readonly inspect?: unknown;
  readonly validate?: unknown;
}

/** A candidate whose steps write down that they ran. */
class TracedCandidate implements Candidate {
  constructor(
    readonly name: string,
    readonly log: string[],
    readonly options: Broken = {},
  ) {}

  inspect(): unknown {
    this.#step('inspect');
    return this.options.inspect;
  }

  announce(): readonly PromiseLike<unknown>[] {
    this.#step('announce');
    return this.options.waiting ?? [];
  }

  load(): void {
    this.#step('load');
  }

  validate(): unknown {
    this.#step('validate');
    return this.options.validate;
  }

  transfer(): void {
    this.#step('transfer');
  }

  confirm(): void {
    this.#step('confirm');
  }

  commit(): void {
    this.#write('commit');
  }

  succeed(): void {
    this.#write('succeed');
  }

  fail(error: unknown, other: Candidate | undefined): void {
    const where = other instanceof TracedCandidate ? ` in ${other.name}` : '';
    this.#write(`fail: ${error instanceof Error ? error.message : String(error)}${where}`);
  }

  #step(name: StepName): void {
    this.#write(name);
    if (this.options.broken === name) throw new Error(`no ${name}`);
  }

  #write(what: string): void {
    this.log.push(`${this.name} ${what}`.trim());
  }
}

function trace(options: Broken = {}): { log: string[]; candidate: TracedCandidate } {
  const log: string[] = [];
  return { log, candidate: new TracedCandidate('', log, options) };
}

const COMPLETE = [
  ...['inspect', 'announce', 'load', 'validate', 'transfer', 'confirm', 'commit', 'succeed'],
];

// How far the reload comes when one step fails. Nothing of it changes what is current.
const FAILURES: Readonly<Record<StepName, readonly string[]>> = {
  inspect: ['inspect', 'fail: no inspect'],
  announce: ['inspect', 'announce', 'fail: no announce'],
  load: ['inspect', 'announce', 'load', 'fail: no load'],
  validate: ['inspect', 'announce', 'load', 'validate', 'fail: no validate'],
  transfer: ['inspect', 'announce', 'load', 'validate', 'transfer', 'fail: no transfer'],
  confirm: ['inspect', 'announce', 'load', 'validate', 'transfer', 'confirm', 'fail: no confirm'],
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
    const { log, candidate } = trace();
    expect(carryOut(replaceAll([candidate]))).toBeUndefined();
    expect(log).toEqual(COMPLETE);
  });

  test.each(Object.entries(FAILURES))('keeps the old version when %s fails', (broken, expected) => {
    const { log, candidate } = trace({ broken: broken as StepName });
    expect(carryOut(replaceAll([candidate]))).toBeUndefined();
    expect(log).toEqual(expected);
  });
});

describe('a reload that waits', () => {
  test('goes on when everything it waits for has settled', async () => {
    const [first, second] = [deferred(), deferred()];
    const { log, candidate } = trace({ waiting: [first.promise, second.promise] });
    const done = carryOut(replaceAll([candidate]));
    second.resolve();
    await second.promise;
    expect(log).toEqual(['inspect', 'announce']);
    first.resolve();
    await done;
    expect(log).toEqual(COMPLETE);
  });

  test('waits for the others when one rejects, and fails once', async () => {
    const [slow, other] = [deferred(), deferred()];
    const { log, candidate } = trace({
      waiting: [slow.promise, Promise.reject(new Error('first')), other.promise],
    });
    const done = carryOut(replaceAll([candidate]));
    other.reject(new Error('second'));
    await expect(other.promise).rejects.toThrow('second');
    expect(log).toEqual(['inspect', 'announce']);
    slow.resolve();
    await done;
    expect(log).toEqual(['inspect', 'announce', 'fail: first']);
  });

  test.each(['load', 'validate'] as const)(
    'keeps the old version when %s fails',
    async (broken) => {
      const { log, candidate } = trace({ broken, waiting: [Promise.resolve()] });
      await carryOut(replaceAll([candidate]));
      expect(log).toEqual(FAILURES[broken]);
    },
  );

  test.each(['inspect', 'validate'] as const)('waits for a promise of %s', async (step) => {
    const answer = deferred();
    const { log, candidate } = trace({ [step]: answer.promise });
    const done = carryOut(replaceAll([candidate]));
    expect(log).toEqual(COMPLETE.slice(0, COMPLETE.indexOf(step) + 1));
    answer.resolve();
    await done;
    expect(log).toEqual(COMPLETE);
  });

  test.each(['inspect', 'validate'] as const)('fails when that of %s rejects', async (step) => {
    const { log, candidate } = trace({ [step]: Promise.reject(new Error(`no ${step}`)) });
    await carryOut(replaceAll([candidate]));
    expect(log).toEqual(FAILURES[step]);
  });

  test('accepts a promise of somebody else', async () => {
    const thenable: PromiseLike<unknown> = {
      then: (onResolve) => Promise.resolve().then(() => onResolve?.(1) as never),
    };
    const { log, candidate } = trace({ waiting: [thenable] });
    await carryOut(replaceAll([candidate]));
    expect(log).toEqual(COMPLETE);
  });

  test('loads nothing while reloads are held back', async () => {
    const hold = deferred();
    let held: Promise<void> | undefined = hold.promise;
    const { log, candidate } = trace();
    const done = carryOut(replaceAll([candidate], () => held));
    await Promise.resolve();
    expect(log).toEqual(['inspect', 'announce']);
    held = undefined;
    hold.resolve();
    await done;
    expect(log).toEqual(COMPLETE);
  });
});

describe('a reload of several', () => {
  test('commits all of them before it tells of one', () => {
    const log: string[] = [];
    const candidates = ['a', 'b'].map((name) => new TracedCandidate(name, log));
    expect(carryOut(replaceAll(candidates))).toBeUndefined();
    expect(log.slice(-4)).toEqual(['a commit', 'b commit', 'a succeed', 'b succeed']);
  });

  test.each(['inspect', 'announce', 'load', 'validate'] as const)(
    'commits none of them when %s of one fails, and says which',
    (broken) => {
      const log: string[] = [];
      const good = new TracedCandidate('good', log);
      const bad = new TracedCandidate('bad', log, { broken });
      expect(carryOut(replaceAll([good, bad]))).toBeUndefined();
      expect(log.slice(-2)).toEqual([`good fail: no ${broken} in bad`, `bad fail: no ${broken}`]);
      expect(log.filter((line) => line.endsWith('commit'))).toEqual([]);
    },
  );

  test('waits for what the others asked for when one refuses to be announced', async () => {
    const log: string[] = [];
    const slow = deferred();
    const waits = new TracedCandidate('waits', log, { waiting: [slow.promise] });
    const bad = new TracedCandidate('bad', log, { broken: 'announce' });
    const done = carryOut(replaceAll([waits, bad]));
    await Promise.resolve();
    expect(log.some((line) => line.includes('fail'))).toBe(false);
    slow.resolve();
    await done;
    expect(log.slice(-1)).toEqual(['bad fail: no announce']);
  });
});
