// The types that have a name, in every spelling.

import { HERE, type PlatformTypes } from './platform';
import type { ScalarName, Type } from './type';
import { ADDRESS } from './type';

const SIZES: Readonly<Record<ScalarName, number>> = {
  ...{ bool: 1, char: 1, i8: 1, u8: 1, i16: 2, u16: 2, i32: 4, u32: 4 },
  ...{ i64: 8, u64: 8, isize: 8, usize: 8, f32: 4, f64: 8 },
};

export function scalar(name: ScalarName): Extract<Type, { kind: 'scalar' }> {
  const type = NAMED.get(name);
  if (type?.kind !== 'scalar') throw new RangeError(name);
  return type;
}

export const VOID: Type = { kind: 'void', size: 0, alignment: 1 };

/** One number that is the real and one that is the imaginary part, as in C. */
function complex(name: 'f32' | 'f64'): Type {
  const size = SIZES[name];
  const part: Type = { kind: 'scalar', name, size, alignment: size };
  return {
    kind: 'structure',
    size: 2 * size,
    alignment: size,
    fields: [
      { name: 're', type: part, offset: 0 },
      { name: 'im', type: part, offset: size },
    ],
  };
}

/** The names that messages list. */
export const CANONICAL: ReadonlyMap<string, Type> = new Map<string, Type>([
  ...Object.entries(SIZES).map(
    ([name, size]) =>
      [name, { kind: 'scalar', name: name as ScalarName, size, alignment: size }] as const,
  ),
  ['pointer', { kind: 'pointer', ...ADDRESS }],
  ['buffer', { kind: 'buffer', ...ADDRESS }],
  ['function', { kind: 'function', ...ADDRESS }],
  ['string', { kind: 'string', encoding: 'utf8', ...ADDRESS }],
  ['complex64', complex('f32')],
  ['complex128', complex('f64')],
]);

/** The integer that is the same without a sign. */
function unsigned(name: string): string {
  return name.replace('i', 'u');
}

/** What `node:ffi` also accepts, and C's own names that mean the same on every system. */
const ALIASES: Readonly<Record<string, string>> = {
  ...{ int8: 'i8', uint8: 'u8', int16: 'i16', uint16: 'u16', int32: 'i32', uint32: 'u32' },
  ...{ int64: 'i64', uint64: 'u64', float: 'f32', float32: 'f32', double: 'f64', float64: 'f64' },
  ...{ ptr: 'pointer', str: 'string', arraybuffer: 'buffer' },
  ...{ short: 'i16', int: 'i32', 'signed char': 'i8', 'unsigned char': 'u8' },
  ...{ 'unsigned short': 'u16', 'unsigned int': 'u32', unsigned: 'u32' },
  ...{ 'long long': 'i64', 'unsigned long long': 'u64' },
  ...{ int8_t: 'i8', uint8_t: 'u8', int16_t: 'i16', uint16_t: 'u16' },
  ...{ int32_t: 'i32', uint32_t: 'u32', int64_t: 'i64', uint64_t: 'u64' },
  ...{ size_t: 'usize', ssize_t: 'isize', ptrdiff_t: 'isize' },
  ...{ intptr_t: 'isize', uintptr_t: 'usize', intmax_t: 'i64', uintmax_t: 'u64' },
  ...{ int_fast8_t: 'i8', uint_fast8_t: 'u8', int_fast64_t: 'i64', uint_fast64_t: 'u64' },
  ...{ int_least8_t: 'i8', uint_least8_t: 'u8', int_least16_t: 'i16', uint_least16_t: 'u16' },
  ...{ int_least32_t: 'i32', uint_least32_t: 'u32', int_least64_t: 'i64', uint_least64_t: 'u64' },
  ...{ char16_t: 'u16', char32_t: 'u32', char8_t: 'u8' },
  ...{ _Bool: 'bool', time_t: 'i64' },
};

/** C's names that are not the same everywhere, and have 64 bits somewhere. */
function aliasesOf({ long, off_t, fast16, fast32 }: PlatformTypes): Record<string, string> {
  return {
    ...{ long, 'unsigned long': unsigned(long), off_t },
    ...{ int_fast16_t: fast16, uint_fast16_t: unsigned(fast16) },
    ...{ int_fast32_t: fast32, uint_fast32_t: unsigned(fast32) },
  };
}

function canonical(name: string): Type {
  const type = CANONICAL.get(name);
  if (type === undefined) throw new RangeError(name);
  return type;
}

/** Values of types that have 64 bits somewhere are bigints everywhere. */
function widened(name: string): Type {
  const base = canonical(name);
  return base.kind !== 'scalar' || base.size === 8 ? base : { ...base, kind: 'widened', base };
}

/** All names, in every spelling, as a system understands them. */
export function namesOf(platform: PlatformTypes): ReadonlyMap<string, Type> {
  const aliases = { ...ALIASES, wchar_t: platform.wchar_t };
  return new Map<string, Type>([
    ...CANONICAL,
    ...Object.entries(aliases).map(([alias, name]) => [alias, canonical(name)] as const),
    ...Object.entries(aliasesOf(platform)).map(([alias, name]) => [alias, widened(name)] as const),
  ]);
}

export const NAMED = namesOf(HERE);
