// Old versions that are kept, and gone back to.

import { utimesSync } from 'node:fs';
import { DynamicReload, type DynamicReloadOptions } from '../lib';
import { codedError } from './support/coded-error';
import { compile } from './support/compiler';
import { logEvents } from './support/event-log';
import { useProjectDirectory } from './support/temporary-directory';
import { nextEvent, waitFor } from './support/wait';

const project = useProjectDirectory();
const symbols = { value: { return: 'i32' }, next: { return: 'i32' } } as const;

function build(value: number, name = 'libx.so'): string {
  const text = `int n; int next(void) { return ++n; } int value(void) { return ${value}; }`;
  return compile(text, project.file(name));
}

/** A library of which so many versions were loaded, the last one of value 30, 20, ... */
async function addVersions(
  reloader: DynamicReload,
  count: number,
  { keepVersions = count }: { keepVersions?: number } = {},
) {
  const library = await reloader.addLibrary(build(10), { symbols, keepVersions });
  for (let version = 2; version <= count; version += 1) {
    const after = nextEvent(reloader, 'after');
    build(10 * version);
    await after;
  }
  return library;
}

function states(library: { versions: readonly { version: number; state: string }[] }) {
  return library.versions.map(({ version, state }) => `${version} ${state}`);
}

describe('keepVersions', () => {
  test('keeps the last ones loaded, and unloads those before', async () => {
    await using reloader = new DynamicReload();
    const library = await addVersions(reloader, 4, { keepVersions: 2 });
    expect(states(library)).toEqual(['1 unloaded', '2 kept', '3 kept', '4 current']);
    await library.close();
    expect(states(library)).toEqual(['1 unloaded', '2 unloaded', '3 unloaded', '4 unloaded']);
  });

  test('is none by default', async () => {
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary(build(10), { symbols });
    const after = nextEvent(reloader, 'after');
    build(20);
    await after;
    expect(states(library)).toEqual(['1 unloaded', '2 current']);
    await expect(library.rollback()).rejects.toEqual(codedError('ERR_INVALID_STATE'));
  });
});

describe('rollback()', () => {
  test('makes the version before current again, where it was left', async () => {
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary(build(10), { symbols, keepVersions: 1 });
    const { next } = library.symbols;
    expect([next(), next()]).toEqual([1, 2]);
    const reloaded = nextEvent(reloader, 'after');
    build(20);
    await reloaded;
    expect(next()).toBe(1);
    const log = logEvents(reloader);
    const event = await library.rollback();
    expect(event).toMatchObject({ library, version: 3, rollbackTo: 1 });
    expect([library.symbols.value(), next()]).toEqual([10, 3]);
    expect(log).toEqual(['before 2', 'after 3']);
    expect(states(library)).toEqual(['2 kept', '3 current']);
    expect(library.versions.map(({ from }) => from)).toEqual([null, 1]);
  });

  test('goes back further each time, and forward by number', async () => {
    await using reloader = new DynamicReload();
    const library = await addVersions(reloader, 3);
    await library.rollback();
    await library.rollback();
    expect([library.version, library.symbols.value()]).toEqual([5, 10]);
    await expect(library.rollback()).rejects.toEqual(
      codedError('ERR_INVALID_STATE', { message: 'No version before the current one' }),
    );
    await library.rollback({ version: 3 });
    expect([library.version, library.symbols.value()]).toEqual([6, 30]);
    for (const version of [1, 3, 6, 7]) {
      await expect(library.rollback({ version })).rejects.toEqual(
        codedError('ERR_INVALID_STATE', { message: `No version ${version}` }),
      );
    }
  });

  test('goes back to what ran before a new version, not to what was gone back from', async () => {
    await using reloader = new DynamicReload();
    const library = await addVersions(reloader, 2);
    await library.rollback();
    const after = nextEvent(reloader, 'after');
    build(30);
    await after;
    await library.rollback();
    expect(library.symbols.value()).toBe(10);
  });

  test('leaves the file alone until it changes once more', async () => {
    await using reloader = new DynamicReload();
    const library = await addVersions(reloader, 2);
    await library.rollback();
    const log = logEvents(reloader);
    utimesSync(project.file('libx.so'), 1, 1); // Watched, and no change of what it is.
    const other = await reloader.addLibrary(build(1, 'liby.so'), { symbols });
    const seen = nextEvent(reloader, 'after');
    build(2, 'liby.so');
    await seen;
    expect([library.symbols.value(), other.symbols.value()]).toEqual([10, 2]);
    expect(log).toEqual(['before 1', 'after 2']);
    const after = nextEvent(reloader, 'after');
    build(30);
    await after;
    expect([library.version, library.symbols.value()]).toEqual([4, 30]);
  });

  test('tells what changes, and carries the state of listeners', async () => {
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary(build(10), { symbols, keepVersions: 1 });
    const after = nextEvent(reloader, 'after');
    compile('int fresh; int next() { return 0; } int value() { return 0; }', 'libx.so');
    await after;
    reloader.once('before', (event) => (event.state = 'carried'));
    const event = await library.rollback();
    expect(event).toMatchObject({
      state: 'carried',
      symbols: { added: ['n'], removed: ['fresh'] },
    });
  });

  test('in an "after" listener is carried out when that reload is over', async () => {
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary(build(10), { symbols, keepVersions: 1 });
    const log = logEvents(reloader);
    let rolledBack: Promise<unknown> | undefined;
    reloader.once('after', () => {
      rolledBack = library.rollback();
    });
    build(20);
    await waitFor(() => rolledBack);
    await rolledBack;
    expect(library.symbols.value()).toBe(10);
    expect(log).toEqual(['before 1', 'after 2', 'before 2', 'after 3']);
  });

  test('waits for deferrals', async () => {
    await using reloader = new DynamicReload();
    const library = await addVersions(reloader, 2);
    const deferral = reloader.deferReload();
    const done = library.rollback();
    expect(library.symbols.value()).toBe(20);
    deferral.release();
    await done;
    expect(library.symbols.value()).toBe(10);
  });

  test('is refused by a "before" listener', async () => {
    await using reloader = new DynamicReload();
    const library = await addVersions(reloader, 2);
    const log = logEvents(reloader);
    reloader.once('before', (event) => {
      expect(event.rollbackTo).toBe(1);
      event.waitUntil(Promise.reject(new Error('no')));
    });
    await expect(library.rollback()).rejects.toEqual(codedError('ERR_BEFORE_LISTENER'));
    expect([library.symbols.value(), states(library)]).toEqual([20, ['1 kept', '2 current']]);
    expect(log).toEqual(['before 2', 'failed 2: ERR_BEFORE_LISTENER']);
  });

  test.each<DynamicReloadOptions>([{}, { reload: 'manual' }])(
    'of a library that is closed meanwhile fails: %p',
    async (options) => {
      await using reloader = new DynamicReload(options);
      const library = await reloader.addLibrary(build(10), { symbols, keepVersions: 1 });
      build(20);
      if (options.reload === 'manual') await waitFor(() => reloader.update() > 0);
      else await library.reloaded({ version: 2 });
      const deferral = reloader.deferReload();
      const done = library.rollback();
      await library.close();
      deferral.release();
      await expect(done).rejects.toEqual(codedError('ERR_LIBRARY_CLOSED'));
      await expect(library.rollback()).rejects.toEqual(codedError('ERR_LIBRARY_CLOSED'));
    },
  );

  test('that waits when the reloader is closed fails', async () => {
    const reloader = new DynamicReload();
    const library = await addVersions(reloader, 2);
    reloader.deferReload();
    const done = library.rollback();
    const failure = expect(done).rejects.toEqual(codedError('ERR_RELOADER_CLOSED'));
    await reloader.close();
    await failure;
  });

  test('keeps a lease on the version that it went back to', async () => {
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary(build(10), { symbols, keepVersions: 1 });
    using _lease = library.lease();
    const after = nextEvent(reloader, 'after');
    build(20);
    await after;
    await library.rollback();
    expect(library.symbols.value()).toBe(10);
  });
});

describe('rollback() in a group', () => {
  async function addPair(reloader: DynamicReload, keepB: number) {
    const options = { symbols, group: 'pair' };
    const a = await reloader.addLibrary(build(10, 'liba.so'), { ...options, keepVersions: 1 });
    const b = await reloader.addLibrary(build(11, 'libb.so'), { ...options, keepVersions: keepB });
    const deferral = reloader.deferReload();
    build(20, 'liba.so');
    build(21, 'libb.so');
    await waitFor(() => reloader.pending === 2);
    deferral.release();
    expect([a.symbols.value(), b.symbols.value()]).toEqual([20, 21]);
    return { a, b };
  }

  test('takes along what was replaced together', async () => {
    await using reloader = new DynamicReload();
    const { a, b } = await addPair(reloader, 1);
    await a.rollback();
    expect([a.symbols.value(), b.symbols.value()]).toEqual([10, 11]);
    await expect(a.rollback({ version: 2 })).resolves.toMatchObject({ version: 4 });
    expect([a.symbols.value(), b.symbols.value()]).toEqual([20, 21]);
  });

  test('is refused for all by a listener of one', async () => {
    await using reloader = new DynamicReload();
    const { a, b } = await addPair(reloader, 1);
    const log = logEvents(reloader);
    b.on('before', () => {
      throw new Error('no');
    });
    await expect(a.rollback()).rejects.toEqual(codedError('ERR_GROUP', { message: 'libb.so' }));
    expect([a.symbols.value(), b.symbols.value()]).toEqual([20, 21]);
    expect(log.slice(2)).toEqual(['failed 2: ERR_GROUP', 'failed 2: ERR_BEFORE_LISTENER']);
  });

  test('is refused when another one has nothing to go back to', async () => {
    await using reloader = new DynamicReload();
    const { a, b } = await addPair(reloader, 0);
    await expect(a.rollback()).rejects.toEqual(
      codedError('ERR_INVALID_STATE', { message: 'libb.so' }),
    );
    expect([a.symbols.value(), b.symbols.value()]).toEqual([20, 21]);
  });

  test('leaves those alone that were replaced since', async () => {
    await using reloader = new DynamicReload();
    const { a, b } = await addPair(reloader, 1);
    const after = nextEvent(reloader, 'after');
    build(31, 'libb.so');
    await after;
    await a.rollback();
    expect([a.symbols.value(), b.symbols.value()]).toEqual([10, 31]);
  });
});
