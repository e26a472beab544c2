import { readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { DynamicReload, type LibraryCandidate } from '../lib';
import { codedError } from './support/coded-error';
import { compile } from './support/compiler';
import { logEvents } from './support/event-log';
import { Gate } from './support/gate';
import { shadowCopies } from './support/shadow-copies';
import { useProjectDirectory } from './support/temporary-directory';
import { nextEvent, waitFor } from './support/wait';

const project = useProjectDirectory();
const symbols = { shared_fun: { return: 'i32' } } as const;

function build(value: number): string {
  return compile({ value }, project.file('libx.so'));
}

/** Loads version 1; what comes later has to give an odd number. */
function addOdd(reloader: DynamicReload, refuse: (isOdd: boolean) => unknown) {
  const validate = (candidate: LibraryCandidate<typeof symbols>) =>
    refuse(candidate.symbols.shared_fun() % 2 === 1);
  return reloader.addLibrary(build(1), { symbols, validate });
}

const REFUSALS: readonly (readonly [string, (isOdd: boolean) => unknown])[] = [
  ['returns false', (isOdd) => isOdd],
  ['resolves with false', (isOdd) => Promise.resolve(isOdd)],
  ['throws', throwUnless],
  ['rejects', (isOdd) => Promise.resolve(isOdd).then(throwUnless)],
];

function throwUnless(isOdd: boolean): void {
  if (!isOdd) throw new Error('even');
}

describe.each(REFUSALS)('a validate() that %s', (_how, refuse) => {
  test('keeps the old version, and the next good one is taken', async () => {
    await using reloader = new DynamicReload({ shadowDir: project.directory('shadow') });
    const library = await addOdd(reloader, refuse);
    const log = logEvents(reloader);
    const failed = nextEvent(reloader, 'failed');
    build(2);
    expect((await failed).error).toEqual(codedError('ERR_VALIDATION'));
    expect([library.version, library.symbols.shared_fun()]).toEqual([1, 1]);
    await waitFor(() => shadowCopies(project.file('shadow')).length === 1);
    const after = nextEvent(reloader, 'after');
    build(3);
    await after;
    expect([library.version, library.symbols.shared_fun()]).toEqual([2, 3]);
    expect(log).toEqual(['before 1', 'failed 1: ERR_VALIDATION', 'before 1', 'after 2']);
  });

  test('keeps a first version from being added', async () => {
    await using reloader = new DynamicReload();
    build(2);
    const validate = (candidate: LibraryCandidate<typeof symbols>) =>
      refuse(candidate.symbols.shared_fun() % 2 === 1);
    const adding = reloader.addLibrary('libx.so', { symbols, validate });
    await expect(adding).rejects.toEqual(codedError('ERR_VALIDATION'));
    build(3);
    const library = await reloader.addLibrary('libx.so', { symbols, validate });
    expect(library.symbols.shared_fun()).toBe(3);
  });
});

describe('validate()', () => {
  test('learns what it is asked about', async () => {
    await using reloader = new DynamicReload();
    const seen: unknown[] = [];
    const library = await reloader.addLibrary(build(1), {
      symbols,
      validate: ({ library: asked, version, path, symbols: candidate }) => {
        seen.push([asked.version, version, path === asked.loadedPath, candidate.shared_fun()]);
      },
    });
    const after = nextEvent(reloader, 'after');
    build(2);
    await after;
    expect(seen).toEqual([
      [0, 1, false, 1],
      [1, 2, false, 2],
    ]);
    expect(library.version).toBe(2);
  });

  test('lends its symbols for as long as it is at work', async () => {
    await using reloader = new DynamicReload();
    let kept: LibraryCandidate<typeof symbols>['symbols'] | undefined;
    const validate = (candidate: LibraryCandidate<typeof symbols>) => {
      if (candidate.version > 1) kept = candidate.symbols;
    };
    await reloader.addLibrary(build(1), { symbols, validate });
    const after = nextEvent(reloader, 'after');
    build(2);
    await after;
    expect(() => kept?.shared_fun()).toThrow(codedError('ERR_LIBRARY_CLOSED'));
  });

  test('may not take its time in update() and addLibrarySync()', async () => {
    await using reloader = new DynamicReload({ reload: 'manual' });
    const validate = () => Promise.resolve();
    const add = () => reloader.addLibrarySync(build(1), { symbols, validate });
    expect(add).toThrow(codedError('ERR_INVALID_STATE', { message: 'addLibrarySync' }));
    const library = await reloader.addLibrary('libx.so', { symbols, validate });
    const states: unknown[] = [];
    build(2);
    await waitFor(() => reloader.update((state, _library, error) => states.push(state, error)) > 0);
    expect(states).toEqual([
      ...['before', undefined, 'failed'],
      codedError('ERR_INVALID_STATE', { message: 'update' }),
    ]);
    expect(library.symbols.shared_fun()).toBe(1);
  });

  test('that takes longer than allowed fails', async () => {
    await using reloader = new DynamicReload({ beforeTimeoutMs: 1 });
    const validate = ({ version }: LibraryCandidate<typeof symbols>) =>
      version === 1 ? undefined : new Promise(() => undefined);
    const library = await reloader.addLibrary(build(1), { symbols, validate });
    const failed = nextEvent(reloader, 'failed');
    build(2);
    expect((await failed).error).toEqual(codedError('ERR_TIMEOUT'));
    expect(library.symbols.shared_fun()).toBe(1);
  });

  test('of a first version that takes longer than allowed keeps it from being added', async () => {
    await using reloader = new DynamicReload({ beforeTimeoutMs: 1 });
    const validate = () => new Promise(() => undefined);
    const adding = reloader.addLibrary(build(1), { symbols, validate });
    await expect(adding).rejects.toEqual(
      codedError('ERR_TIMEOUT', { message: 'validate() took more than 1 ms' }),
    );
    expect((await reloader.addLibrary('libx.so', { symbols })).symbols.shared_fun()).toBe(1);
  });

  test('that never answers keeps nothing in memory once the library is closed', async () => {
    await using reloader = new DynamicReload({ shadowDir: project.directory('shadow') });
    const mapped = () => readFileSync('/proc/self/maps', 'utf8').includes(project.file('shadow'));
    const asked = jest.fn(
      ({ version }: LibraryCandidate) => version === 1 || new Promise(() => undefined),
    );
    const library = await reloader.addLibrary(build(1), { symbols, validate: asked });
    build(2);
    await waitFor(() => asked.mock.calls.length === 2);
    await library.close();
    expect(mapped()).toBe(false);
    const adding = reloader.addLibrary('libx.so', { validate: () => new Promise(() => undefined) });
    const refusal = expect(adding).rejects.toEqual(codedError('ERR_RELOADER_CLOSED'));
    await waitFor(mapped);
    await reloader.close();
    expect(mapped()).toBe(false);
    await refusal;
  });

  test('that refuses while a call runs in the version is waited for by close()', async () => {
    const shadow = project.directory('shadow');
    const reloader = new DynamicReload({ shadowDir: shadow });
    const file = compile({ file: 'nonblocking.c' }, project.file('libn.so'), {
      defines: { VALUE: 1 },
    });
    const gate = new Gate();
    let call: Promise<number> | undefined;
    const adding = reloader.addLibrary(file, {
      symbols: { value_after: { arguments: ['buffer'], return: 'i32', nonblocking: true } },
      validate: (candidate) => {
        call = candidate.symbols.value_after(gate.memory);
        return false;
      },
    });
    await expect(adding).rejects.toEqual(codedError('ERR_VALIDATION'));
    let isClosed = false;
    const closing = reloader.close().then(() => (isClosed = true));
    await gate.reachedBy(1);
    await Promise.race([closing, setImmediate()]);
    expect(isClosed).toBe(false);
    gate.open();
    await closing;
    expect(await call).toBe(1);
    expect(readFileSync('/proc/self/maps', 'utf8')).not.toContain(shadow);
  });

  test('of a first version may close the library, which is then not added', async () => {
    await using reloader = new DynamicReload();
    const validate = ({ library }: LibraryCandidate) => void library.close();
    const adding = reloader.addLibrary(build(1), { symbols, validate });
    await expect(adding).rejects.toEqual(codedError('ERR_LIBRARY_CLOSED'));
  });

  test('of a library that gets more symbols meanwhile gives them the new version', async () => {
    await using reloader = new DynamicReload();
    let answer!: () => void;
    const validate = jest.fn(({ version }: LibraryCandidate<typeof symbols>) =>
      version === 1 ? undefined : new Promise<void>((resolve) => (answer = resolve)),
    );
    await reloader.addLibrary(build(1), { symbols, validate });
    const after = nextEvent(reloader, 'after');
    build(2);
    await waitFor(() => validate.mock.calls.length === 2);
    const again = { name: 'shared_fun', return: 'i32' } as const;
    const library = await reloader.addLibrary('libx.so', { symbols: { again } });
    expect(library.symbols.again()).toBe(1);
    answer();
    await after;
    expect(library.symbols.again()).toBe(2);
  });

  test('of a library that is closed meanwhile changes nothing', async () => {
    await using reloader = new DynamicReload();
    let answer!: (isGood: boolean) => void;
    const asked = jest.fn(
      ({ version }: LibraryCandidate<typeof symbols>) =>
        version === 1 || new Promise<boolean>((resolve) => (answer = resolve)),
    );
    const library = await reloader.addLibrary(build(1), { symbols, validate: asked });
    const log = logEvents(reloader);
    build(2);
    await waitFor(() => asked.mock.calls.length === 2);
    const closing = library.close();
    answer(true);
    await closing;
    await waitFor(() => log.length === 2);
    expect(log).toEqual(['before 1', 'failed 1: ERR_LIBRARY_CLOSED']);
    expect(() => library.symbols.shared_fun()).toThrow(codedError('ERR_LIBRARY_CLOSED'));
  });
});
