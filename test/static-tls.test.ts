// Libraries of which two versions have no room beside each other.

import { DynamicReload, type VersionOptions } from '../lib';
import { codedError } from './support/coded-error';
import { compile } from './support/compiler';
import { logEvents } from './support/event-log';
import { useProjectDirectory } from './support/temporary-directory';
import { nextEvent } from './support/wait';

const project = useProjectDirectory();
const symbols = { value: { return: 'i32' }, count: { return: 'i32' } } as const;

/** Takes enough of the process' surplus of static thread-local storage for only few of them. */
const TLS = `static __thread char level[256] __attribute__((tls_model("initial-exec"))) = {1};
  int use(int i) { return level[i]++; }`;
const COUNT = 'int counter; int count(void) { return ++counter; }';

function build(value: number, text = `${TLS} ${COUNT}`): string {
  return compile(`${text}\nint value(void) { return ${value}; }`, project.file('libx.so'));
}

function add(reloader: DynamicReload, options: VersionOptions & { validate?: () => unknown } = {}) {
  return reloader.addLibrary(build(1), { symbols, ...options });
}

async function rebuild(reloader: DynamicReload, value: number): Promise<void> {
  const after = nextEvent(reloader, 'after');
  build(value);
  await after;
}

describe('a library with static thread-local storage', () => {
  test('is reloaded more often than there is room for it, and says how', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader);
    const first: boolean[] = [];
    reloader.on('before', ({ closesFirst }) => first.push(closesFirst));
    for (let value = 2; value <= 20; value += 1) await rebuild(reloader, value);
    expect(library.symbols.value()).toBe(20);
    expect(first).toEqual(Array<boolean>(19).fill(true));
    expect(library.versions.map(({ state }) => state)).toEqual([
      ...Array<string>(19).fill('unloaded'),
      'current',
    ]);
  });

  test('is closed first only when the other one has such storage, too', async () => {
    await using reloader = new DynamicReload();
    await add(reloader);
    const first: boolean[] = [];
    reloader.on('before', ({ closesFirst }) => first.push(closesFirst));
    for (const text of [COUNT, `${TLS} ${COUNT}`]) {
      const after = nextEvent(reloader, 'after');
      build(2, text);
      await after;
    }
    expect(first).toEqual([false, false]);
  });

  test('is loaded again when the new version cannot be', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader, { preserve: [] });
    const log = logEvents(reloader);
    expect([library.symbols.count(), library.symbols.count()]).toEqual([1, 2]);
    const failed = nextEvent(reloader, 'failed');
    build(2, TLS);
    expect(await failed).toMatchObject({
      oldVersion: 'reopened',
      error: codedError('ERR_SYMBOL_NOT_FOUND'),
    });
    expect([library.version, library.symbols.value(), library.symbols.count()]).toEqual([1, 1, 1]);
    expect(library.versions).toMatchObject([{ version: 1, state: 'current', unloadedAt: null }]);
    await rebuild(reloader, 3);
    expect([library.version, library.symbols.value()]).toEqual([2, 3]);
    expect(log).toEqual(['before 1', 'failed 1: ERR_SYMBOL_NOT_FOUND', 'before 1', 'after 2']);
  });

  test('gets its preserved variables from the old version, or back', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader, { preserve: ['counter'] });
    library.symbols.count();
    const failed = nextEvent(reloader, 'failed');
    build(2, `int counter; ${TLS}`);
    await failed;
    expect(library.symbols.count()).toBe(2);
    await rebuild(reloader, 3);
    expect([library.symbols.value(), library.symbols.count()]).toEqual([3, 3]);
  });

  test('throws while validate() is asked about the new version', async () => {
    await using reloader = new DynamicReload();
    let answer!: (isGood: boolean) => void;
    let asked = 0;
    const validate = () => {
      asked += 1;
      return asked === 1 || new Promise<boolean>((resolve) => (answer = resolve));
    };
    const library = await add(reloader, { validate });
    const failed = nextEvent(reloader, 'failed');
    build(2);
    while (asked < 2) await new Promise(setImmediate);
    const suspended = codedError('ERR_INVALID_STATE', { message: 'no version' });
    expect(() => library.symbols.value()).toThrow(suspended);
    expect(() => library.lease()).toThrow(codedError('ERR_INVALID_STATE'));
    answer(false);
    expect(await failed).toMatchObject({ oldVersion: 'reopened' });
    expect(library.symbols.value()).toBe(1);
  });

  test('is not closed first while somebody needs it', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader);
    const lease = library.lease();
    await rebuild(reloader, 2);
    expect(library.versions.map(({ state }) => state)).toEqual(['retired', 'current']);
    lease.release();
    expect(library.versions.map(({ state }) => state)).toEqual(['unloaded', 'current']);
  });

  test('can be closed in between', async () => {
    const reloader = new DynamicReload();
    let answer!: (isGood: boolean) => void;
    let asked = 0;
    const library = await add(reloader, {
      validate: () => {
        asked += 1;
        return asked === 1 || new Promise<boolean>((resolve) => (answer = resolve));
      },
    });
    const failed = nextEvent(reloader, 'failed');
    build(2);
    while (asked < 2) await new Promise(setImmediate);
    const closing = library.close();
    answer(true);
    await closing;
    expect((await failed).error).toEqual(codedError('ERR_LIBRARY_CLOSED'));
    expect(library.versions.map(({ state }) => state)).toEqual(['unloaded']);
    await reloader.close();
  });
});
