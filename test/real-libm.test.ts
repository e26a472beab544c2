// The mathematical library: floating-point numbers of both sizes, complex ones, and values given back.

import { type Complex, DynamicReload, out } from '../lib';

const reloader = new DynamicReload();
afterAll(() => reloader.close());

const { symbols } = reloader.addLibrarySync('libm.so.6', {
  system: true,
  symbols: {
    cbrt: { arguments: ['double'], return: 'double' },
    cbrtf: { arguments: ['float'], return: 'float' },
    fma: { arguments: ['double', 'double', 'double'], return: 'double' },
    nextafterf: { arguments: ['float', 'float'], return: 'float' },
    lround: { arguments: ['double'], return: 'long' },
    ilogb: { arguments: ['double'], return: 'int' },
    scalbln: { arguments: ['double', 'long'], return: 'double' },
    nan: { arguments: ['string'], return: 'double' },
    log: { arguments: ['double'], return: 'double', nonblocking: true },
    frexp: { arguments: ['double', out('int')], return: 'double' },
    modf: { arguments: ['double', out('double')], return: 'double' },
    modff: { arguments: ['float', out('float')], return: 'float' },
    remquo: { arguments: ['double', 'double', out('int')], return: 'double' },
    sincos: { arguments: ['double', out('double'), out('double')] },
    cabs: { arguments: ['complex128'], return: 'double' },
    cabsf: { arguments: ['complex64'], return: 'float' },
    csqrt: { arguments: ['complex128'], return: 'complex128' },
    csqrtf: { arguments: ['complex64'], return: 'complex64' },
    conj: { arguments: ['complex128'], return: 'complex128' },
    hypot: 'double hypot(double x, double y)',
    logf: 'float logf(float)',
    lgamma_r: 'double lgamma_r(double x, int *sign)',
    cpow: { arguments: ['complex128', 'complex128'], return: 'complex128' },
  },
});

describe('numbers', () => {
  test('of 64 bits', () => {
    expect(symbols.cbrt(-27)).toBeCloseTo(-3, 14);
    expect(symbols.cbrt(-0)).toBe(-0);
    expect(symbols.cbrt(Infinity)).toBe(Infinity);
  });

  test('of 32 bits', () => {
    expect(symbols.cbrtf(0.001)).toBeCloseTo(Math.fround(0.1), 6);
    expect(symbols.nextafterf(1, 2)).toBe(1 + 2 ** -23);
  });

  test('of 64 bits that are rounded once only', () => {
    const third = 1 / 3;
    expect(symbols.fma(third, 3, -1)).toBe(-(2 ** -54));
    expect(third * 3 - 1).toBe(0);
  });

  test('among integers', () => {
    expect(symbols.lround(-2.5)).toBe(-3n);
    expect(symbols.lround(2 ** 62)).toBe(2n ** 62n);
    expect(symbols.ilogb(1024.5)).toBe(10);
    expect(symbols.scalbln(3, 4)).toBe(48);
    expect(symbols.scalbln(3, 2n ** 40n)).toBe(Infinity);
  });

  test('that are none', () => {
    expect(symbols.nan('')).toBeNaN();
  });

  test('on another thread', async () => {
    expect(await Promise.all([1, Math.E, 0].map((value) => symbols.log(value)))).toEqual([
      0,
      1,
      -Infinity,
    ]);
  });
});

describe('a value given back', () => {
  test.each([
    [8, 0.5, 4],
    [-0.75, -0.75, 0],
    [Number.MIN_VALUE, 0.5, -1073],
  ])('is the exponent of %p', (value, fraction, expected) => {
    const exponent = { value: 0 };
    expect(symbols.frexp(value, exponent)).toBe(fraction);
    expect(exponent).toEqual({ value: expected });
  });

  test('is the integer before the point', () => {
    const whole = { value: 0 };
    expect(symbols.modf(-3.25, whole)).toBe(-0.25);
    expect(whole.value).toBe(-3);
    expect(symbols.modff(2.5, whole)).toBe(0.5);
    expect(whole.value).toBe(2);
  });

  test('is the quotient', () => {
    const quotient = { value: 0 };
    expect(symbols.remquo(29, 3, quotient)).toBe(-1);
    expect(quotient.value & 7).toBe(10 & 7);
  });

  test('is one of two', () => {
    const [sine, cosine] = [{ value: NaN }, { value: NaN }];
    symbols.sincos(Math.PI / 6, sine, cosine);
    expect(sine.value).toBeCloseTo(0.5, 15);
    expect(cosine.value).toBeCloseTo(Math.sqrt(3) / 2, 15);
  });
});

describe('a complex number', () => {
  function expectClose({ re, im }: Complex, expected: Complex): void {
    expect(re).toBeCloseTo(expected.re, 12);
    expect(im).toBeCloseTo(expected.im, 12);
  }

  test('of two times 64 bits has a length', () => {
    expect(symbols.cabs({ re: 3, im: -4 })).toBe(5);
    expect(symbols.cabs({ re: NaN, im: Infinity })).toBe(Infinity);
  });

  test('of two times 32 bits has a length', () => {
    expect(symbols.cabsf({ re: 3, im: -4 })).toBe(5);
  });

  test('is what the root of a negative number is', () => {
    expect(symbols.csqrt({ re: -4, im: 0 })).toEqual({ re: 0, im: 2 });
    expect(symbols.csqrt({ re: -4, im: -0 })).toEqual({ re: 0, im: -2 });
    expect(symbols.csqrtf({ re: 0, im: 2 })).toEqual({ re: 1, im: 1 });
  });

  test('keeps its parts apart', () => {
    expect(symbols.conj({ re: 1, im: 2 })).toEqual({ re: 1, im: -2 });
  });

  test('is one of two arguments', () => {
    const i = { re: 0, im: 1 };
    expectClose(symbols.cpow(i, i), { re: Math.exp(-Math.PI / 2), im: 0 });
    expectClose(symbols.cpow({ re: 1, im: 1 }, { re: 4, im: 0 }), { re: -4, im: 0 });
  });
});

test('a prototype of <math.h> is a definition', () => {
  expect(symbols.hypot(3, 4)).toBe(5);
  expect(symbols.logf(1)).toBe(0);
  const sign = Int32Array.of(0);
  expect(symbols.lgamma_r(-0.5, sign)).toBeCloseTo(Math.log(2 * Math.sqrt(Math.PI)), 14);
  expect(sign[0]).toBe(-1);
});
