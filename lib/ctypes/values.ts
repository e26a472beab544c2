// Which TypeScript types belong to which C types.

import type { CType } from './type';

/**
 * Native types and the TypeScript types they become.
 *
 * The short names are the ones that `node:ffi`, Deno and Bun all accept.
 */

/** What a caller may pass for each native type. */
export interface ArgumentTypeMap {
  bool: boolean | 0 | 1;
  i8: number;
  u8: number;
  i16: number;
  u16: number;
  i32: number;
  u32: number;
  i64: number | bigint;
  u64: number | bigint;
  isize: number | bigint;
  usize: number | bigint;
  f32: number;
  f64: number;
  char: number;
  pointer: bigint | NodeJS.ArrayBufferView | ArrayBuffer | null;
  buffer: NodeJS.ArrayBufferView | ArrayBuffer | null;
  function: bigint | null;
  string: string | null;
  complex64: Complex;
  complex128: Complex;
}

/** The real and the imaginary part. */
export interface Complex {
  re: number;
  im: number;
}

/** What a caller gets back for each native type. */
export interface ReturnTypeMap {
  // eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- the C type of this name
  void: void;
  bool: boolean;
  i8: number;
  u8: number;
  i16: number;
  u16: number;
  i32: number;
  u32: number;
  i64: bigint;
  u64: bigint;
  isize: bigint;
  usize: bigint;
  f32: number;
  f64: number;
  char: number;
  pointer: bigint;
  buffer: bigint;
  function: bigint;
  string: string | null;
  complex64: Complex;
  complex128: Complex;
}

/** The other spellings: those that `node:ffi` accepts, and the names of C. */
export interface TypeAliasMap extends CNameMap {
  int8: 'i8';
  uint8: 'u8';
  int16: 'i16';
  uint16: 'u16';
  int32: 'i32';
  uint32: 'u32';
  int64: 'i64';
  uint64: 'u64';
  float: 'f32';
  float32: 'f32';
  double: 'f64';
  float64: 'f64';
  ptr: 'pointer';
  str: 'string';
  arraybuffer: 'buffer';
}

/** What C calls them. Those that have 64 bits on some systems are a `bigint` on every one. */
interface CNameMap {
  _Bool: 'bool';
  'signed char': 'i8';
  'unsigned char': 'u8';
  short: 'i16';
  'unsigned short': 'u16';
  int: 'i32';
  unsigned: 'u32';
  'unsigned int': 'u32';
  long: 'i64';
  'unsigned long': 'u64';
  'long long': 'i64';
  'unsigned long long': 'u64';
  int8_t: 'i8';
  uint8_t: 'u8';
  int16_t: 'i16';
  uint16_t: 'u16';
  int32_t: 'i32';
  uint32_t: 'u32';
  int64_t: 'i64';
  uint64_t: 'u64';
  int_fast8_t: 'i8';
  uint_fast8_t: 'u8';
  int_fast16_t: 'i64';
  uint_fast16_t: 'u64';
  int_fast32_t: 'i64';
  uint_fast32_t: 'u64';
  int_fast64_t: 'i64';
  uint_fast64_t: 'u64';
  int_least8_t: 'i8';
  uint_least8_t: 'u8';
  int_least16_t: 'i16';
  uint_least16_t: 'u16';
  int_least32_t: 'i32';
  uint_least32_t: 'u32';
  int_least64_t: 'i64';
  uint_least64_t: 'u64';
  intmax_t: 'i64';
  uintmax_t: 'u64';
  intptr_t: 'isize';
  uintptr_t: 'usize';
  ptrdiff_t: 'isize';
  size_t: 'usize';
  ssize_t: 'isize';
  time_t: 'i64';
  off_t: 'i64';
  char8_t: 'u8';
  char16_t: 'u16';
  char32_t: 'u32';
  wchar_t: 'i32';
}

/** The name of a type that an argument can have. */
export type NativeType = keyof ArgumentTypeMap | keyof TypeAliasMap;
/** The name of a type that a result can have. */
export type NativeReturnType = keyof ReturnTypeMap | keyof TypeAliasMap;
/** A type by its name, or made by `struct()` and its like. */
export type AnyType = NativeType | CType;

/** The one name of a type. */
export type Canonical<T> = T extends keyof TypeAliasMap ? TypeAliasMap[T] : T;

/** What a caller may pass for a type. */
export type ArgumentOf<T> =
  T extends CType<infer In>
    ? In
    : Canonical<T> extends infer C extends keyof ArgumentTypeMap
      ? ArgumentTypeMap[C]
      : never;

/** What a caller gets back for a type. */
export type ResultOf<T> =
  T extends CType<unknown, infer Out>
    ? Out
    : Canonical<T> extends infer C extends keyof ReturnTypeMap
      ? ReturnTypeMap[C]
      : never;

interface ColumnMap {
  void: undefined;
  bool: Uint8Array;
  char: Int8Array | Uint8Array;
  i8: Int8Array;
  u8: Uint8Array | Uint8ClampedArray;
  i16: Int16Array;
  u16: Uint16Array;
  i32: Int32Array;
  u32: Uint32Array;
  i64: BigInt64Array;
  u64: BigUint64Array;
  isize: BigInt64Array;
  usize: BigUint64Array;
  f32: Float32Array;
  f64: Float64Array;
}

/** The typed array that has many values of a type. */
export type ColumnOf<T> =
  Canonical<T> extends infer C extends keyof ColumnMap ? ColumnMap[C] : never;
