// The variadic functions of the C library: what is fixed, and pairs of a type and a value.

import { DynamicReload, out, type Holder, type VariadicArgument } from '../lib';

const reloader = new DynamicReload();
afterAll(() => reloader.close());

const { symbols } = reloader.addLibrarySync('libc.so.6', {
  system: true,
  symbols: {
    snprintf: { arguments: ['buffer', 'size_t', 'string'], variadic: true, return: 'int' },
    sscanf: { arguments: ['string', 'string'], variadic: true, return: 'int' },
  },
});

describe('snprintf', () => {
  /** What it prints. */
  function print(format: string, ...values: VariadicArgument[]): string {
    const buffer = Buffer.alloc(200);
    const length = symbols.snprintf(buffer, buffer.length, format, ...values);
    return buffer.toString('utf8', 0, length);
  }

  test('prints without further arguments', () => {
    expect(print('100 %%')).toBe('100 %');
  });

  test('prints integers, floating-point numbers and strings', () => {
    const text = print(
      '%d %s %.2f %lld %u %c %hhd',
      ['int', -5],
      ['string', 'grün'],
      ['double', Math.PI],
      ['long long', -(2n ** 63n)],
      ['unsigned', 4294967295],
      ['char', 65],
      ['i8', -1],
    );
    expect(text).toBe('-5 grün 3.14 -9223372036854775808 4294967295 A -1');
  });

  test('prints a float, which is a double where the types are not declared', () => {
    expect(print('%g', ['float', 0.5])).toBe('0.5');
  });

  test('prints more integers than there are registers', () => {
    const values = Array.from({ length: 12 }, (_, index) => index - 6);
    const format = values.map(() => '%ld').join(' ');
    const pairs = values.map((value) => ['long', value] as const);
    expect(print(format, ...pairs)).toBe(values.join(' '));
  });

  test('prints more floating-point numbers than there are registers', () => {
    const values = Array.from({ length: 12 }, (_, index) => index + 0.5);
    const format = values.map(() => '%.1f').join(' ');
    const pairs = values.map((value) => ['double', value] as const);
    expect(print(format, ...pairs)).toBe(values.join(' '));
  });

  test('prints a mixture past both kinds of registers', () => {
    const pairs = Array.from({ length: 10 }, (_, index) => [
      ['int', index] as const,
      ['double', index / 2] as const,
      ['string', `s${index}`] as const,
    ]).flat();
    const format = '%d %g %s '.repeat(10);
    const expected = pairs.map(([, value]) => `${value} `).join('');
    expect(print(format, ...pairs)).toBe(expected);
  });

  test('tells how much it would have printed', () => {
    const small = Buffer.alloc(4, 'x');
    expect(symbols.snprintf(small, small.length, '%s', ['string', 'abcdef'])).toBe(6);
    expect(small.toString()).toBe('abc\0');
  });
});

test('sscanf fills in holders that are further arguments', () => {
  const count: Holder<number> = {};
  const ratio: Holder<number> = {};
  const given = symbols.sscanf(
    '7 of 0.25',
    '%d of %lf',
    [out('int'), count],
    [out('double'), ratio],
  );
  expect([given, count.value, ratio.value]).toEqual([2, 7, 0.25]);
});
