import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  DynamicReload,
  type AddLibraryOptions,
  type SymbolDefinitions,
  type UpdateCallback,
} from '../lib';
import { readLibraryRequest } from '../lib/library-request';
import { readReloaderOptions } from '../lib/reloader-options';
import { codedError } from './support/coded-error';
import { useProjectDirectory } from './support/temporary-directory';

const project = useProjectDirectory();

/** What a program without type checks may hand in. */
function readReloader(options: unknown) {
  return readReloaderOptions(options as object);
}

function readLibrary(name: unknown, options: unknown) {
  return readLibraryRequest(name as string, options as AddLibraryOptions<SymbolDefinitions>);
}

function wrongType(message: string): Error {
  return codedError('ERR_INVALID_ARG_TYPE', { name: 'DynamicReloadTypeError', message });
}

describe('options of a reloader', () => {
  test('have defaults', () => {
    expect(readReloaderOptions({})).toEqual({
      search: { paths: [], mode: 'default' },
      shadowParents: [tmpdir(), '/var/tmp', '/dev/shm', process.cwd()],
      debounceMs: 0,
      watch: 'auto',
      manual: false,
      shareVersions: false,
      signal: undefined,
    });
  });

  test('keep what they say', () => {
    const { signal } = new AbortController();
    const settings = readReloaderOptions({
      searchPaths: ['/opt/lib'],
      search: 'backwards',
      shadowDir: '/var/tmp',
      debounceMs: 50,
      reload: 'manual',
      watch: 'poll',
      shareVersions: true,
      signal,
    });
    expect(settings).toEqual({
      search: { paths: ['/opt/lib'], mode: 'backwards' },
      shadowParents: ['/var/tmp'],
      debounceMs: 50,
      watch: 'poll',
      manual: true,
      shareVersions: true,
      signal,
    });
  });

  test('mean relative paths from where the reloader was made', () => {
    const settings = readReloaderOptions({ searchPaths: ['build', '../b'], shadowDir: 'build' });
    process.chdir('/');
    expect(settings.search.paths).toEqual([
      path.join(project.path, 'build'),
      path.join(path.dirname(project.path), 'b'),
    ]);
    expect(settings.shadowParents).toEqual([path.join(project.path, 'build')]);
  });

  test.each([
    [{ searchPaths: 'build' }, `"searchPaths" must be an array, not 'build'`],
    [{ searchPaths: null }, '"searchPaths" must be an array, not null'],
    [{ searchPaths: ['build', 1] }, '"searchPaths" must be a path, not 1'],
    [{ searchPaths: [''] }, `"searchPaths" must be a path, not ''`],
    [{ shadowDir: 1 }, '"shadowDir" must be a path, not 1'],
    [{ shadowDir: '' }, `"shadowDir" must be a path, not ''`],
    [{ shadowDir: 'a\0b' }, `"shadowDir" must be a path, not 'a\\x00b'`],
    [{ shareVersions: 1 }, '"shareVersions" must be a boolean, not 1'],
    [{ search: 'up' }, `"search" must be 'default' or 'backwards', not 'up'`],
    [{ reload: true }, `"reload" must be 'auto' or 'manual', not true`],
    [{ debounceMs: '5' }, `"debounceMs" must be a number, not '5'`],
    [{ debounceMs: 5n }, '"debounceMs" must be a number, not 5n'],
    [{ signal: {} }, '"signal" must be an AbortSignal, not {}'],
    [{ signal: null }, '"signal" must be an AbortSignal, not null'],
  ])('%p are refused', (options, message) => {
    expect(() => readReloader(options)).toThrow(wrongType(message));
    expect(() => new DynamicReload(options as object)).toThrow(wrongType(message));
  });

  test.each([0, 0.5, 2 ** 31 - 1])('accept %p ms of debounce', (debounceMs) => {
    expect(readReloaderOptions({ debounceMs }).debounceMs).toBe(debounceMs);
  });

  test.each([-1, 2 ** 31, Infinity, NaN])('refuse %p ms of debounce', (debounceMs) => {
    expect(() => readReloaderOptions({ debounceMs })).toThrow(
      codedError('ERR_OUT_OF_RANGE', {
        name: 'DynamicReloadRangeError',
        message: `"debounceMs" must be from 0 to 2147483647, not ${debounceMs}`,
      }),
    );
  });

  test.each([null, 'build', 5])('cannot be %p', (options) => {
    const message = '"options" must be an object, not ';
    expect(() => readReloader(options)).toThrow(wrongType(message));
    expect(() => readLibrary('foo', options)).toThrow(wrongType(message));
  });

  test('accept a signal of another realm', () => {
    const signal = { aborted: false, throwIfAborted: () => {} };
    expect(readReloader({ signal }).signal).toBe(signal);
  });
});

describe('options of a library', () => {
  test('have defaults', () => {
    expect(readLibraryRequest('foo', {})).toEqual({
      name: 'foo',
      fileName: 'foo',
      isAddon: false,
      signatures: new Map(),
      system: false,
      settings: {
        flags: undefined,
        group: undefined,
        validate: undefined,
        preserve: [],
        state: undefined,
        abiTag: undefined,
        keepVersions: 0,
        verify: undefined,
        allow: undefined,
        probe: false,
        keepUnique: false,
        drainTimeoutMs: 10_000,
        settleMs: undefined,
        waitForFile: false,
        watchDependencies: false,
        copy: 'full',
      },
      given: [],
      signal: undefined,
    });
  });

  test('take every symbol once, by the name the program uses', () => {
    const request = readLibraryRequest('foo', {
      symbols: { one: { name: 'first' }, two: { type: 'i32' } },
    });
    expect([...request.signatures.keys()]).toEqual(['one', 'two']);
    expect(request.signatures.get('one')).toMatchObject({ kind: 'function', symbol: 'first' });
    expect(request.signatures.get('two')).toMatchObject({ kind: 'variable', symbol: 'two' });
  });

  test.each([
    ['', {}, `"name" must be a path, not ''`],
    [undefined, {}, '"name" must be a path, not undefined'],
    ['a\0b', {}, `"name" must be a path, not 'a\\x00b'`],
    ['foo', { platformName: 'yes' }, `"platformName" must be a boolean, not 'yes'`],
    ['foo', { watchDependencies: 1 }, '"watchDependencies" must be a boolean, not 1'],
    ['foo', { system: 1 }, '"system" must be a boolean, not 1'],
    ['./foo', { system: true }, '"name" must be a bare name with `system`, not'],
    ['foo', { flags: '2' }, `"flags" must be an integer, not '2'`],
    ['foo', { flags: 1.5 }, '"flags" must be an integer, not 1.5'],
    ['foo', { signal: 'now' }, `"signal" must be an AbortSignal, not 'now'`],
    ['foo', { symbols: null }, '"symbols" must be an object, not null'],
    ['foo', { symbols: 'f' }, `"symbols" must be an object, not 'f'`],
  ])('%p with %p are refused', (name, options, message) => {
    expect(() => readLibrary(name, options)).toThrow(wrongType(message));
  });

  test('with a wrong definition name the symbol', () => {
    expect(() => readLibrary('foo', { symbols: { f: { args: [] } } })).toThrow(
      codedError('ERR_SYMBOL_DEFINITION', {
        message: 'Symbol "f": "args" is named "arguments" here',
      }),
    );
  });

  test.each([null, 'before', {}])('go with an update() that does not call %p', async (callback) => {
    await using reloader = new DynamicReload();
    expect(() => reloader.update(callback as unknown as UpdateCallback)).toThrow(
      wrongType('"callback" must be a function, not '),
    );
  });

  test('are checked before anything is looked for, by both ways to add', async () => {
    await using reloader = new DynamicReload();
    await expect(reloader.addLibrary('')).rejects.toEqual(wrongType('"name" must be a path'));
    expect(() => reloader.addLibrarySync('')).toThrow(wrongType('"name" must be a path'));
  });
});

test('each property is read exactly once', () => {
  const reads: string[] = [];
  const watch = <T extends object>(target: T): T =>
    new Proxy(target, {
      get: (_target, key, receiver) => {
        reads.push(String(key));
        return Reflect.get(target, key, receiver) as unknown;
      },
    });
  const searchPaths = ['a', 'b'];
  const reloader = { search: 'default', shadowDir: 'c', debounceMs: 5, reload: 'auto' };
  readReloader(watch({ ...reloader, searchPaths: watch(searchPaths) }));
  const library = { platformName: true, system: false, flags: 2, symbols: { f: {} } };
  const versions = { preserve: ['d'], abiTag: 'g', keepVersions: 1 };
  const state = { save: 'h', restore: 'i' };
  const parts = { symbols: watch(library.symbols), state: watch(state) };
  readLibrary('foo', watch({ ...library, ...versions, ...parts }));
  const once = [reloader, { searchPaths }, searchPaths, library, library.symbols, versions, state];
  for (const property of once.flatMap((object) => Object.keys(object))) {
    expect(reads.filter((read) => read === property)).toEqual([property]);
  }
});

describe('what is wrong about versions is said', () => {
  test.each([
    [{ preserve: 'counter' }, '"preserve" must be an array, not '],
    [{ preserve: [1] }, '"preserve" must be a string, not 1'],
    [{ state: 'save' }, '"state" must be an object, not '],
    [{ state: { save: 'save' } }, '"state.restore" must be a string, not undefined'],
    [{ state: { saves: 'save' } }, 'There is no option "saves"; there are save, restore'],
    [{ abiTag: 1 }, '"abiTag" must be a string, not 1'],
    [{ keepVersions: '1' }, '"keepVersions" must be a number, not '],
  ])('%p', (options, message) => {
    expect(() => readLibrary('x', options)).toThrow(wrongType(message));
  });

  test.each([-1, 0.5, Infinity, NaN])('keepVersions: %p', (keepVersions) => {
    expect(() => readLibrary('x', { keepVersions })).toThrow(
      codedError('ERR_OUT_OF_RANGE', { message: '"keepVersions" must be an integer from 0' }),
    );
  });
});

describe('an option that does not exist', () => {
  test('of a reloader is refused', () => {
    expect(() => readReloader({ serchPaths: [] })).toThrow(
      wrongType(
        'There is no option "serchPaths"; there are searchPaths, search, shadowDir, debounceMs, reload, beforeTimeoutMs, signal',
      ),
    );
  });

  test('of a library is refused', () => {
    expect(() => readLibrary('x', { platfromName: true })).toThrow(
      wrongType(
        'There is no option "platfromName"; there are platformName, symbols, system, flags, signal, types, group, ',
      ),
    );
  });
});
