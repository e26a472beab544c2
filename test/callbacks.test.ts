// Functions of JavaScript that C calls: lent for a call, or for as long as one likes.

import { DynamicReload, read, type LibraryCallback } from '../lib';
import { add, DESCRIBE, lasting, Point, refuse, reload, VISIT } from './support/callbacks-library';
import { codedError } from './support/coded-error';
import { collectGarbage } from './support/garbage';
import { useTemporaryDirectory } from './support/temporary-directory';
import { collectUncaught } from './support/uncaught';
import { waitFor } from './support/wait';

const directory = useTemporaryDirectory();

describe('a lasting callback', () => {
  test('is called whenever C likes', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader, directory);
    const { symbols } = library;
    using double = lasting(library, (value) => 2 * value);
    symbols.keep(double);
    expect([symbols.visit_kept(4), symbols.visit_kept(-5)]).toEqual([8, -10]);
    expect([symbols.visit(double, 6), symbols.visit(double.pointer, 7)]).toEqual([12, 14]);
  });

  test('takes and gives every kind of value', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader, directory);
    using describe = library.callback(DESCRIBE, (...values) => {
      expect(values.slice(0, -1)).toEqual([{ x: 1.5, y: -2.5 }, 'grüß', true, -(2n ** 63n)]);
      return read(values[4], Point);
    });
    expect(library.symbols.describe(describe)).toEqual({ x: 8, y: 9 });
  });

  test.each(['', 'grün', null])('gives the text %j, which C can read', async (text) => {
    await using reloader = new DynamicReload();
    const { symbols } = await add(reloader, directory);
    const length = text === null ? -1 : Buffer.byteLength(text);
    expect(symbols.length_of_name(() => text)).toBe(length);
  });

  test('stays when nobody in JavaScript holds it', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader, directory);
    library.symbols.keep(lasting(library, (value) => value + 1).pointer);
    collectGarbage();
    expect(library.symbols.visit_kept(1)).toBe(2);
  });

  test('is not mistaken for another one', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader, directory);
    const all = Array.from({ length: 100 }, (_, index) =>
      lasting(library, (value) => value + index),
    );
    const expected = all.map((_, index) => 1000 + index);
    expect(all.map((one) => library.symbols.visit(one, 1000))).toEqual(expected);
  });

  test('may be one of ten thousand, one after the other', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader, directory);
    for (let i = 0; i < 10_000; i++) {
      using one = lasting(library, (value) => value + i);
      expect(library.symbols.visit(one, 1)).toBe(i + 1);
    }
  });

  test('may be one too many, and the others go on', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader, directory);
    const all: LibraryCallback[] = [];
    const makeTooMany = () => {
      while (all.length < 100_000) all.push(lasting(library, (value) => value));
    };
    expect(makeTooMany).toThrow(codedError('ERR_INVALID_STATE'));
    expect(library.symbols.visit(all.at(-1)!, 7)).toBe(7);
    for (const one of all) one.close();
    using another = lasting(library, (value) => value + 1);
    expect(library.symbols.visit(another, 1)).toBe(2);
  });

  test.each([
    [VISIT, undefined, 'ERR_INVALID_ARG_TYPE', 'must be a function, not undefined'],
    [VISIT, 5n, 'ERR_INVALID_ARG_TYPE', 'must be a function, not 5n'],
    [null, refuse, 'ERR_SYMBOL_DEFINITION', 'a definition is an object, not null'],
    ['int f(int)', refuse, 'ERR_SYMBOL_DEFINITION', 'a definition is an object, not'],
    [{ arguments: ['i33'] }, refuse, 'ERR_SYMBOL_DEFINITION', "'i33' is no type"],
    [{ arguments: 'i32' }, refuse, 'ERR_SYMBOL_DEFINITION', '"arguments" is an array'],
    [{ return: 7 }, refuse, 'ERR_SYMBOL_DEFINITION', '7 is no type'],
    [{ parameters: ['i32'] }, refuse, 'ERR_SYMBOL_DEFINITION', '"arguments"'],
  ] as const)('is not made of %p and %p', async (definition, callee, code, message) => {
    await using reloader = new DynamicReload();
    const library = await add(reloader, directory);
    const make = () => library.callback(definition as never, callee as never);
    expect(make).toThrow(codedError(code, { message }));
  });
});

describe('threads that call back', () => {
  test('get their results', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader, directory);
    using square = lasting(library, (value) => value * value);
    square.ref();
    expect(library.symbols.start_threads(square, 64)).toBe(true);
    await waitFor(() => library.symbols.returned === 64);
    expect(await library.symbols.join_threads()).toBe(85_344n);
  });

  test('wait until JavaScript has time for them', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader, directory);
    const visitor = jest.fn((value: number) => value);
    using counting = lasting(library, visitor);
    library.symbols.start_threads(counting, 4);
    expect([visitor.mock.calls.length, library.symbols.returned]).toEqual([0, 0]);
    expect(await library.symbols.join_threads()).toBe(6n);
    expect(visitor).toHaveBeenCalledTimes(4);
  });

  test('get zeros for exceptions, which nobody else can catch', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader, directory);
    using refusing = lasting(library, refuse);
    await collectUncaught(async (uncaught) => {
      library.symbols.start_threads(refusing, 3);
      expect(await library.symbols.join_threads()).toBe(0n);
      expect(uncaught).toEqual(Array.from({ length: 3 }, () => new Error('refused')));
    });
    expect(library.symbols.visit((value) => value, 5)).toBe(5);
  });
});

describe('after a reload', () => {
  test('a callback works, for those that know it', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader, directory);
    const { symbols } = library;
    using double = lasting(library, (value) => 2 * value);
    symbols.keep(double);
    await reload(reloader, directory, 2);
    expect([symbols.value(), symbols.keeps_nothing()]).toEqual([2, true]);
    symbols.keep(double);
    expect(symbols.visit_kept(4)).toBe(8);
  });
});
