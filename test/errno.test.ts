// The error number of C, around calls.

import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { callback, DynamicReload, string } from '../lib';
import { codedError } from './support/coded-error';
import { compile } from './support/compiler';
import { useTemporaryDirectory } from './support/temporary-directory';

const SOURCE = `
  #include <errno.h>
  #include <stdarg.h>
  int fail(int number) { errno = number; return -1; }
  int seen(void) { return errno; }
  void leave(void) {}
  double add_to_seen(double number) { return errno + number; }
  int fail_and_visit(int number, void (*visit)(void)) { errno = number; visit(); return errno; }
  int fail_with_last(int count, ...) {
    va_list numbers;
    va_start(numbers, count);
    for (int i = 0; i < count; ++i) errno = va_arg(numbers, int);
    va_end(numbers);
    return -1;
  }
  char *text(void) { errno = 7; return "text"; }
  void let_go(char *text) { errno = 9; }
  struct Large { long numbers[8]; };
  struct Large fail_large(int number) { errno = number; return (struct Large){{ 1 }}; }
`;

const DEFINITIONS = {
  fail: { arguments: ['i32'], return: 'i32' },
  fail_later: { name: 'fail', arguments: ['i32'], return: 'i32', nonblocking: true },
  seen: { return: 'i32' },
  seen_later: { name: 'seen', return: 'i32', nonblocking: true },
  leave: {},
  add_to_seen: { arguments: ['f64'], return: 'f64' },
  fail_and_visit: { arguments: ['i32', callback({})], return: 'i32' },
  text: { return: string({ free: 'let_go' }) },
  text_later: { name: 'text', return: string({ free: 'let_go' }), nonblocking: true },
  fail_with_last: { arguments: ['i32'], variadic: true, return: 'i32' },
} as const;

const directory = useTemporaryDirectory();

function add(reloader: DynamicReload) {
  const file = compile(SOURCE, directory.file('liberrno.so'));
  return reloader.addLibrary(file, { symbols: DEFINITIONS });
}

describe('errno', () => {
  test('is what the last call left', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader);
    expect(library.symbols.fail(constants.errno.ENOENT)).toBe(-1);
    expect(library.errno).toBe(constants.errno.ENOENT);
    library.symbols.fail(-7);
    expect(library.errno).toBe(-7);
  });

  test('stays through calls that do not set it', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader);
    library.symbols.fail(5);
    library.symbols.leave();
    expect([library.errno, library.symbols.seen()]).toEqual([5, 5]);
  });

  test('is not what Node.js left in between', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader);
    library.symbols.fail(5);
    expect(existsSync(directory.file('missing'))).toBe(false);
    expect(() => readFileSync(directory.path)).toThrow('EISDIR');
    expect([library.errno, library.symbols.seen()]).toEqual([5, 5]);
  });

  test('is what C finds that was set before', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader);
    library.errno = 0;
    expect(library.symbols.seen()).toBe(0);
    library.errno = 34;
    expect(library.symbols.seen()).toBe(34);
    expect(library.symbols.add_to_seen.map(Float64Array.of(0.5, 1))).toEqual(
      Float64Array.of(34.5, 35),
    );
  });

  test('is that of the thread, whatever library is called', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader);
    const other = await reloader.addLibrary(compile(SOURCE, directory.file('other.so')), {
      symbols: DEFINITIONS,
    });
    library.symbols.fail(5);
    expect([other.errno, other.symbols.seen()]).toEqual([5, 5]);
  });

  test.each(['fail', 'fail_with_last', 'map'] as const)('is taken after %s', async (how) => {
    await using reloader = new DynamicReload();
    const library = await add(reloader);
    const { fail, fail_with_last: failWithLast } = library.symbols;
    const calls = {
      fail: () => fail(17),
      fail_with_last: () => failWithLast(2, ['i32', 16], ['i32', 17]),
      map: () => fail.map(Int32Array.of(16, 17)),
    };
    calls[how]();
    expect(library.errno).toBe(17);
  });

  test('is what C has after a callback whose calls set it', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader);
    const { symbols } = library;
    expect(symbols.fail_and_visit(5, () => symbols.fail(6))).toBe(6);
    expect(library.errno).toBe(6);
  });

  test('is what C has after a callback, whatever Node.js did there', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader);
    const visit = () => expect(existsSync(directory.file('missing'))).toBe(false);
    expect(library.symbols.fail_and_visit(5, visit)).toBe(5);
    expect(library.errno).toBe(5);
  });

  test('is there when a callback throws', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader);
    const refuse = () => {
      throw new Error('refused');
    };
    expect(() => library.symbols.fail_and_visit(5, refuse)).toThrow('refused');
    expect(library.errno).toBe(5);
  });

  test('is not what freeing the result left', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader);
    expect([library.symbols.text(), library.errno]).toEqual(['text', 7]);
    library.errno = 0;
    expect([await library.symbols.text_later(), library.errno]).toEqual(['text', 7]);
  });

  test.each(['5', 5n, 1.5, 2 ** 31, NaN, null, undefined])('cannot be %p', async (value) => {
    await using reloader = new DynamicReload();
    const library = await add(reloader);
    library.errno = 3;
    expect(() => (library.errno = value as number)).toThrow(
      codedError('ERR_INVALID_ARG_TYPE', { message: 'errno is an integer of 32 bits, not ' }),
    );
    expect(library.errno).toBe(3);
  });
});

describe('errno of a nonblocking call', () => {
  test('is there when the promise resolves', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader);
    library.errno = 0;
    expect(await library.symbols.fail_later(5)).toBe(-1);
    expect(library.errno).toBe(5);
  });

  test('is that of each call, whichever ends first', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader);
    const numbers = Array.from({ length: 64 }, (_, index) => index + 1);
    const failAndTake = async (number: number) => {
      await library.symbols.fail_later(number);
      return library.errno;
    };
    expect(await Promise.all(numbers.map(failAndTake))).toEqual(numbers);
  });

  test('begins with what was set before it was called', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader);
    library.errno = 34;
    const call = library.symbols.seen_later();
    library.errno = 0;
    expect(await call).toBe(34);
  });
});
