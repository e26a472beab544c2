// The tests of the Rust crate `dynamic_reload`, under their own names: what it promises, we promise.

import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DynamicReload, LibraryNotFoundError, platformFileName, type Library } from '../lib';
import { codedError } from './support/coded-error';
import { compile } from './support/compiler';
import { useProjectDirectory } from './support/temporary-directory';
import { waitFor } from './support/wait';

const project = useProjectDirectory();

const executableDirectory = path.dirname(process.execPath);
const sharedFun = { shared_fun: { return: 'i32' } } as const;

/** Where a reloader looked for a library that does not exist. */
async function placesTried(reloader: DynamicReload, fileName: string): Promise<readonly string[]> {
  const error: unknown = await reloader.addLibrary(fileName).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(LibraryNotFoundError);
  return (error as LibraryNotFoundError).searched.map((place) => path.dirname(place));
}

/** Calls `update()` until it has said the words, and gives what it said about which library. */
async function updateUntil(
  reloader: DynamicReload,
  last: string,
): Promise<{ states: string[]; libraries: Set<Library> }> {
  const states: string[] = [];
  const libraries = new Set<Library>();
  await waitFor(() => {
    reloader.update((state, library) => {
      states.push(state);
      libraries.add(library);
    });
    return states.includes(last);
  });
  return { states, libraries };
}

test('test_search_paths_none', async () => {
  await using reloader = new DynamicReload();
  expect(await placesTried(reloader, 'x.so')).toEqual([project.path, executableDirectory]);
});

test('test_search_paths_some', async () => {
  await using reloader = new DynamicReload({ searchPaths: ['test', 'test2'] });
  expect(await placesTried(reloader, 'x.so')).toEqual([
    project.path,
    path.join(project.path, 'test'),
    path.join(project.path, 'test2'),
    executableDirectory,
  ]);
});

test('test_get_watcher', async () => {
  await using one = new DynamicReload();
  await using other = new DynamicReload();
  expect([one.update(), other.update()]).toEqual([0, 0]);
});

// The crate goes on without a directory. We say that there is none.
test('test_get_temp_dir_fail', () => {
  expect(() => new DynamicReload({ shadowDir: '_no_such_dir' })).toThrow(
    codedError('ERR_SHADOW_COPY', { path: path.join(project.path, '_no_such_dir') }),
  );
});

// The crate then loads the file itself. We use the system's temporary directory.
test('test_get_temp_dir_none', async () => {
  compile({ value: 1 }, project.file('libtest_shared.so'));
  await using reloader = new DynamicReload();
  const library = await reloader.addLibrary('test_shared', { platformName: true });
  expect(path.dirname(path.dirname(library.loadedPath))).toBe(tmpdir());
  expect(readdirSync(project.path)).toEqual(['libtest_shared.so']);
});

test('test_get_temp_dir_ok', async () => {
  project.directory('target');
  await using reloader = new DynamicReload({ shadowDir: 'target' });
  expect(reloader.update()).toBe(0);
  expect(readdirSync('target')).toEqual([expect.stringMatching(/^dynamic-reload-/)]);
});

test('test_is_file_fail', async () => {
  await using reloader = new DynamicReload();
  await expect(reloader.addLibrary('_no_such_file')).rejects.toThrow(LibraryNotFoundError);
  await expect(reloader.addLibrary(project.path)).rejects.toThrow(LibraryNotFoundError);
});

test('test_is_file_ok', async () => {
  const file = compile({ value: 1 }, project.file('libx.so'));
  await using reloader = new DynamicReload();
  expect((await reloader.addLibrary('libx.so')).originalPath).toBe(file);
});

test('test_get_library_name_mac', () => {
  expect(platformFileName('foobar', 'darwin')).toBe('libfoobar.dylib');
});

test('test_get_library_name', async () => {
  await using reloader = new DynamicReload();
  const error = await reloader.addLibrary('foobar').catch((reason: unknown) => reason);
  expect((error as LibraryNotFoundError).searched[0]).toBe(path.join(project.path, 'foobar'));
});

test('test_search_backwards_from_file_ok', async () => {
  await using reloader = new DynamicReload({ search: 'backwards' });
  // It is found, which is all that can be asked of a program.
  const name = path.join(path.basename(executableDirectory), path.basename(process.execPath));
  await expect(reloader.addLibrary(name)).rejects.not.toThrow(LibraryNotFoundError);
});

test('test_search_backwards_from_file_fail', async () => {
  await using reloader = new DynamicReload({ search: 'backwards' });
  const places = await placesTried(reloader, '_no_such_file');
  expect(places.slice(0, 2)).toEqual([project.path, executableDirectory]);
  expect(places.at(-1)).toBe('/');
});

test('test_add_library_fail', async () => {
  await using reloader = new DynamicReload();
  await expect(reloader.addLibrary('wont_find_this_lib', { platformName: true })).rejects.toEqual(
    codedError('ERR_LIBRARY_NOT_FOUND', { message: 'Cannot find libwont_find_this_lib.so' }),
  );
});

test('test_add_shared_lib_ok', async () => {
  compile({ value: 42 }, project.file('libtest_shared.so'));
  await using reloader = new DynamicReload();
  const library = await reloader.addLibrary('test_shared', {
    platformName: true,
    symbols: sharedFun,
  });
  expect(library.symbols.shared_fun()).toBe(42);
});

test.each(['test_add_shared_lib_search_paths', 'test_add_shared_lib_search_paths_strings'])(
  '%s',
  async () => {
    const file = compile({ value: 42 }, project.file('target/debug/libtest_shared.so'));
    await using reloader = new DynamicReload({ searchPaths: ['../..', 'target/debug'] });
    const library = await reloader.addLibrary('test_shared', { platformName: true });
    expect(library.originalPath).toBe(file);
  },
);

test('test_add_shared_lib_fail_load', async () => {
  const file = project.file('Cargo.toml');
  writeFileSync(file, '[package]\nname = "dynamic_reload"\n');
  await using reloader = new DynamicReload();
  await expect(reloader.addLibrary('Cargo.toml')).rejects.toEqual(
    codedError('ERR_LIBRARY_INCOMPLETE', { path: file, message: 'not an ELF file' }),
  );
});

test.each(['test_add_shared_shadow_dir_ok', 'test_add_shared_string_arg_ok'])('%s', async () => {
  compile({ value: 42 }, project.file('libtest_shared.so'));
  project.directory('target');
  await using reloader = new DynamicReload({ shadowDir: 'target' });
  const library = await reloader.addLibrary('test_shared', { platformName: true });
  expect(path.dirname(path.dirname(library.loadedPath))).toBe(path.join(project.path, 'target'));
  expect(existsSync(library.loadedPath)).toBe(true);
});

test('test_add_shared_update', async () => {
  const file = compile({ value: 42 }, project.file('libtest_shared.so'));
  await using reloader = new DynamicReload({ reload: 'manual' });
  const library = await reloader.addLibrary(file, { symbols: sharedFun });
  compile({ value: 43 }, file);
  const { states, libraries } = await updateUntil(reloader, 'after');
  expect(states).toEqual(['before', 'after']);
  expect([...libraries]).toEqual([library]);
  expect(library.symbols.shared_fun()).toBe(43);
});

// The crate unloads the old version first and then has none. Ours goes on, and as a file that is no
// library is never tried, nothing is announced before it fails.
test('test_add_shared_update_fail_after', async () => {
  const file = compile({ value: 42 }, project.file('libtest_shared.so'));
  await using reloader = new DynamicReload({ reload: 'manual' });
  const library = await reloader.addLibrary(file, { symbols: sharedFun });
  writeFileSync(file, 'no library any more');
  const { states } = await updateUntil(reloader, 'failed');
  expect(states).toEqual(['failed']);
  expect(library.symbols.shared_fun()).toBe(42);
});

test('test_lib_equals_true', async () => {
  const file = compile({ value: 42 }, project.file('libtest_shared.so'));
  await using reloader = new DynamicReload();
  expect(await reloader.addLibrary(file)).toBe(await reloader.addLibrary(file));
});

test('test_lib_equals_false', async () => {
  const file = compile({ value: 42 }, project.file('libtest_shared.so'));
  const other = compile({ value: 42 }, project.file('libtest_shared_2.so'));
  await using reloader = new DynamicReload();
  expect(await reloader.addLibrary(file)).not.toBe(await reloader.addLibrary(other));
});
