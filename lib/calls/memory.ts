// Values of C types at an address.

import { constants } from 'node:buffer';
import type { Pointer } from '../ctypes/make';
import { sizedType } from '../ctypes/made';
import type { Structure, Type, Union } from '../ctypes/type';
import { nameOf } from '../ctypes/type';
import { describe, DynamicReloadRangeError, DynamicReloadTypeError } from '../errors';
import { native } from '../native';
import type { AnyType, ArgumentOf, ResultOf } from '../ctypes/values';
import { codecOf } from './codecs';
import { encodeAlone, NOWHERE } from './encode';
import { newMemory } from './scratch';

/** In bytes, as C tells. @throws ERR_SYMBOL_DEFINITION */
export function sizeof(type: AnyType): number {
  return sizedType(type, 'sizeof').size;
}

/** In bytes, as C tells. @throws ERR_SYMBOL_DEFINITION */
export function alignof(type: AnyType): number {
  return sizedType(type, 'alignof').alignment;
}

/**
 * Where a member of a structure begins, in bytes. A bit-field has no address; what is told is where
 * the integer begins that it is read from.
 *
 * @throws ERR_SYMBOL_DEFINITION for a type without members, ERR_INVALID_ARG_TYPE for no such member
 */
export function offsetof(type: AnyType, member: string): number {
  const found = membersOf(sizedType(type, 'offsetof')).fields.find(({ name }) => name === member);
  if (found !== undefined) return found.offset;
  throw wrongValue(`offsetof: ${describe(member)} is no member`);
}

function membersOf(type: Type): Structure | Union {
  if (type.kind === 'structure' || type.kind === 'union') return type;
  const message = `offsetof: ${nameOf(type)} has no members`;
  throw new DynamicReloadTypeError('ERR_SYMBOL_DEFINITION', message);
}

/**
 * Reads a value at an address. An address that leads nowhere crashes the process, as in C.
 *
 * @throws ERR_SYMBOL_DEFINITION; ERR_INVALID_ARG_TYPE, also for the address 0n
 */
export function read<const T extends AnyType>(pointer: Pointer<T>, type: T): ResultOf<T> {
  const from = checkAddress('read', pointer);
  const place = { memory: newMemory(sizedType(type, 'read').size), offset: 0 };
  const codec = codecOf(sizedType(type, 'read'));
  native.calls.readMemory(from, place.memory.bytes.subarray(0, codec.type.size));
  return codec.read(place, NOWHERE) as ResultOf<T>;
}

/**
 * Writes a value at an address. It cannot have texts, buffers or copies of other values: nobody would
 * know how long to keep them. Give the address of an {@link alloc}, which says so.
 *
 * @throws ERR_SYMBOL_DEFINITION, ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE; then nothing is written
 */
export function write<const T extends AnyType>(
  pointer: Pointer<T>,
  type: T,
  value: ArgumentOf<T>,
): void {
  const to = checkAddress('write', pointer);
  const known = sizedType(type, 'write');
  const staged = encodeAlone(known, value, { symbol: 'write', what: 'the value' });
  native.calls.writeMemory(to, staged.memory.bytes.subarray(0, known.size));
}

/** A value at an address, read and written whenever it is asked for. */
export interface View<In, Out> {
  // eslint-disable-next-line @typescript-eslint/related-getter-setter-pairs -- as with any C type
  get value(): Out;
  set value(value: In);
}

/**
 * Looks at a value at an address. Nothing is kept: each access goes to the memory, which has to be
 * there still.
 */
export function view<const T extends AnyType>(
  pointer: Pointer<T>,
  type: T,
): View<ArgumentOf<T>, ResultOf<T>> {
  checkAddress('view', pointer);
  sizedType(type, 'view');
  const at: View<unknown, unknown> = {
    get value() {
      return read(pointer, type);
    },
    set value(value) {
      write(pointer, type, value as ArgumentOf<T>);
    },
  };
  return at as View<ArgumentOf<T>, ResultOf<T>>;
}

/**
 * Copies bytes out of C's memory. Always a copy: the memory of a library goes with its version, and
 * some engines have no buffers that lie outside their own memory.
 *
 * @throws ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE
 */
export function toArrayBuffer(pointer: bigint, length: number): ArrayBuffer {
  const from = checkAddress('toArrayBuffer', pointer);
  if (!Number.isSafeInteger(length) || length < 0 || length > constants.MAX_LENGTH) {
    throw new DynamicReloadRangeError(`toArrayBuffer: ${describe(length)} is no number of bytes`);
  }
  const bytes = new Uint8Array(new ArrayBuffer(length));
  native.calls.readMemory(from, bytes);
  return bytes.buffer;
}

function checkAddress(what: string, pointer: unknown): bigint {
  if (typeof pointer === 'bigint' && pointer > 0n && pointer < 2n ** 64n) return pointer;
  throw wrongValue(`${what}: ${describe(pointer)} is no address to look at`);
}

function wrongValue(message: string): Error {
  return new DynamicReloadTypeError('ERR_INVALID_ARG_TYPE', message);
}
