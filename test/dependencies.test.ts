// Libraries that lie beside a library: that they are found, and with `watchDependencies` that they are
// watched.

import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { DynamicReload, type DynamicReloadOptions } from '../lib';
import { compile } from './support/compiler';
import { logEvents } from './support/event-log';
import { shadowCopies } from './support/shadow-copies';
import { useProjectDirectory } from './support/temporary-directory';
import { nextEvent, waitFor } from './support/wait';

const directory = useProjectDirectory();

interface Built {
  /** What its function returns, beside what those of its dependencies do. */
  readonly value: number;
  readonly needs?: readonly string[];
  readonly soname?: boolean;
  readonly flags?: readonly string[];
}

/** Makes `lib<name>.so` in `folder`: `int <name>(void)` adds up its value and its dependencies'. */
function build(name: string, { value, needs = [], soname = true, flags = [] }: Built): string {
  const slash = name.lastIndexOf('/') + 1;
  const [folder, bare] = [name.slice(0, slash), name.slice(slash)];
  const calls = needs.map((need) => need.slice(need.lastIndexOf('/') + 1));
  const source = [
    ...calls.map((need) => `int ${need}(void);`),
    `static int calls; int ${bare}_calls(void) { return ++calls; }`,
    `int ${bare}(void) { return ${[value, ...calls.map((need) => `${need}()`)].join(' + ')}; }`,
  ].join('\n');
  return compile(source, directory.file(`${folder}lib${bare}.so`), {
    flags: [
      ...(soname ? [`-Wl,-soname,lib${bare}.so`] : []),
      ...needs.flatMap((need) => [
        `-L${directory.directory(need.slice(0, need.lastIndexOf('/') + 1))}`,
        `-l${need.slice(need.lastIndexOf('/') + 1)}`,
      ]),
      ...(flags.some((flag) => flag.startsWith('-Wl,-rpath')) ? [] : ['-Wl,-rpath,$ORIGIN']),
      ...flags,
    ],
  });
}

const symbols = { a: { return: 'i32' } } as const;

/** What is mapped from the directory of the test, and how many files are open. */
function mapped(): string[] {
  const lines = readFileSync('/proc/self/maps', 'utf8').split('\n');
  return lines.filter((line) => line.includes(directory.path));
}
const openFiles = () => readdirSync('/proc/self/fd').length;

function makeReloader(options: DynamicReloadOptions = {}): DynamicReload {
  return new DynamicReload({ shadowDir: directory.path, ...options });
}

describe('a library that searches beside itself', () => {
  test.each(['$ORIGIN', '${ORIGIN}', '$ORIGIN/', '/nowhere:$ORIGIN/../here'])(
    'finds its siblings by %s',
    async (rpath) => {
      build('here/b', { value: 2 });
      build('here/a', { value: 1, needs: ['here/b'], flags: [`-Wl,-rpath,${rpath}`] });
      await using reloader = makeReloader();
      const lib = await reloader.addLibrary('here/liba.so', { symbols });
      expect(lib.symbols.a()).toBe(3);
    },
  );

  test('finds them by DT_RPATH, and one without a SONAME', async () => {
    const flags = ['-Wl,--disable-new-dtags'];
    build('b', { value: 2, soname: false });
    build('a', { value: 1, needs: ['b'], flags });
    await using reloader = makeReloader();
    expect((await reloader.addLibrary('liba.so', { symbols })).symbols.a()).toBe(3);
  });

  test('prefers the one beside it to one of the same name elsewhere', async () => {
    build('far/b', { value: 40 });
    build('near/b', { value: 2 });
    const flags = ['-Wl,-rpath,$ORIGIN:$ORIGIN/../far'];
    build('near/a', { value: 1, needs: ['near/b'], flags });
    await using reloader = makeReloader();
    expect((await reloader.addLibrary('near/liba.so', { symbols })).symbols.a()).toBe(3);
  });

  test('is reloaded when it changes, and not when the same file is written again', async () => {
    build('b', { value: 2 });
    build('a', { value: 1, needs: ['b'] });
    await using reloader = makeReloader({ reload: 'manual' });
    const lib = await reloader.addLibrary('liba.so', { symbols });
    const log = logEvents(reloader);
    build('a', { value: 1, needs: ['b'] });
    build('a', { value: 10, needs: ['b'] });
    await waitFor(() => reloader.update() > 0);
    expect(lib.symbols.a()).toBe(12);
    expect(log).toEqual(['before 1', 'after 2']);
  });
});

describe('watchDependencies', () => {
  const options = { symbols, watchDependencies: true } as const;

  test.each([true, false])(
    'binds a new version to the new version of its dependency (SONAME: %s)',
    async (soname) => {
      build('b', { value: 2, soname });
      build('a', { value: 1, needs: ['b'], soname });
      await using reloader = makeReloader();
      const lib = await reloader.addLibrary('liba.so', options);
      expect(lib.symbols.a()).toBe(3);
      const after = nextEvent(reloader, 'after');
      build('b', { value: 20, soname });
      expect((await after).version).toBe(2);
      expect(lib.symbols.a()).toBe(21);
    },
  );

  test('keeps the dependency when only the library changes', async () => {
    build('b', { value: 2 });
    build('a', { value: 1, needs: ['b'] });
    await using reloader = makeReloader();
    const lib = await reloader.addLibrary('liba.so', options);
    const after = nextEvent(reloader, 'after');
    build('a', { value: 10, needs: ['b'] });
    await after;
    expect(lib.symbols.a()).toBe(12);
  });

  test('reloads once when both changed', async () => {
    build('b', { value: 2 });
    build('a', { value: 1, needs: ['b'] });
    await using reloader = makeReloader({ debounceMs: 1000 });
    const lib = await reloader.addLibrary('liba.so', options);
    const log = logEvents(reloader);
    const after = nextEvent(reloader, 'after');
    build('next/b', { value: 20 });
    build('next/a', { value: 10, needs: ['next/b'] });
    for (const name of ['libb.so', 'liba.so']) {
      renameSync(directory.file(`next/${name}`), directory.file(name));
    }
    await after;
    expect(lib.symbols.a()).toBe(30);
    expect(log).toEqual(['before 1', 'after 2']);
  });

  test('keeps both old versions when the new dependency is no good', async () => {
    build('b', { value: 2 });
    build('a', { value: 1, needs: ['b'] });
    await using reloader = makeReloader();
    const lib = await reloader.addLibrary('liba.so', options);
    const failed = nextEvent(reloader, 'failed');
    compile('int other(void) { return 1; }', directory.file('libb.so'));
    expect((await failed).error.code).toBe('ERR_LIBRARY_LOAD');
    expect(lib.symbols.a()).toBe(3);
    const after = nextEvent(reloader, 'after');
    build('b', { value: 20 });
    await after;
    expect(lib.symbols.a()).toBe(21);
  });

  test('reloads by a chain of three and by a diamond, with one copy of each', async () => {
    build('d', { value: 1000 });
    build('b', { value: 10, needs: ['d'] });
    build('c', { value: 100, needs: ['d'] });
    build('a', { value: 1, needs: ['b', 'c'] });
    await using reloader = makeReloader();
    const lib = await reloader.addLibrary('liba.so', options);
    expect(lib.symbols.a()).toBe(2111);
    expect(shadowCopies(directory.path)).toHaveLength(4);
    const after = nextEvent(reloader, 'after');
    build('d', { value: 2000 });
    await after;
    expect(lib.symbols.a()).toBe(4111);
  });

  test('goes on when a dependency disappears, and reloads when it is back', async () => {
    build('b', { value: 2 });
    build('a', { value: 1, needs: ['b'] });
    await using reloader = makeReloader();
    const lib = await reloader.addLibrary('liba.so', options);
    const failed = nextEvent(reloader, 'failed');
    build('next/a', { value: 10, needs: ['b'] });
    rmSync(directory.file('libb.so'));
    renameSync(directory.file('next/liba.so'), directory.file('liba.so'));
    const { error } = await failed;
    expect(error.code).toBe('ERR_LIBRARY_NOT_FOUND');
    expect(error.message).toContain(directory.file('libb.so'));
    expect(lib.symbols.a()).toBe(3);
    const after = nextEvent(reloader, 'after');
    build('b', { value: 20 });
    await after;
    expect(lib.symbols.a()).toBe(30);
  });

  test('notices a dependency that was not there at first', async () => {
    build('b', { value: 2 });
    build('a', { value: 1 });
    build('next/a', { value: 1, needs: ['b'] });
    rmSync(directory.file('libb.so'));
    await using reloader = makeReloader();
    const lib = await reloader.addLibrary('liba.so', options);
    const failed = nextEvent(reloader, 'failed');
    renameSync(directory.file('next/liba.so'), directory.file('liba.so'));
    expect((await failed).error.code).toBe('ERR_LIBRARY_LOAD');
    const after = nextEvent(reloader, 'after');
    build('b', { value: 20 });
    await after;
    expect(lib.symbols.a()).toBe(21);
  });

  test('gives each version and each library an image of its own', async () => {
    build('b', { value: 2 });
    build('a', { value: 1, needs: ['b'] });
    await using reloader = makeReloader();
    const b = await reloader.addLibrary('libb.so', { symbols: { b_calls: { return: 'i32' } } });
    const a = await reloader.addLibrary('liba.so', options);
    expect([b.symbols.b_calls(), b.symbols.b_calls(), a.symbols.a()]).toEqual([1, 2, 3]);
    const images = new Set(mapped().map((line) => line.slice(line.indexOf('/'))));
    expect([...images].filter((file) => file.endsWith('libb.so'))).toHaveLength(2);
  });

  test('leaves nothing of an old version, nor of a closed reloader', async () => {
    build('b', { value: 2 });
    build('a', { value: 1, needs: ['b'] });
    await makeReloader().close();
    const filesBefore = openFiles();
    const reloader = makeReloader();
    await reloader.addLibrary('liba.so', options);
    const unloaded = nextEvent(reloader, 'unloaded');
    build('b', { value: 20 });
    await unloaded;
    await waitFor(() => shadowCopies(directory.path).length === 2);
    expect(new Set(mapped().map((line) => line.slice(line.indexOf('/')))).size).toBe(2);
    await reloader.close();
    expect(mapped()).toEqual([]);
    expect(openFiles()).toBe(filesBefore);
    expect(readdirSync(directory.path)).toEqual(['liba.so', 'libb.so']);
  });

  test('takes symbols with versions from the new dependency', async () => {
    writeFileSync(directory.file('b.map'), 'B_1 { global: *; };');
    const script = `-Wl,--version-script=${directory.file('b.map')}`;
    build('b', { value: 2, flags: [script] });
    build('a', { value: 1, needs: ['b'] });
    await using reloader = makeReloader();
    const lib = await reloader.addLibrary('liba.so', options);
    const after = nextEvent(reloader, 'after');
    build('b', { value: 20, flags: [script] });
    await after;
    expect(lib.symbols.a()).toBe(21);
  });

  test('is refused for a library of the system', async () => {
    await using reloader = makeReloader();
    const system = { system: true, watchDependencies: true };
    await expect(reloader.addLibrary('libm.so.6', system)).rejects.toThrow('watchDependencies');
  });
});
