import { DynamicReload } from '../lib';
import { codedError } from './support/coded-error';
import { fixture } from './support/fixtures';

const reloader = new DynamicReload();
afterAll(() => reloader.close());

const { symbols } = reloader.addLibrarySync(fixture('libcalls.so'), {
  symbols: {
    identity_bool: { arguments: ['bool'], return: 'bool' },
    identity_i8: { arguments: ['i8'], return: 'i8' },
    identity_u8: { arguments: ['u8'], return: 'u8' },
    identity_i16: { arguments: ['i16'], return: 'i16' },
    identity_u16: { arguments: ['u16'], return: 'u16' },
    identity_i32: { arguments: ['i32'], return: 'i32' },
    identity_u32: { arguments: ['u32'], return: 'u32' },
    identity_i64: { arguments: ['i64'], return: 'i64' },
    identity_u64: { arguments: ['u64'], return: 'u64' },
    identity_isize: { arguments: ['isize'], return: 'isize' },
    identity_usize: { arguments: ['usize'], return: 'usize' },
    identity_f32: { arguments: ['f32'], return: 'f32' },
    identity_f64: { arguments: ['f64'], return: 'f64' },
    identity_char: { arguments: ['char'], return: 'char' },
    do_nothing: {},
    record_i32: { arguments: ['i32'] },
    recorded_i32: { type: 'i32' },
  },
});

type Name = keyof typeof symbols;

/** The function as a program without type checks sees it. */
function identity(type: string): (...values: unknown[]) => unknown {
  return symbols[`identity_${type}` as Name] as (...values: unknown[]) => unknown;
}

function wrongValue(
  code: 'ERR_INVALID_ARG_TYPE' | 'ERR_OUT_OF_RANGE',
  type: string,
  wanted: string,
): Error {
  const name = code === 'ERR_OUT_OF_RANGE' ? 'DynamicReloadRangeError' : 'DynamicReloadTypeError';
  const message = `identity_${type}: argument 1 is ${type}: it must be ${wanted}, not `;
  return codedError(code, { name, message });
}

const NARROW = [
  ['i8', -128, 127],
  ['u8', 0, 255],
  ['i16', -32768, 32767],
  ['u16', 0, 65535],
  ['i32', -2147483648, 2147483647],
  ['u32', 0, 4294967295],
] as const;

describe.each(NARROW)('%s', (type, min, max) => {
  const call = identity(type);
  const wanted = `an integer from ${min} to ${max}`;

  test.each([min, max, 0, 1, max - 1])('takes and gives %p', (value) => {
    expect(call(value)).toBe(value);
  });

  test('gives 0 for -0', () => {
    expect(call(-0)).toBe(0);
  });

  test.each([min - 1, max + 1, 0.5, min - 0.5, NaN, Infinity, -Infinity, 2 ** 53])(
    'does not hold %p',
    (value) => {
      expect(() => call(value)).toThrow(wrongValue('ERR_OUT_OF_RANGE', type, wanted));
    },
  );

  test.each([1n, '1', true, null, undefined, [1], {}, Symbol('1'), () => 1])(
    'is not made of %p',
    (value) => {
      expect(() => call(value)).toThrow(wrongValue('ERR_INVALID_ARG_TYPE', type, wanted));
    },
  );
});

const SIGNED = 'a bigint from -2n**63n to 2n**63n-1n or a safe integer';
const UNSIGNED = 'a bigint from 0n to 2n**64n-1n or a safe integer';

const WIDE = [
  ['i64', -(2n ** 63n), 2n ** 63n - 1n, SIGNED],
  ['isize', -(2n ** 63n), 2n ** 63n - 1n, SIGNED],
  ['u64', 0n, 2n ** 64n - 1n, UNSIGNED],
  ['usize', 0n, 2n ** 64n - 1n, UNSIGNED],
] as const;

describe.each(WIDE)('%s', (type, min, max, wanted) => {
  const call = identity(type);

  test.each([min, max, 0n, 1n, max - 1n, 2n ** 53n + 1n])('takes and gives %p', (value) => {
    expect(call(value)).toBe(value);
  });

  test.each([0, 1, Number.MAX_SAFE_INTEGER])('takes the number %p and gives a bigint', (value) => {
    expect(call(value)).toBe(BigInt(value));
  });

  test.each([min - 1n, max + 1n, 2n ** 64n, -(2n ** 64n), 2n ** 200n, 2 ** 53, 0.5, NaN, Infinity])(
    'does not hold %p',
    (value) => {
      expect(() => call(value)).toThrow(wrongValue('ERR_OUT_OF_RANGE', type, wanted));
    },
  );

  test.each(['1', true, null, undefined, [1n], {}])('is not made of %p', (value) => {
    expect(() => call(value)).toThrow(wrongValue('ERR_INVALID_ARG_TYPE', type, wanted));
  });
});

test.each(['i64', 'isize'])('%s takes the smallest safe integer', (type) => {
  expect(identity(type)(Number.MIN_SAFE_INTEGER)).toBe(BigInt(Number.MIN_SAFE_INTEGER));
});

test.each(['u64', 'usize'])('%s does not hold the number -1', (type) => {
  expect(() => identity(type)(-1)).toThrow(wrongValue('ERR_OUT_OF_RANGE', type, UNSIGNED));
});

const FLOATS = [0, -0, 1.5, -1.5, NaN, Infinity, -Infinity, 2 ** -149, 2 ** 127];

describe('f64', () => {
  test.each([...FLOATS, 0.1, Number.MAX_VALUE, Number.MIN_VALUE, 2 ** 53])(
    'takes and gives %p',
    (value) => {
      expect(symbols.identity_f64(value)).toBe(value);
    },
  );
});

describe('f32', () => {
  test.each(FLOATS)('takes and gives %p', (value) => {
    expect(symbols.identity_f32(value)).toBe(value);
  });

  test.each([0.1, 2 ** 24 + 1, Number.MAX_VALUE, Number.MIN_VALUE, 3.4028235677973366e38])(
    'rounds %p as Math.fround() does',
    (value) => {
      expect(symbols.identity_f32(value)).toBe(Math.fround(value));
    },
  );
});

test.each(['f32', 'f64'])('%s is made of numbers alone', (type) => {
  for (const value of [1n, '1', true, null, undefined, [1]]) {
    expect(() => identity(type)(value)).toThrow(
      wrongValue('ERR_INVALID_ARG_TYPE', type, 'a number'),
    );
  }
});

describe('bool', () => {
  test.each([
    [true, true],
    [false, false],
    [1, true],
    [0, false],
  ] as const)('takes %p and gives %p', (value, expected) => {
    expect(symbols.identity_bool(value)).toBe(expected);
  });

  test.each([2, -1, 0.5, NaN])('does not hold %p', (value) => {
    expect(() => identity('bool')(value)).toThrow(
      wrongValue('ERR_OUT_OF_RANGE', 'bool', 'a boolean, 0 or 1'),
    );
  });

  test.each(['true', 1n, null, undefined, {}])('is not made of %p', (value) => {
    expect(() => identity('bool')(value)).toThrow(
      wrongValue('ERR_INVALID_ARG_TYPE', 'bool', 'a boolean, 0 or 1'),
    );
  });
});

describe('char', () => {
  // Whether it has a sign is up to the machine.
  const [min, max] = process.arch === 'arm64' ? [0, 255] : [-128, 127];

  test.each([min, max, 0, 65])('takes and gives the number %p', (value) => {
    expect(symbols.identity_char(value)).toBe(value);
  });

  test('is never a string', () => {
    expect(() => identity('char')('A')).toThrow(
      wrongValue('ERR_INVALID_ARG_TYPE', 'char', 'the number of a char'),
    );
  });

  test.each([min - 1, max + 1, 65.5])('does not hold %p', (value) => {
    expect(() => identity('char')(value)).toThrow(
      wrongValue('ERR_OUT_OF_RANGE', 'char', 'the number of a char'),
    );
  });
});

describe('void', () => {
  test('is undefined in JavaScript', () => {
    const call: () => unknown = symbols.do_nothing;
    expect(call()).toBeUndefined();
  });

  test('still lets the function do what it does', () => {
    symbols.record_i32(7);
    expect(symbols.recorded_i32).toBe(7);
  });
});

describe('a call', () => {
  test('that is refused tells everything in properties, too', () => {
    expect(() => identity('u8')(256)).toThrow(
      codedError('ERR_OUT_OF_RANGE', {
        symbol: 'identity_u8',
        argument: 0,
        wanted: 'u8',
        given: 256,
      }),
    );
    const given = {};
    expect(() => identity('bool')(given)).toThrow(
      codedError('ERR_INVALID_ARG_TYPE', { symbol: 'identity_bool', wanted: 'bool', given }),
    );
  });

  test('says what was given instead', () => {
    expect(() => identity('u8')('seven')).toThrow(`not 'seven'`);
    expect(() => identity('u8')({ deep: { value: 1 } })).toThrow('not { deep: [Object] }');
    expect(() => identity('u8')('x'.repeat(1000))).toThrow(/not 'x{40}'\.\.\. 960 more/);
    expect(() => identity('u64')(-1n)).toThrow('not -1n');
  });

  test.each([
    ['identity_i8', 1, []],
    ['identity_i8', 1, [1, 2]],
    ['do_nothing', 0, [undefined]],
  ] as const)('of %s takes exactly %d', (name, count, values) => {
    const call = symbols[name] as (...args: readonly unknown[]) => unknown;
    const words = count === 1 ? '1 argument' : '0 arguments';
    expect(() => call(...values)).toThrow(
      codedError('ERR_INVALID_ARG_TYPE', {
        name: 'DynamicReloadTypeError',
        message: `${name}: takes ${words}, not ${values.length}`,
      }),
    );
  });

  test('that is refused does not happen', () => {
    symbols.record_i32(1);
    expect(() => (symbols.record_i32 as (value: unknown) => void)('2')).toThrow(TypeError);
    expect(symbols.recorded_i32).toBe(1);
  });

  test('needs no receiver', () => {
    const { identity_i32 } = symbols;
    expect(identity_i32(5)).toBe(5);
    expect([1, 2, 3].map((value) => identity_i32(value))).toEqual([1, 2, 3]);
  });
});

describe('a function of a library', () => {
  test('is an ordinary function with the name and the length of its definition', () => {
    expect(typeof symbols.identity_i32).toBe('function');
    expect(symbols.identity_i32.name).toBe('identity_i32');
    expect(symbols.identity_i32).toHaveLength(1);
    expect(symbols.do_nothing).toHaveLength(0);
  });

  test('cannot be replaced or removed', () => {
    const table = symbols as unknown as Record<string, unknown>;
    expect(() => (table['do_nothing'] = null)).toThrow(TypeError);
    expect(() => delete table['do_nothing']).toThrow(TypeError);
  });

  test('is listed with the others', () => {
    expect(Object.keys(symbols)).toContain('identity_i32');
    expect('toString' in symbols).toBe(false);
  });
});
