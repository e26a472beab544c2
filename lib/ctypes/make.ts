// What users make types with.

import { describe } from '../errors';
import type { AnyType, ArgumentOf, ResultOf } from './values';
import { layOutStructure, layOutUnion, type LayoutOptions, type Member } from './layout';
import { checkNotOwned, make, toType, wrong } from './made';
import { NAMED, scalar } from './names';
import { ADDRESS, type CType, type Encoding, type Scalar, type Type } from './type';

/** The members of a structure or union, in their order. */
export type Members = Readonly<Record<string, AnyType>>;

export interface StructType<M extends Members = Members> extends CType<
  { readonly [K in keyof M]: ArgumentOf<M[K]> },
  { -readonly [K in keyof M]: ResultOf<M[K]> }
> {
  readonly kind: 'structure';
}

/** Exactly one member is given; all come back, each as what the bytes mean to it. */
export interface UnionType<M extends Members = Members> extends CType<
  { [K in keyof M]: { readonly [P in K]: ArgumentOf<M[P]> } }[keyof M],
  { -readonly [K in keyof M]: ResultOf<M[K]> }
> {
  readonly kind: 'union';
}

/**
 * A C structure. Its values are plain objects.
 *
 * @throws ERR_SYMBOL_DEFINITION for a member that is no type, or for no members
 */
export function struct<const M extends Members>(
  members: M,
  options: LayoutOptions = {},
): StructType<M> {
  return make(layOutStructure(readMembers('struct', members), readLayout('struct', options)));
}

/** A C union. A value has the one member that is to be written. */
export function union<const M extends Members>(
  members: M,
  options: LayoutOptions = {},
): UnionType<M> {
  return make(layOutUnion(readMembers('union', members), readLayout('union', options)));
}

function fits(value: unknown, { name, size }: Scalar): boolean {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) return false;
  const bits = name.startsWith('i') ? size * 8 - 1 : size * 8;
  return value < 2 ** bits && value >= (name.startsWith('i') ? -(2 ** bits) : 0);
}

type IntegerName = 'i8' | 'u8' | 'i16' | 'u16' | 'i32' | 'u32' | 'i64' | 'u64';

/** What a C enumeration takes and gives: a name, a number, or a bigint that no number is exactly. */
type EnumerationValue<N, B> =
  (keyof N & string) | number | (B extends 'i64' | 'u64' ? bigint : never);

/** A C enumeration: values are the names, or numbers that have none. `base` defaults to `'i32'`. */
export function enumeration<
  const N extends Readonly<Record<string, number>>,
  const B extends IntegerName = 'i32',
>(names: N, base?: B): CType<EnumerationValue<N, B>, EnumerationValue<N, B>> {
  const type = integer('enumeration', base ?? 'i32');
  const entries = Object.entries(names);
  for (const [name, value] of entries) {
    if (!fits(value, type)) {
      throw wrong(
        `enumeration: ${name} is an integer of type ${type.name}, not ${describe(value)}`,
      );
    }
  }
  const byValue = new Map([...entries].reverse().map(([name, value]) => [value, name]));
  return make({ ...type, kind: 'enumeration', base: type, byName: new Map(entries), byValue });
}

/** What a C array can be passed as: its elements, or a view whose memory is used as it is. */
type ArrayArgument<T> = readonly ArgumentOf<T>[] | NodeJS.ArrayBufferView;

/**
 * A C array: as a member of a structure the elements themselves, as an argument the address of the
 * first. Without `length` it is an argument of any length.
 */
export function array<const T extends AnyType>(
  element: T,
  length?: number,
): CType<ArrayArgument<T>, ResultOf<T>[]> {
  const type = toType(element, 'array');
  const isLength = length === undefined || (Number.isSafeInteger(length) && length >= 0);
  if (!isLength) throw wrong(`array: a length is a count, not ${describe(length)}`);
  return make({
    kind: 'array',
    element: type,
    length,
    size: type.size * (length ?? 0),
    alignment: type.alignment,
  });
}

declare const target: unique symbol;

/** An address that is known to lead to a `T`. Any `bigint` may stand where one is expected. */
export type Pointer<T = unknown> = bigint & { readonly [target]?: T };

/** `void *` goes to and comes from every other pointer, as in C. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- neither of the two says what it is
type PointerTo<T> = Pointer<T extends 'void' ? any : T>;

/** What may be passed for a typed pointer: also a value, of which C gets a copy. */
type PointerArgument<T> =
  | PointerTo<T>
  | (T extends 'void' ? never : ArgumentOf<T>)
  | NodeJS.ArrayBufferView
  | ArrayBuffer
  | null;

/** A pointer to a type. Give a function for a type that is not made yet, such as its own. */
export function pointer<const T extends AnyType | 'void'>(
  to: T | (() => T),
): CType<PointerArgument<T>, PointerTo<T>> {
  if (to === 'void') return make({ kind: 'pointer', ...ADDRESS });
  if (typeof to === 'function') {
    return make({ kind: 'pointer', target: once(() => toType(to(), 'pointer')), ...ADDRESS });
  }
  const type = toType(to, 'pointer');
  return make({ kind: 'pointer', target: () => type, ...ADDRESS });
}

/** The address of a variable of the caller, which the function fills in: `holder.value` after it. */
export interface Holder<T> {
  value?: T;
}

/** An argument through which the function gives a value back, into a holder. Null is NULL. */
export function out<const T extends AnyType>(
  type: T,
): CType<Holder<ArgumentOf<T>> | Holder<ResultOf<T>> | null> {
  return make({ kind: 'out', target: toType(type, 'out'), ...ADDRESS });
}

/**
 * Like {@link out}, but the function also reads what the holder has before. The address is good for
 * one call; for a structure that C keeps use `alloc()`.
 */
export function inout<const T extends AnyType>(
  type: T,
): CType<{ value: ArgumentOf<T> } | { value: ResultOf<T> } | null> {
  return make({ kind: 'inout', target: toType(type, 'inout'), ...ADDRESS });
}

/** A member of a structure that has `width` bits of an integer type. */
export function bits<const T extends 'bool' | IntegerName>(
  base: T,
  width: number,
): CType<ArgumentOf<T>, ResultOf<T>> {
  const type = base === 'bool' ? scalar(base) : integer('bits', base);
  const most = base === 'bool' ? 1 : type.size * 8;
  if (!Number.isSafeInteger(width) || width < 0 || width > most) {
    throw wrong(`bits: a width is from 0 to ${most}, not ${describe(width)}`);
  }
  return make({ ...type, kind: 'bits', base: type, width });
}

export interface StringOptions {
  /** `'wide'` is `wchar_t`. Default: `'utf8'`. */
  readonly encoding?: Encoding;
  /** A function of the same library, such as `my_free`, that takes a result when it was copied. */
  readonly free?: string;
}

/** Text that ends with a NUL, in an encoding other than that of `'string'` or to be freed. */
export function string(options: StringOptions = {}): CType<string | null, string | null> {
  const { encoding = 'utf8', free } = options;
  if (!['utf8', 'utf16', 'wide'].includes(encoding)) {
    throw wrong(`string: an encoding is utf8, utf16 or wide, not ${describe(encoding)}`);
  }
  if (free !== undefined && (typeof free !== 'string' || free === '')) {
    throw wrong(`string: "free" is the name of a symbol, not ${describe(free)}`);
  }
  return make({ kind: 'string', encoding, ...(free !== undefined && { free }), ...ADDRESS });
}

function readMembers(what: string, members: unknown): Member[] {
  if (typeof members !== 'object' || members === null) {
    throw wrong(`${what}: members are an object, not ${describe(members)}`);
  }
  const list = Object.entries(members).map(([name, type]): Member => {
    const where = `${what}: member "${name}"`;
    return [name, checkMember(toType(type, where), where)];
  });
  if (list.length === 0) throw wrong(`${what}: it has no members`);
  return list;
}

function checkMember(type: Type, where: string): Type {
  checkNotOwned(type, where);
  if (type.kind === 'out' || type.kind === 'inout') {
    throw wrong(`${where}: only an argument can be ${type.kind}`);
  }
  if (type.kind === 'array' && type.length === undefined) {
    throw wrong(`${where}: an array inside a ${where.split(':')[0] ?? ''} has a length`);
  }
  return type;
}

function readLayout(what: string, options: LayoutOptions): LayoutOptions {
  const { packed = false, align = 1 } = options;
  if (typeof packed !== 'boolean') throw wrong(`${what}: "packed" is a boolean`);
  if (!Number.isSafeInteger(align) || align < 1 || align > 4096 || (align & (align - 1)) !== 0) {
    throw wrong(`${what}: "align" is a power of two up to 4096, not ${describe(align)}`);
  }
  return { packed, align };
}

function integer(what: string, name: string): Scalar {
  const type = NAMED.get(name);
  if (type?.kind !== 'scalar' || !/^[iu]\d/.test(type.name)) {
    throw wrong(`${what}: ${describe(name)} is no integer type`);
  }
  return type;
}

function once(make: () => Type): () => Type {
  let type: Type | undefined;
  return () => (type ??= make());
}
