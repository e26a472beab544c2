import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { DynamicReload } from '../lib';
import { codedError } from './support/coded-error';
import { compile } from './support/compiler';
import { logEvents } from './support/event-log';
import { shadowCopies } from './support/shadow-copies';
import { useProjectDirectory } from './support/temporary-directory';
import { DEADLINE_MS, nextEvent, waitFor } from './support/wait';

const project = useProjectDirectory();

const sharedFun = { shared_fun: { return: 'i32' } } as const;

function build(value: number, name = 'libx.so'): string {
  return compile({ value }, project.file(name));
}

/** Whether the system has a file mapped into this process. */
function isLoaded(file: string): boolean {
  return readFileSync('/proc/self/maps', 'utf8').includes(file);
}

async function reloadTo(reloader: DynamicReload, value: number, name?: string): Promise<void> {
  const after = nextEvent(reloader, 'after');
  build(value, name);
  await after;
}

describe('a library', () => {
  test('is known by its name, its file, the copy that is loaded, and its version', async () => {
    const file = build(1, 'build/libx.so');
    await using reloader = new DynamicReload({ searchPaths: ['build'], shadowDir: '.' });
    const library = await reloader.addLibrary('x', { platformName: true });
    expect(library).toMatchObject({ name: 'x', originalPath: file, version: 1 });
    expect(library.loadedPath).toMatch(/\/dynamic-reload-\w{6}\/\d+-libx\.so$/);
    expect(library.loadedPath.startsWith(project.path)).toBe(true);
    expect(isLoaded(library.loadedPath)).toBe(true);
    expect(isLoaded(file)).toBe(false);
  });

  test('needs no symbols', async () => {
    build(1);
    await using reloader = new DynamicReload();
    expect(Object.keys((await reloader.addLibrary('libx.so')).symbols)).toEqual([]);
  });

  test('with the same base name in another directory is another library', async () => {
    await using reloader = new DynamicReload();
    const one = await reloader.addLibrary(build(1, 'a/libx.so'), { symbols: sharedFun });
    const other = await reloader.addLibrary(build(10, 'b/libx.so'), { symbols: sharedFun });
    expect([one.symbols.shared_fun(), other.symbols.shared_fun()]).toEqual([1, 10]);
    await reloadTo(reloader, 2, 'a/libx.so');
    expect([one.symbols.shared_fun(), other.symbols.shared_fun()]).toEqual([2, 10]);
    await reloadTo(reloader, 20, 'b/libx.so');
    expect([one.symbols.shared_fun(), other.symbols.shared_fun()]).toEqual([2, 20]);
    await one.close();
    expect(other.symbols.shared_fun()).toBe(20);
  });

  test('of another reloader in the same process is another one, of the same file too', async () => {
    const file = build(1);
    await using reloader = new DynamicReload();
    await using manual = new DynamicReload({ reload: 'manual' });
    const one = await reloader.addLibrary(file, { symbols: sharedFun });
    const other = await manual.addLibrary(file, { symbols: sharedFun });
    await reloadTo(reloader, 2);
    expect([one.symbols.shared_fun(), other.symbols.shared_fun()]).toEqual([2, 1]);
    await reloader.close();
    expect(other.symbols.shared_fun()).toBe(1);
  });
});

describe('across a reload', () => {
  test('function objects stay the same and answer for the new version', async () => {
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary(build(1), { symbols: sharedFun });
    const { symbols } = library;
    const { shared_fun: held } = symbols;
    const address = held.pointer;
    await reloadTo(reloader, 2);
    expect(held()).toBe(2);
    expect(library.symbols).toBe(symbols);
    expect(library.symbols.shared_fun).toBe(held);
    expect(held.pointer).not.toBe(address);
  });

  test('the version goes up and the loaded path changes, and the rest does not', async () => {
    await using reloader = new DynamicReload();
    const file = build(1);
    const library = await reloader.addLibrary(file);
    const paths = [library.loadedPath];
    for (const version of [2, 3]) {
      await reloadTo(reloader, version);
      expect(library).toMatchObject({ name: file, originalPath: file, version });
      paths.push(library.loadedPath);
    }
    expect(new Set(paths).size).toBe(3);
  });

  test('the old version is unloaded and its copy deleted', async () => {
    await using reloader = new DynamicReload({ shadowDir: '.' });
    const library = await reloader.addLibrary(build(1));
    const old = library.loadedPath;
    await reloadTo(reloader, 2);
    expect(isLoaded(old)).toBe(false);
    await waitFor(() => !existsSync(old));
    expect(isLoaded(library.loadedPath)).toBe(true);
  });

  test('the original can be deleted, and the library keeps working', async () => {
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary(build(1, 'out/libx.so'), { symbols: sharedFun });
    rmSync(path.dirname(library.originalPath), { recursive: true });
    expect(library.symbols.shared_fun()).toBe(1);
    await reloadTo(reloader, 2, 'out/libx.so');
    expect(library.symbols.shared_fun()).toBe(2);
  });
});

describe('removing a library', () => {
  test('unloads it and deletes its copy', async () => {
    await using reloader = new DynamicReload({ shadowDir: '.' });
    const library = await reloader.addLibrary(build(1), { symbols: sharedFun });
    await reloader.removeLibrary(library);
    expect(isLoaded(library.loadedPath)).toBe(false);
    expect(() => library.symbols.shared_fun()).toThrow(codedError('ERR_LIBRARY_CLOSED'));
    await waitFor(() => shadowCopies('.').length === 0);
  });

  test('is what close() and the end of its scope do', async () => {
    await using reloader = new DynamicReload();
    const file = build(1);
    const closed = await reloader.addLibrary(file, { symbols: sharedFun });
    await closed.close();
    expect(() => closed.symbols.shared_fun()).toThrow(codedError('ERR_LIBRARY_CLOSED'));
    let held: () => number;
    {
      await using library = await reloader.addLibrary(file, { symbols: sharedFun });
      held = library.symbols.shared_fun;
      expect(held()).toBe(1);
    }
    expect(() => held()).toThrow(codedError('ERR_LIBRARY_CLOSED'));
  });

  test('twice is fine', async () => {
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary(build(1));
    await Promise.all([reloader.removeLibrary(library), library.close()]);
    await reloader.removeLibrary(library);
    await reloader.close();
    await library.close();
  });

  test('ends its reloads, and those of the others go on', async () => {
    await using reloader = new DynamicReload();
    const removed = await reloader.addLibrary(build(1, 'libx.so'));
    const kept = await reloader.addLibrary(build(1, 'liby.so'), { symbols: sharedFun });
    await removed.close();
    const after = nextEvent(reloader, 'after');
    build(2, 'libx.so');
    build(2, 'liby.so');
    expect((await after).library).toBe(kept);
    expect(removed.version).toBe(1);
  });

  test('drops a change that is on its way, with its copy', async () => {
    await using reloader = new DynamicReload({ shadowDir: '.' });
    const library = await reloader.addLibrary(build(1));
    const log = logEvents(reloader);
    build(2);
    const deadline = performance.now() + DEADLINE_MS;
    while (!shadowCopies('.').includes('2-libx.so')) {
      expect(performance.now()).toBeLessThan(deadline);
    }
    await reloader.removeLibrary(library);
    await waitFor(() => shadowCopies('.').length === 0);
    expect(log).toEqual([]);
  });

  test('makes room to add it again, as a new library of version 1', async () => {
    await using reloader = new DynamicReload();
    const file = build(1);
    const old = await reloader.addLibrary(file, { symbols: sharedFun });
    await reloadTo(reloader, 2);
    await old.close();
    const library = await reloader.addLibrary(file, { symbols: sharedFun });
    expect(library).not.toBe(old);
    expect([library.version, library.symbols.shared_fun()]).toEqual([1, 2]);
    expect(() => old.symbols.shared_fun()).toThrow(codedError('ERR_LIBRARY_CLOSED'));
    await old.close();
    expect(library.symbols.shared_fun()).toBe(2);
  });
});

describe('closing a reloader', () => {
  test('unloads every library and removes the shadow directory', async () => {
    const shadowDir = project.directory('shadow');
    const reloader = new DynamicReload({ shadowDir });
    const libraries = [
      await reloader.addLibrary(build(1, 'libx.so'), { symbols: sharedFun }),
      await reloader.addLibrary(build(2, 'liby.so'), { symbols: sharedFun }),
    ];
    await reloader.close();
    for (const library of libraries) {
      expect(isLoaded(library.loadedPath)).toBe(false);
      expect(() => library.symbols.shared_fun()).toThrow(codedError('ERR_LIBRARY_CLOSED'));
    }
    expect(readdirSync(shadowDir)).toEqual([]);
  });

  test('gives one promise however often it is asked', async () => {
    const reloader = new DynamicReload();
    expect(reloader.close()).toBe(reloader.close());
    await reloader.close();
    await reloader[Symbol.asyncDispose]();
  });

  test('is what the end of its scope does', async () => {
    const shadowDir = project.directory('shadow');
    {
      await using reloader = new DynamicReload({ shadowDir });
      await reloader.addLibrary(build(1));
    }
    expect(readdirSync(shadowDir)).toEqual([]);
  });
});

describe('a listener can close what it is told of', () => {
  test.each(['before', 'after'] as const)('the library, in "%s"', async (name) => {
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary(build(1), { symbols: sharedFun });
    const log = logEvents(reloader);
    reloader.on(name, () => void reloader.removeLibrary(library));
    const end = nextEvent(reloader, name === 'before' ? 'failed' : 'after');
    build(2);
    await end;
    const expected = name === 'before' ? 'failed 1: ERR_LIBRARY_CLOSED' : 'after 2';
    expect(log).toEqual(['before 1', expected]);
    expect(() => library.symbols.shared_fun()).toThrow(codedError('ERR_LIBRARY_CLOSED'));
  });

  test.each(['before', 'after', 'failed'] as const)('the reloader, in "%s"', async (name) => {
    const reloader = new DynamicReload({ shadowDir: project.directory('shadow') });
    await reloader.addLibrary(build(1), { symbols: sharedFun });
    const log = logEvents(reloader);
    const closed = new Promise<void>((resolve) => {
      reloader.on(name, () => void reloader.close().then(resolve));
    });
    if (name === 'failed') compile('int other;', project.file('libx.so'));
    else build(2);
    await closed;
    expect(log).toHaveLength(2);
    expect(readdirSync('shadow')).toEqual([]);
  });
});

describe('addLibrarySync()', () => {
  test('gives a library at once, like any other', async () => {
    await using reloader = new DynamicReload();
    const library = reloader.addLibrarySync(build(1), { symbols: sharedFun });
    expect([library.version, library.symbols.shared_fun()]).toEqual([1, 1]);
    await reloadTo(reloader, 2);
    expect([library.version, library.symbols.shared_fun()]).toEqual([2, 2]);
  });

  test('gives the library that is there', async () => {
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary(build(1));
    expect(reloader.addLibrarySync('libx.so')).toBe(library);
  });

  test('throws what addLibrary() rejects with', async () => {
    await using reloader = new DynamicReload();
    expect(() => reloader.addLibrarySync('nothing')).toThrow(codedError('ERR_LIBRARY_NOT_FOUND'));
    build(1);
    expect(() => reloader.addLibrarySync('libx.so', { symbols: { wrong: {} } })).toThrow(
      codedError('ERR_SYMBOL_NOT_FOUND'),
    );
  });
});
