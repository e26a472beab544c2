// A call for every element of typed arrays.

import { callback, DynamicReload, struct } from '../lib';
import { codedError } from './support/coded-error';
import { compile } from './support/compiler';
import { fixture } from './support/fixtures';
import { useTemporaryDirectory } from './support/temporary-directory';

const reloader = new DynamicReload();
afterAll(() => reloader.close());

const NARROW = ['i8', 'u8', 'i16', 'u16', 'i32', 'u32', 'bool', 'char'] as const;
const FIXTURE = fixture('libcalls.so');

const { symbols } = reloader.addLibrarySync(FIXTURE, {
  symbols: {
    add: { name: 'weighted_sum_i32_2', arguments: ['i32', 'i32'], return: 'i32' },
    weighted_sum_f64_1: { arguments: ['f64'], return: 'f64' },
    weighted_sum_i32_0: { return: 'i32' },
    weighted_sum_narrow: { arguments: NARROW, return: 'i64' },
    weighted_sum_narrow_on_stack: {
      arguments: ['i64', 'i64', 'i64', 'i64', 'i64', 'i64', 'i64', 'i64', ...NARROW],
      return: 'i64',
    },
    record_i32: { arguments: ['i32'] },
    recorded_i32: { type: 'i32' },
    string_length: { arguments: ['string'], return: 'usize' },
    greeting: { return: 'string' },
    null_pointer: { return: 'pointer' },
  },
});

type Map = (...values: unknown[]) => unknown;

/** A `map` as a program without type checks sees it. */
function mapOf(symbol: keyof typeof symbols): Map {
  return (symbols[symbol] as unknown as { map: Map }).map;
}

const I32 = [-(2 ** 31), -1, 0, 2 ** 31 - 1];
const U32 = [0, 1, 2 ** 31, 2 ** 32 - 1];
const I64 = [-(2n ** 63n), -1n, 0n, 2n ** 63n - 1n];
const U64 = [0n, 1n, 2n ** 63n, 2n ** 64n - 1n];

describe('map', () => {
  test.each([
    ['bool', Uint8Array.of(0, 1)],
    ['char', Int8Array.of(-128, -1, 0, 127)],
    ['i8', Int8Array.of(-128, -1, 0, 127)],
    ['u8', Uint8Array.of(0, 1, 128, 255)],
    ['i16', Int16Array.of(-32768, -1, 0, 32767)],
    ['u16', Uint16Array.of(0, 1, 32768, 65535)],
    ['i32', Int32Array.from(I32)],
    ['u32', Uint32Array.from(U32)],
    ['i64', BigInt64Array.from(I64)],
    ['u64', BigUint64Array.from(U64)],
    ['isize', BigInt64Array.from(I64)],
    ['usize', BigUint64Array.from(U64)],
    ['f32', Float32Array.of(-0, 0.5, 3.4e38, -Infinity, NaN)],
    ['f64', Float64Array.of(-0, 0.1, 1.7e308, -Infinity, NaN)],
  ] as const)('passes and returns every element of type %s', (type, values) => {
    const definition = { name: `identity_${type}`, arguments: [type], return: type };
    const library = reloader.addLibrarySync(FIXTURE, {
      symbols: { [`map_${type}`]: definition },
    });
    const { map } = library.symbols[`map_${type}`] as unknown as { map: Map };
    expect(map(values)).toEqual(values);
    const output = values.slice();
    new Uint8Array(output.buffer).fill(0);
    expect(map(values, output)).toBe(output);
    expect(output).toEqual(values);
  });

  test('takes an element of each array', () => {
    const results = symbols.add.map(Int32Array.of(1, 2, 3), Int32Array.of(10, 20, 30));
    expect(results).toEqual(Int32Array.of(21, 42, 63));
  });

  test('passes narrow integers by their sign, in registers and beside them', () => {
    const columns = [
      ...[Int8Array.of(-1, -128), Uint8Array.of(255, 1), Int16Array.of(-1, -32768)],
      ...[Uint16Array.of(65535, 2), Int32Array.of(-1, 3), Uint32Array.of(2 ** 32 - 1, 4)],
      ...[Uint8Array.of(1, 0), Int8Array.of(-1, 5)],
    ] as const;
    const wide = (value: number) => BigInt(value);
    const rows = [0, 1].map((row) => columns.map((column) => column[row]!));
    const expected = (first: number) =>
      rows.map((row) =>
        row.reduce((sum, value, index) => sum + wide(value) * wide(first + index), 0n),
      );
    expect([...(mapOf('weighted_sum_narrow')(...columns) as BigInt64Array)]).toEqual(expected(1));
    const zeros = Array.from({ length: 8 }, () => new BigInt64Array(2));
    const onStack = mapOf('weighted_sum_narrow_on_stack')(...zeros, ...columns);
    expect([...(onStack as BigInt64Array)]).toEqual(expected(9));
  });

  test('writes over an array that it reads', () => {
    const values = Float64Array.of(0.5, 1.5);
    symbols.weighted_sum_f64_1.map(values, values);
    expect(values).toEqual(Float64Array.of(0.5, 1.5));
    const sums = Int32Array.of(1, 2);
    expect(symbols.add.map(sums, sums, sums)).toEqual(Int32Array.of(3, 6));
  });

  test('works on parts of buffers, and leaves the rest', () => {
    const all = Int32Array.of(9, 1, 2, 9);
    symbols.add.map(all.subarray(1, 3), all.subarray(1, 3), all.subarray(1, 3));
    expect(all).toEqual(Int32Array.of(9, 3, 6, 9));
  });

  test('works on memory that threads share', () => {
    const shared = new Int32Array(new SharedArrayBuffer(8)).fill(2);
    expect(symbols.add.map(shared, shared)).toEqual(Int32Array.of(6, 6));
  });

  test('gives nothing where the function does not', () => {
    expect(mapOf('record_i32')(Int32Array.of(1, 2, 3))).toBeUndefined();
    expect(symbols.recorded_i32).toBe(3);
  });

  test('calls nothing for no elements', () => {
    symbols.recorded_i32 = 5;
    symbols.record_i32.map(new Int32Array());
    expect(symbols.recorded_i32).toBe(5);
    expect(symbols.add.map(new Int32Array(), new Int32Array())).toEqual(new Int32Array());
  });

  test('works on a million elements', () => {
    const ones = new Int32Array(1_000_000).fill(1);
    expect(symbols.add.map(ones, ones)).toEqual(new Int32Array(1_000_000).fill(3));
  });
});

describe('map refuses', () => {
  const two = () => new Int32Array(2);

  test.each([
    ['another type', 'add', [two(), new Float64Array(2)], 'argument 2 of map must be a Int32Array'],
    ['an array', 'add', [[1, 2], two()], 'argument 1 of map must be a Int32Array'],
    ['too few', 'add', [two()], 'argument 2 of map must be a Int32Array, not undefined'],
    ['none', 'add', [], 'argument 1 of map must be a Int32Array, not undefined'],
    ['too many', 'add', [two(), two(), two(), two()], 'map takes 2 arrays and an output'],
    ['a wrong output', 'add', [two(), two(), new Uint32Array(2)], 'argument 3 of map must be a'],
    ['null for the output', 'add', [two(), two(), null], 'argument 3 of map must be a Int32Array'],
    ['an output of nothing', 'record_i32', [two(), two()], 'record_i32: '],
    ['a text', 'string_length', [['a']], 'argument 1 is string, and only numbers can be mapped'],
    ['a result that is a text', 'greeting', [], 'a result of type string cannot be mapped'],
    [
      'a result that is an address',
      'null_pointer',
      [],
      'a result of type pointer cannot be mapped',
    ],
  ] as const)('%s', (_what, symbol, values, message) => {
    expect(() => mapOf(symbol)(...values)).toThrow(codedError('ERR_INVALID_ARG_TYPE', { message }));
  });

  test.each([
    ['an argument', [new Int32Array(2), new Int32Array(3)], 'argument 2 of map must have 2'],
    ['the output', [new Int32Array(2), new Int32Array(2), new Int32Array(1)], 'argument 3 of map'],
  ] as const)('another length of %s', (_what, values, message) => {
    expect(() => mapOf('add')(...values)).toThrow(codedError('ERR_OUT_OF_RANGE', { message }));
  });

  test('numbers that are no boolean', () => {
    const library = reloader.addLibrarySync(FIXTURE, {
      symbols: { negatable: { name: 'identity_bool', arguments: ['bool'], return: 'bool' } },
    });
    const map = () => library.symbols.negatable.map(Uint8Array.of(0, 2));
    expect(map).toThrow(
      codedError('ERR_OUT_OF_RANGE', { message: 'identity_bool: argument 1 of map' }),
    );
  });

  test('an array that lost its memory', () => {
    const lost = two();
    structuredClone(lost.buffer, { transfer: [lost.buffer] });
    expect(() => symbols.add.map(two(), lost)).toThrow(codedError('ERR_OUT_OF_RANGE'));
  });
});

describe('a callback that map leads to', () => {
  const directory = useTemporaryDirectory();
  const VISIT = { arguments: ['i32'], return: 'i32' } as const;

  async function addKeeper(owner: DynamicReload) {
    const file = compile({ file: 'callbacks.c' }, directory.file('lib.so'));
    return owner.addLibrary(file, {
      symbols: {
        keep: { arguments: [callback(VISIT)] },
        visit_kept: { arguments: ['i32'], return: 'i32' },
      },
    });
  }

  test('is called for each element, and may map itself', async () => {
    await using owner = new DynamicReload();
    const library = await addKeeper(owner);
    const values = Int32Array.of(3, 1, 2);
    const sumBelow = (value: number): number => {
      const below = library.symbols.visit_kept.map(Int32Array.from({ length: value }, (_, i) => i));
      return below.reduce((sum, one) => sum + one, value);
    };
    using visitor = library.callback(VISIT, sumBelow);
    library.symbols.keep(visitor);
    expect(library.symbols.visit_kept.map(values)).toEqual(Int32Array.of(7, 1, 3));
  });

  test('ends it with an exception', async () => {
    await using owner = new DynamicReload();
    const library = await addKeeper(owner);
    const visited: number[] = [];
    using visitor = library.callback(VISIT, (value) => {
      visited.push(value);
      if (value === 2) throw new Error('enough');
      return 10 * value;
    });
    library.symbols.keep(visitor);
    const { map } = library.symbols.visit_kept;
    expect(() => map(Int32Array.of(0, 1, 2, 3))).toThrow('enough');
    expect(visited).toEqual([0, 1, 2]);
    expect(map(Int32Array.of(4, 5))).toEqual(Int32Array.of(40, 50));
  });

  test('may close the library, and the rest is still called', async () => {
    await using owner = new DynamicReload();
    const library = await addKeeper(owner);
    const { map } = library.symbols.visit_kept;
    using visitor = library.callback(VISIT, (value) => {
      if (value === 1) void library.close();
      return value;
    });
    library.symbols.keep(visitor);
    expect(map(Int32Array.of(1, 2))).toEqual(Int32Array.of(1, 0));
    expect(() => map(Int32Array.of(1))).toThrow(codedError('ERR_LIBRARY_CLOSED'));
  });
});

test('a structure cannot be mapped', async () => {
  const Point = struct({ x: 'f64' });
  const library = await reloader.addLibrary(FIXTURE, {
    symbols: { of_point: { name: 'do_nothing', arguments: [Point] } },
  });
  const { map } = library.symbols.of_point as unknown as { map: Map };
  expect(() => map(new Float64Array(1))).toThrow(
    codedError('ERR_INVALID_ARG_TYPE', { message: 'only numbers can be mapped' }),
  );
});
