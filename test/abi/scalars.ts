// Numbers, booleans and enumerations, with their limits.

import { enumeration, type AnyType } from '../../lib';
import type { Kind, ScalarKind } from './kind';
import type { Random } from './random';

interface Integer {
  readonly bits: number;
  readonly isSigned: boolean;
}

function limitsOf({ bits, isSigned }: Integer): bigint[] {
  const span = 1n << BigInt(bits);
  const [min, max] = isSigned ? [-span / 2n, span / 2n - 1n] : [0n, span - 1n];
  return [min, max, 0n, 1n, min + 1n, max - 1n];
}

function integer(title: string, c: string, shape: Integer): ScalarKind {
  const { bits, isSigned } = shape;
  const fit = isSigned ? BigInt.asIntN : BigInt.asUintN;
  const toValue = (big: bigint) => (bits === 64 ? big : Number(big));
  const limits = limitsOf(shape).map(toValue);
  return {
    title,
    type: title as AnyType,
    definitions: [],
    limits,
    ...(bits < 32 && { promoted: 'int' }),
    declare: (name) => `${c} ${name}`,
    put: (place) => `put((uint64_t)${isSigned ? '(int64_t)' : ''}${place});`,
    take: (place) => `${place} = (${c})take();`,
    sample: (random) =>
      random.chance(0.5) ? random.pick(limits) : toValue(fit(bits, random.word())),
    words: (value) => [BigInt.asUintN(64, integerFrom(value, bits === 64 ? 'bigint' : 'number'))],
  };
}

function integerFrom(value: unknown, type: 'bigint' | 'number'): bigint {
  if (typeof value !== type) throw new TypeError(`not a ${type} but ${typeof value}`);
  return BigInt(value as bigint | number);
}

const CHAR: Integer = { bits: 8, isSigned: process.arch !== 'arm64' };

const bool: ScalarKind = {
  ...integer('bool', 'bool', { bits: 8, isSigned: false }),
  limits: [false, true],
  sample: (random) => random.chance(0.5),
  words: (value) => {
    if (typeof value !== 'boolean') throw new TypeError(`not a boolean but ${typeof value}`);
    return [value ? 1n : 0n];
  },
};

const FLOATS = {
  f32: { c: 'float', max: 3.4028234663852886e38, least: 2 ** -149, round: Math.fround },
  f64: {
    c: 'double',
    max: Number.MAX_VALUE,
    least: Number.MIN_VALUE,
    round: (value: number) => value,
  },
} as const;

function floating(title: keyof typeof FLOATS): ScalarKind {
  const { c, max, least, round } = FLOATS[title];
  const limits = [0, -0, 1.5, max, -max, least, -least, Infinity, -Infinity, NaN];
  return {
    title,
    type: title,
    definitions: [],
    limits,
    ...(title === 'f32' && { promoted: 'double' }),
    declare: (name) => `${c} ${name}`,
    put: (place) => `put_${title}(${place});`,
    take: (place) => `${place} = take_${title}();`,
    sample: (random) =>
      random.chance(0.3) ? random.pick(limits) : round((random.below(2 ** 32) - 2 ** 31) / 7),
    words: (value) => {
      if (typeof value !== 'number') throw new TypeError(`not a number but ${typeof value}`);
      return [bitsOf(title, value)];
    },
  };
}

const cell = new DataView(new ArrayBuffer(8));

function bitsOf(title: keyof typeof FLOATS, value: number): bigint {
  cell.setBigUint64(0, 0n);
  if (title === 'f32') cell.setFloat32(4, value);
  else cell.setFloat64(0, value);
  return cell.getBigUint64(0);
}

const signed = (title: string, c: string, bits: number) =>
  integer(title, c, { bits, isSigned: true });
const unsigned = (title: string, c: string, bits: number) =>
  integer(title, c, { bits, isSigned: false });

export const I8 = signed('i8', 'int8_t', 8);
export const U8 = unsigned('u8', 'uint8_t', 8);
export const I16 = signed('i16', 'int16_t', 16);
export const U16 = unsigned('u16', 'uint16_t', 16);
export const I32 = signed('i32', 'int32_t', 32);
export const U32 = unsigned('u32', 'uint32_t', 32);
export const I64 = signed('i64', 'int64_t', 64);
export const U64 = unsigned('u64', 'uint64_t', 64);
export const F32 = floating('f32');
export const F64 = floating('f64');

export const SCALARS: readonly ScalarKind[] = [
  ...[bool, I8, U8, I16, U16, I32, U32, I64, U64, F32, F64],
  integer('char', 'char', CHAR),
  signed('isize', 'intptr_t', 64),
  unsigned('usize', 'uintptr_t', 64),
];

/** Names of C that say the same to both sides. */
export const C_NAMES: readonly ScalarKind[] = [
  ...['signed char', 'int8_t', 'int_least8_t', 'int_fast8_t'].map((c) => signed(c, c, 8)),
  ...['unsigned char', 'uint8_t', 'uint_least8_t', 'uint_fast8_t', 'char8_t'].map((c) =>
    unsigned(c, c, 8),
  ),
  ...['short', 'int16_t', 'int_least16_t'].map((c) => signed(c, c, 16)),
  ...['unsigned short', 'uint16_t', 'uint_least16_t', 'char16_t'].map((c) => unsigned(c, c, 16)),
  ...['int', 'int32_t', 'int_least32_t', 'wchar_t'].map((c) => signed(c, c, 32)),
  ...['unsigned', 'unsigned int', 'uint32_t', 'uint_least32_t', 'char32_t'].map((c) =>
    unsigned(c, c, 32),
  ),
  ...['long', 'long long', 'int64_t', 'int_least64_t', 'int_fast16_t', 'int_fast32_t'].map((c) =>
    signed(c, c, 64),
  ),
  ...['int_fast64_t', 'intmax_t', 'intptr_t', 'ptrdiff_t', 'ssize_t', 'time_t', 'off_t'].map((c) =>
    signed(c, c, 64),
  ),
  ...['unsigned long', 'unsigned long long', 'uint64_t', 'uint_least64_t'].map((c) =>
    unsigned(c, c, 64),
  ),
  ...['uint_fast16_t', 'uint_fast32_t', 'uint_fast64_t'].map((c) => unsigned(c, c, 64)),
  ...['uintmax_t', 'uintptr_t', 'size_t'].map((c) => unsigned(c, c, 64)),
];

const COLORS = { RED: 0, GREEN: 1, LAST: 2147483647 } as const;

/** Its values are the names, and the numbers that have none. */
export const COLOR: ScalarKind = {
  ...I32,
  title: 'enumeration',
  type: enumeration(COLORS),
  limits: ['RED', 'GREEN', 'LAST', 7, -2147483648],
  sample: (random: Random) => random.pick(COLOR.limits),
  words: (value) => {
    if (Object.values<unknown>(COLORS).includes(value)) throw new TypeError('a number with a name');
    return I32.words(typeof value === 'string' ? COLORS[value as keyof typeof COLORS] : value);
  },
};

/** A number with a real and an imaginary part. */
function complex(title: string, part: Kind, suffix: string): Kind {
  const c = part.declare('_Complex');
  return {
    title,
    type: title as AnyType,
    definitions: [],
    declare: (name) => `${c} ${name}`,
    put: (place) =>
      `${part.put(`creal${suffix}(${place})`)} ${part.put(`cimag${suffix}(${place})`)}`,
    take: (place) =>
      `{ ${part.declare('re')}, im; ${part.take('re')} ${part.take('im')} ` +
      `${place} = CMPLX${suffix.toUpperCase()}(re, im); }`,
    sample: (random) => ({ re: part.sample(random), im: part.sample(random) }),
    words: (value) => {
      const { re, im } = value as { re: unknown; im: unknown };
      return [...part.words(re), ...part.words(im)];
    },
  };
}

export const COMPLEX64 = complex('complex64', F32, 'f');
export const COMPLEX128 = complex('complex128', F64, '');
