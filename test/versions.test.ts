// What becomes of old versions, and who keeps them.

import { existsSync } from 'node:fs';
import { DynamicReload } from '../lib';
import { codedError } from './support/coded-error';
import { compile } from './support/compiler';
import { useProjectDirectory } from './support/temporary-directory';
import { nextEvent, waitFor } from './support/wait';

const project = useProjectDirectory();
const symbols = { shared_fun: { return: 'i32' } } as const;

function build(value: number): string {
  return compile({ value }, project.file('libx.so'));
}

async function rebuild(reloader: DynamicReload, value: number): Promise<void> {
  const after = nextEvent(reloader, 'after');
  build(value);
  await after;
}

/** The events about old versions, in words. */
function logVersions(reloader: DynamicReload): string[] {
  const log: string[] = [];
  reloader.on('unloaded', ({ version }) => log.push(`unloaded ${version}`));
  reloader.on('resident', ({ version, reasons }) =>
    log.push(`resident ${version}: ${reasons.join()}`),
  );
  return log;
}

describe('versions', () => {
  test('are listed with what became of them', async () => {
    await using reloader = new DynamicReload();
    const start = Date.now();
    const library = await reloader.addLibrary(build(1), { symbols });
    const log = logVersions(reloader);
    const first = library.loadedPath;
    await rebuild(reloader, 2);
    await waitFor(() => log.length === 1);
    const [old, current] = library.versions;
    expect(old).toMatchObject({ version: 1, state: 'unloaded', reasons: [], path: first });
    expect(current).toMatchObject({ version: 2, state: 'current', path: library.loadedPath });
    expect(current?.unloadedAt).toBeNull();
    expect(old?.size).toBeGreaterThan(1000);
    const times = [start, old?.loadedAt, current?.loadedAt, old?.unloadedAt, Date.now()].map(
      Number,
    );
    expect(times).toEqual([...times].sort((one, other) => one - other));
    expect(log).toEqual(['unloaded 1']);
  });

  test('are all unloaded when the library is closed', async () => {
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary(build(1), { symbols });
    const log = logVersions(reloader);
    await rebuild(reloader, 2);
    await library.close();
    expect(log).toEqual(['unloaded 1', 'unloaded 2']);
    expect(library.versions.map(({ state }) => state)).toEqual(['unloaded', 'unloaded']);
  });
});

describe('a lease', () => {
  test('keeps the version it was taken of', async () => {
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary(build(1), { symbols });
    const log = logVersions(reloader);
    const lease = library.lease();
    const { loadedPath } = library;
    await rebuild(reloader, 2);
    expect([lease.version, library.version]).toEqual([1, 2]);
    expect(library.versions[0]).toMatchObject({ state: 'retired', unloadedAt: null });
    expect(existsSync(loadedPath)).toBe(true);
    expect(log).toEqual([]);
    lease.release();
    expect(library.versions[0]).toMatchObject({ state: 'unloaded' });
    await waitFor(() => !existsSync(loadedPath));
    lease.release();
    expect(log).toEqual(['unloaded 1']);
  });

  test('ends with its block, and the last of several counts', async () => {
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary(build(1), { symbols });
    const other = library.lease();
    {
      using _lease = library.lease();
      await rebuild(reloader, 2);
    }
    expect(library.versions[0]?.state).toBe('retired');
    other.release();
    expect(library.versions[0]?.state).toBe('unloaded');
  });

  test('makes closing wait', async () => {
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary(build(1), { symbols });
    const lease = library.lease();
    const closed = jest.fn();
    const closing = library.close().then(closed);
    await new Promise(setImmediate);
    expect(closed).not.toHaveBeenCalled();
    expect(() => library.symbols.shared_fun()).toThrow(codedError('ERR_LIBRARY_CLOSED'));
    lease.release();
    await closing;
    expect(() => library.lease()).toThrow(codedError('ERR_LIBRARY_CLOSED'));
  });

  test('of the version before makes closing wait in an "after" listener, too', async () => {
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary(build(1), { symbols });
    const lease = library.lease();
    let isClosed = false;
    let closing: Promise<unknown> | undefined;
    reloader.once('after', () => {
      closing = library.close().then(() => (isClosed = true));
    });
    await rebuild(reloader, 2);
    await waitFor(() => library.versions[1]?.state === 'unloaded');
    await Promise.race([closing, new Promise(setImmediate)]);
    expect([isClosed, library.versions[0]?.state]).toEqual([false, 'retired']);
    lease.release();
    await closing;
    expect(library.versions[0]?.state).toBe('unloaded');
  });

  test('that lasts is told, and the version is unloaded after all', async () => {
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary(build(1), { symbols, drainTimeoutMs: 1 });
    const log = logVersions(reloader);
    const lease = library.lease();
    await rebuild(reloader, 2);
    await waitFor(() => log.length === 1);
    expect(library.versions[0]?.state).toBe('retired');
    lease.release();
    await waitFor(() => log.length === 2);
    expect(log).toEqual(['resident 1: in-use', 'unloaded 1']);
  });
});

describe('a nonblocking call', () => {
  test('keeps its version, which is told when it lasts', async () => {
    await using reloader = new DynamicReload();
    const gate = new Int32Array(2);
    const built = () =>
      compile({ file: 'nonblocking.c' }, project.file('libx.so'), { defines: { VALUE: 1 } });
    const library = await reloader.addLibrary(built(), {
      symbols: { value_after: { arguments: ['buffer'], return: 'i32', nonblocking: true } },
      drainTimeoutMs: 1,
    });
    const log = logVersions(reloader);
    const call = library.symbols.value_after(gate);
    await waitFor(() => Atomics.load(gate, 1) === 1);
    const after = nextEvent(reloader, 'after');
    compile({ file: 'nonblocking.c' }, project.file('libx.so'), { defines: { VALUE: 2 } });
    await after;
    await waitFor(() => log.length === 1);
    Atomics.store(gate, 0, 1);
    expect(await call).toBe(1);
    await waitFor(() => log.length === 2);
    expect(log).toEqual(['resident 1: in-use', 'unloaded 1']);
  });
});
