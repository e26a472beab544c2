// Memory for C that belongs to an object of JavaScript.

import type { Pointer } from '../ctypes/make';
import { sizedType } from '../ctypes/made';
import type { Type } from '../ctypes/type';
import type { AnyType, ArgumentOf, ResultOf } from '../ctypes/values';
import { DynamicReloadTypeError } from '../errors';
import { Assignment } from './assignment';
import { codecOf } from './codecs';
import { NOWHERE } from './encode';
import { addressOf, newMemory, type Place } from './scratch';

/** Memory that C may use until it is given back. */
export interface Allocation<T = unknown, Out = unknown, In = unknown> extends Disposable {
  /** Its address; 0n once given back. */
  readonly pointer: Pointer<T>;
  /** The bytes; empty once given back. */
  readonly bytes: Uint8Array;
  /**
   * What the bytes mean. Texts, values and buffers that it points to live as long as this, or until
   * it gets a value that has their addresses no more.
   */
  // eslint-disable-next-line @typescript-eslint/related-getter-setter-pairs -- as with any C type
  get value(): Out;
  set value(value: In);
}

/**
 * Makes memory for a value, zeroed or with `value` in it. It stays until nobody holds the returned
 * object any more, or until it is disposed of (`using`).
 *
 * @throws ERR_SYMBOL_DEFINITION, ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE
 */
export function alloc<const T extends AnyType>(
  type: T,
  value?: ArgumentOf<T>,
): Allocation<T, ResultOf<T>, ArgumentOf<T>> {
  const made = new OwnedMemory(sizedType(type, 'alloc'));
  if (value !== undefined) made.value = value;
  return made as Allocation<T, ResultOf<T>, ArgumentOf<T>>;
}

class OwnedMemory implements Allocation {
  readonly #type: Type;
  #place: Place | undefined;
  #assignment: Assignment | undefined;

  constructor(type: Type) {
    this.#type = type;
    this.#place = { memory: newMemory(type.size, type.alignment), offset: 0 };
  }

  get pointer(): Pointer {
    return this.#place === undefined ? 0n : addressOf(this.#place);
  }

  get bytes(): Uint8Array {
    return this.#place?.memory.bytes.subarray(0, this.#type.size) ?? new Uint8Array();
  }

  get value(): unknown {
    return codecOf(this.#type).read(this.#open(), NOWHERE);
  }

  set value(value: unknown) {
    this.#open();
    const assignment = new Assignment(this.#type, value, this.#assignment);
    // Last of all: the getters of the value may have given the memory back.
    this.#open().memory.bytes.set(assignment.bytes);
    this.#assignment = assignment;
  }

  [Symbol.dispose](): void {
    this.#place = undefined;
    this.#assignment = undefined;
  }

  #open(): Place {
    if (this.#place !== undefined) return this.#place;
    throw new DynamicReloadTypeError('ERR_INVALID_ARG_TYPE', 'This memory was given back.');
  }
}
