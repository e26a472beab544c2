// The memory of buffers. It is asked of the engine: a class, or a property, can say anything.

import { types } from 'node:util';
import { TRANSFERRED } from '../ctypes/accepted';
import { native } from '../native';
import { Misfit } from './misfit';
import { writeAddress, type Place } from './scratch';

type Getter = (view: object) => unknown;

function getterOf(prototype: object, name: string): Getter {
  const property = Object.getOwnPropertyDescriptor(prototype, name);
  return (view) => property?.get?.call(view) as unknown;
}

function gettersOf(prototype: object) {
  const [buffer, start, length] = ['buffer', 'byteOffset', 'byteLength'].map((name) =>
    getterOf(prototype, name),
  ) as [Getter, Getter, Getter];
  return (view: object) =>
    new Uint8Array(buffer(view) as ArrayBuffer, start(view) as number, length(view) as number);
}

const bytesOfArray = gettersOf(Object.getPrototypeOf(Uint8Array.prototype) as object);
const bytesOfDataView = gettersOf(DataView.prototype);

/** The memory of a buffer or of a view of one; undefined for anything else, and when it is gone. */
export function bytesOf(value: unknown): Uint8Array | undefined {
  if (!isBuffer(value) || native.calls.addressOf(value) === undefined) return undefined;
  if (types.isArrayBuffer(value)) return new Uint8Array(value);
  try {
    return types.isDataView(value) ? bytesOfDataView(value) : bytesOfArray(value);
  } catch {
    return undefined; // It lies beyond the end of a buffer that was resized.
  }
}

/** Whether it is one as far as its type goes. */
export function isBuffer(value: unknown): value is object {
  return types.isArrayBuffer(value) || ArrayBuffer.isView(value);
}

export const NO_BYTES = new Uint8Array();

/** In bytes. A larger buffer is not kept from being collected just in case it comes again. */
const LARGEST_KEPT = 65536;

/** The memory of a buffer if all of it, also beyond a view, is small; else nothing. */
export function smallBytesOf(value: unknown): Uint8Array {
  const bytes = bytesOf(value);
  return bytes === undefined || bytes.buffer.byteLength > LARGEST_KEPT ? NO_BYTES : bytes;
}

/**
 * Buffers that C gets the addresses of. They are written at the end: until then code of the user may
 * run, which can take the memory of a buffer away.
 */
export class AwaitedBuffers {
  readonly #list: { readonly place: Place; readonly buffer: object; readonly size: number }[] = [];

  /** `size` is how many bytes C needs at least. */
  add(place: Place, buffer: object, size: number): void {
    this.#list.push({ place, buffer, size });
  }

  /**
   * Runs no code of the user.
   *
   * @throws {Misfit}
   */
  writeAddresses(): void {
    for (const { place, buffer, size } of this.#list) {
      const address = native.calls.addressOf(buffer);
      const isThere = size === 0 || (bytesOf(buffer)?.length ?? 0) >= size;
      if (address === undefined || !isThere) {
        throw new Misfit('ERR_INVALID_ARG_TYPE', 'buffer', TRANSFERRED, buffer);
      }
      writeAddress(place, address);
    }
  }
}
