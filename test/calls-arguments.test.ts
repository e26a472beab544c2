// Where arguments go: registers first, then the stack.

import { DynamicReload, type NativeType } from '../lib';
import { codedError } from './support/coded-error';
import { compile } from './support/compiler';
import { fixture } from './support/fixtures';
import { useTemporaryDirectory } from './support/temporary-directory';

const reloader = new DynamicReload();
afterAll(() => reloader.close());

const COUNTS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 16, 20, 24];

/** 1, 2, 3 and so on. */
function naturals(count: number): number[] {
  return Array.from({ length: count }, (_value, i) => i + 1);
}

// What a weighted sum of the numbers 1, 2, 3... is.
function sumOfSquares(count: number): number {
  return naturals(count).reduce((sum, value) => sum + value * value, 0);
}

describe.each(['i32', 'i64', 'f32', 'f64'] as const)('%s', (type) => {
  test.each(COUNTS)('%d arguments arrive, each in its place', (count) => {
    const name = `weighted_sum_${type}_${count}`;
    const { symbols } = reloader.addLibrarySync(fixture('libcalls.so'), {
      symbols: { [name]: { arguments: naturals(count).map(() => type), return: type } },
    });
    const sum = symbols[name] as unknown as (...values: number[]) => number | bigint;
    expect(Number(sum(...naturals(count)))).toBe(sumOfSquares(count));
  });
});

const { symbols } = reloader.addLibrarySync(fixture('libcalls.so'), {
  symbols: {
    weighted_sum_mixed_24: {
      arguments: [
        ...(['i32', 'f64', 'i64', 'f32', 'i32', 'f64', 'i64', 'f32'] as const),
        ...(['i32', 'f64', 'i64', 'f32', 'i32', 'f64', 'i64', 'f32'] as const),
        ...(['i32', 'f64', 'i64', 'f32', 'i32', 'f64', 'i64', 'f32'] as const),
      ],
      return: 'f64',
    },
    weighted_sum_narrow: {
      arguments: ['i8', 'u8', 'i16', 'u16', 'i32', 'u32', 'bool', 'char'],
      return: 'i64',
    },
    weighted_sum_narrow_on_stack: {
      arguments: [
        ...(['i64', 'i64', 'i64', 'i64', 'i64', 'i64', 'i64', 'i64'] as const),
        ...(['i8', 'u8', 'i16', 'u16', 'i32', 'u32', 'bool', 'char'] as const),
      ],
      return: 'i64',
    },
    integers_first: {
      arguments: [
        ...(['i64', 'i64', 'i64', 'i64', 'i64', 'i64', 'i64', 'i64', 'i64', 'i64'] as const),
        ...(['f64', 'f32'] as const),
      ],
      return: 'f64',
    },
    doubles_first: {
      arguments: [
        ...(['f64', 'f64', 'f64', 'f64', 'f64', 'f64', 'f64', 'f64', 'f64', 'f64'] as const),
        ...(['i64', 'i8'] as const),
      ],
      return: 'f64',
    },
  },
});

describe('arguments of several types', () => {
  const [a, b, c, d, e, f, g, h] = [-128, 255, -32768, 65535, -2147483648, 4294967295, true, 65];

  test('use general and vector registers in turn', () => {
    const sum = symbols.weighted_sum_mixed_24 as (...values: number[]) => number;
    expect(sum(...naturals(24))).toBe(sumOfSquares(24));
  });

  test('fill one kind of register while the other still has room', () => {
    const ten = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] as const;
    expect(symbols.integers_first(...ten, 11, 12)).toBe(sumOfSquares(12));
    expect(symbols.doubles_first(...ten, 11, 12)).toBe(sumOfSquares(12));
    expect(symbols.doubles_first(...ten, 11, -12)).toBe(sumOfSquares(11) - 144);
  });

  test('that are narrow are widened as C expects, in registers', () => {
    const expected = a + b * 2 + c * 3 + d * 4 + e * 5 + f * 6 + 7 + h * 8;
    expect(symbols.weighted_sum_narrow(a, b, c, d, e, f, g, h)).toBe(BigInt(expected));
  });

  test('that are narrow are widened as C expects, on the stack', () => {
    const narrow = a * 9 + b * 10 + c * 11 + d * 12 + e * 13 + f * 14 + 15 + h * 16;
    const expected = BigInt(sumOfSquares(8) + narrow);
    expect(
      symbols.weighted_sum_narrow_on_stack(1, 2, 3, 4, 5, 6, 7, 8, a, b, c, d, e, f, g, h),
    ).toBe(expected);
  });
});

test('a wrong one among many is named by its number', () => {
  const sum = symbols.weighted_sum_narrow as (...values: unknown[]) => unknown;
  expect(() => sum(0, 0, 0, 0, 0, -1, true, 0)).toThrow(
    'weighted_sum_narrow: argument 6 is u32: it must be an integer from 0 to 4294967295, not -1',
  );
});

describe('very many arguments', () => {
  const directory = useTemporaryDirectory();

  function addManyArguments(count: number, type: NativeType) {
    const parameters = naturals(count).map((i) => `long long a${i}`);
    const terms = naturals(count).map((i) => `a${i} * ${i}`);
    const file = compile(
      `long long many(${parameters.join(',')}) { return ${terms.join('+')}; }`,
      directory.file(`libmany${count}.so`),
    );
    const library = reloader.addLibrarySync(file, {
      symbols: { many: { arguments: naturals(count).map(() => type), return: 'i64' } },
    });
    return library.symbols.many as (...values: number[]) => bigint;
  }

  test('as many as the C standard guarantees all arrive', () => {
    expect(addManyArguments(127, 'i64')(...naturals(127))).toBe(BigInt(sumOfSquares(127)));
  });

  test('more than a call can pass are refused when the library is added', () => {
    expect(() => addManyArguments(200, 'i64')).toThrow(
      codedError('ERR_SYMBOL_DEFINITION', {
        name: 'DynamicReloadTypeError',
        message: 'many: more arguments than a call can pass',
      }),
    );
  });
});
