import { rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import {
  DynamicReload,
  DynamicReloadError,
  DynamicReloadRangeError,
  DynamicReloadTypeError,
  LibraryNotFoundError,
  ShadowCopyError,
  SymbolNotFoundError,
  SystemCallError,
} from '../lib';
import { asReloadError, describe as describeValue } from '../lib/errors';
import { codedError } from './support/coded-error';
import { compile } from './support/compiler';
import { useProjectDirectory } from './support/temporary-directory';

const project = useProjectDirectory();

const sharedFun = { shared_fun: { return: 'i32' } } as const;

function build(value = 1): string {
  return compile({ value }, project.file('libx.so'));
}

describe('the classes of errors', () => {
  test.each<[Error, string, unknown]>([
    [new DynamicReloadError('ERR_WATCH', 'words'), 'DynamicReloadError', Error],
    [
      new DynamicReloadTypeError('ERR_INVALID_ARG_TYPE', 'words'),
      'DynamicReloadTypeError',
      TypeError,
    ],
    [new DynamicReloadRangeError('words'), 'DynamicReloadRangeError', RangeError],
    [new LibraryNotFoundError('words', []), 'LibraryNotFoundError', DynamicReloadError],
    [new SymbolNotFoundError('words', '/x', []), 'SymbolNotFoundError', DynamicReloadError],
    [new SystemCallError('ERR_WATCH', 'words', {}), 'SystemCallError', DynamicReloadError],
    [new ShadowCopyError('words', {}), 'ShadowCopyError', SystemCallError],
  ])('%s', (error, name, parent) => {
    expect(error).toBeInstanceOf(parent);
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe(name);
    expect(error.message).toContain('words');
    expect(error.stack).toMatch(new RegExp(`^${name}: `));
    expect(Object.keys(error)).not.toContain('name');
  });

  test('keep the cause', () => {
    const cause = new Error('why');
    expect(new DynamicReloadError('ERR_WATCH', 'words', { cause }).cause).toBe(cause);
  });

  test('take in a foreign error as the cause of one of ours', () => {
    const foreign = new TypeError('broken');
    expect(asReloadError(foreign)).toMatchObject({ code: 'ERR_LIBRARY_LOAD', cause: foreign });
    const ours = new DynamicReloadError('ERR_WATCH', 'words');
    expect(asReloadError(ours)).toBe(ours);
  });
});

test.each([
  ['x'.repeat(100), `'${'x'.repeat(40)}'... 60 more characters`],
  [[1, 2, 3, 4], '[ 1, 2, 3, ... 1 more item ]'],
  [{ a: { b: 1 } }, '{ a: [Object] }'],
  [5n, '5n'],
  [-0, '-0'],
  [new Error('only the message'), 'only the message'],
])('a message shows %p short', (value, text) => {
  expect(describeValue(value)).toBe(text);
});

test('a message survives a value that does not want to be shown', () => {
  const buffer = new ArrayBuffer(8);
  const view = new DataView(buffer);
  structuredClone(buffer, { transfer: [buffer] });
  const refuse = () => {
    throw new Error('private');
  };
  const error = Object.defineProperty(new Error('words'), 'message', { get: refuse });
  const custom = { [inspect.custom]: refuse };
  expect([view, error, custom].map(describeValue)).toEqual([
    ...['a strange object', 'a strange object'],
    expect.stringContaining('Symbol(nodejs.util.inspect.custom)'),
  ]);
});

describe('ERR_LIBRARY_NOT_FOUND', () => {
  test('lists every place in the order of the search, with the platform name', async () => {
    await using reloader = new DynamicReload({ searchPaths: ['build'] });
    const places = [project.path, path.join(project.path, 'build'), path.dirname(process.execPath)];
    const expected = codedError('ERR_LIBRARY_NOT_FOUND', {
      name: 'LibraryNotFoundError',
      searched: places.map((place) => path.join(place, 'libnothing.so')),
    });
    const options = { platformName: true };
    await expect(reloader.addLibrary('nothing', options)).rejects.toEqual(expected);
    expect(() => reloader.addLibrarySync('nothing', options)).toThrow(expected);
  });
});

describe('ERR_SHADOW_COPY', () => {
  test.each([
    ['does not exist', constants.errno.ENOENT],
    ['is a file', constants.errno.ENOTDIR],
  ])('names a shadow directory that %s', (what, errno) => {
    const shadowDir = project.file('shadow');
    if (what === 'is a file') writeFileSync(shadowDir, '');
    expect(() => new DynamicReload({ shadowDir })).toThrow(
      codedError('ERR_SHADOW_COPY', {
        name: 'ShadowCopyError',
        message: `Cannot use ${shadowDir} for a shadow copy: `,
        source: shadowDir,
        destination: undefined,
        path: shadowDir,
        syscall: 'mkdtemp',
        errno,
      }),
    );
  });

  test('names both files when a copy cannot be made', async () => {
    const file = build();
    const shadowDir = project.directory('shadow');
    await using reloader = new DynamicReload({ shadowDir });
    rmSync(shadowDir, { recursive: true });
    await expect(reloader.addLibrary(file)).rejects.toEqual(
      codedError('ERR_SHADOW_COPY', {
        message: `Cannot copy ${file} to ${shadowDir}/dynamic-reload-`,
        source: file,
        destination: expect.stringMatching(/\/1-libx\.so$/) as string,
        cause: expect.objectContaining({
          message: 'No such file or directory',
          code: 'ENOENT',
          syscall: 'open',
        }) as Error,
      }),
    );
  });
});

describe('ERR_INVALID_STATE', () => {
  test('tells that a library belongs to another reloader', async () => {
    await using one = new DynamicReload();
    await using other = new DynamicReload();
    const library = await one.addLibrary(build(), { symbols: sharedFun });
    await expect(other.removeLibrary(library)).rejects.toEqual(
      codedError('ERR_INVALID_STATE', { message: 'The library is not one of this reloader.' }),
    );
    expect(library.symbols.shared_fun()).toBe(1);
  });

  test.each([null, {}, 'libx.so'])('tells that %p is no library', async (value) => {
    await using reloader = new DynamicReload();
    await expect(reloader.removeLibrary(value as never)).rejects.toEqual(
      codedError('ERR_INVALID_STATE'),
    );
  });
});

describe('ERR_RELOADER_CLOSED', () => {
  test('is what a closed reloader answers', async () => {
    const file = build();
    const reloader = new DynamicReload();
    await reloader.close();
    const closed = codedError('ERR_RELOADER_CLOSED', { message: 'The reloader is closed.' });
    await expect(reloader.addLibrary(file)).rejects.toEqual(closed);
    expect(() => reloader.addLibrarySync(file)).toThrow(closed);
    expect(() => reloader.update()).toThrow(closed);
    expect(reloader.ref().unref()).toBe(reloader);
  });

  test('is what a closing reloader answers', async () => {
    const reloader = new DynamicReload();
    const closing = reloader.close();
    expect(() => reloader.update()).toThrow(codedError('ERR_RELOADER_CLOSED'));
    await closing;
  });
});

describe('ERR_LIBRARY_CLOSED', () => {
  test('is what every use of a closed library answers', async () => {
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary(build(), {
      symbols: { ...sharedFun, later: { ...sharedFun.shared_fun, name: 'shared_fun' } },
    });
    const { shared_fun: held } = library.symbols;
    await library.close();
    const closed = codedError('ERR_LIBRARY_CLOSED', {
      name: 'DynamicReloadError',
      message: 'Cannot use "shared_fun": its library is closed.',
    });
    expect(() => held()).toThrow(closed);
    expect(() => library.symbols.shared_fun()).toThrow(closed);
    expect(() => library.symbols.later()).toThrow(closed);
    expect(() => held.pointer).toThrow(codedError('ERR_LIBRARY_CLOSED'));
  });

  test('leaves what is known about the library', async () => {
    await using reloader = new DynamicReload();
    const file = build();
    const library = await reloader.addLibrary('./libx.so');
    await library.close();
    expect(library).toMatchObject({ name: './libx.so', originalPath: file, version: 1 });
    expect(path.dirname(path.dirname(library.loadedPath))).toBe(tmpdir());
  });
});
