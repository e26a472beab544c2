// Which names count as symbols of a library: those that it exports itself.

import { DynamicReload } from '../lib';
import { codedError } from './support/coded-error';
import { compile } from './support/compiler';
import { useProjectDirectory } from './support/temporary-directory';
import { nextEvent } from './support/wait';

const project = useProjectDirectory();

// libc has a `remove` too, which deletes files.
const symbols = { remove: { arguments: ['i32'], return: 'i32' } } as const;
const build = (source: string) => compile(source, project.file('libx.so'));

test('a function that only a dependency exports is missing', async () => {
  await using reloader = new DynamicReload();
  const file = build('int puts(const char *); int hello(void) { return puts("hello"); }');
  await expect(reloader.addLibrary(file, { symbols })).rejects.toThrow(
    codedError('ERR_SYMBOL_NOT_FOUND', { symbol: 'remove', path: file }),
  );
});

test('a version that forgot a function does not get the one of libc instead', async () => {
  await using reloader = new DynamicReload();
  const file = build('int remove(int x) { return x + 1; }');
  const library = await reloader.addLibrary(file, { symbols });
  const failed = nextEvent(reloader, 'failed');
  build('int puts(const char *); int hello(void) { return puts("hello"); }');
  expect((await failed).error.code).toBe('ERR_SYMBOL_NOT_FOUND');
  expect(library.symbols.remove(1)).toBe(2);
});

test('a thread-local variable is one of the library', async () => {
  await using reloader = new DynamicReload();
  const file = build('_Thread_local int level = 7;');
  const library = await reloader.addLibrary(file, { symbols: { level: { type: 'i32' } } });
  expect(library.symbols.level).toBe(7);
});

test('a library of the system may have its symbols in another one', async () => {
  await using reloader = new DynamicReload();
  const library = await reloader.addLibrary('libpthread.so.0', {
    system: true,
    symbols: { pthread_self: { return: 'usize' } },
  });
  expect(library.symbols.pthread_self()).not.toBe(0n);
  expect(library.originalPath).toMatch(/^\/.*libpthread\.so\.0$/);
  expect(library.loadedPath).toBe(library.originalPath);
});
