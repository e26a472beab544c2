// Arrays: as members of a value, and as arguments.

import { ACCEPTED } from '../ctypes/accepted';
import type { ArrayOf } from '../ctypes/type';
import { nameOf } from '../ctypes/type';
import { native } from '../native';
import { addressOfCopy, plainAddress, readAddress, writeBuffer } from './addresses';
import { bytesOf } from './buffers';
import type { Codec, FindCodec, Reader, Surroundings } from './codec';
import { inside, Misfit } from './misfit';
import { newMemory, placeAt, writeAddress, type Place } from './scratch';

/** As a member: the elements themselves. */
export function arrayCodec(type: ArrayOf, codecOf: FindCodec): Codec {
  const { element, length = 0 } = type;
  const codec = codecOf(element);
  const indices = Array.from({ length }, (_, index) => index);
  return {
    type,
    write: (place, value, around) => {
      if (copyBytes(type, place, value)) return;
      if (!Array.isArray(value) || value.length !== length) throw wrongArray(type, value);
      for (const index of indices) {
        inside(index, () => {
          codec.write(placeAt(place, index * element.size), value[index], around);
        });
      }
    },
    read: (place, reader) =>
      indices.map((index) => codec.read(placeAt(place, index * element.size), reader)),
  };
}

/** As an argument: the address of the first element. */
export function arrayArgumentCodec(type: ArrayOf, codecOf: FindCodec): Codec {
  return {
    type,
    write: (place, value, around) => {
      const address = plainAddress(value, 'array', ACCEPTED.pointer);
      if (address !== undefined) writeAddress(place, address);
      else if (ArrayBuffer.isView(value)) writeView(type, place, value, around);
      else writeAddress(place, addressOfElements(type, value, around, codecOf));
    },
    read: (place, reader) => {
      const address = readAddress(place);
      if (type.length === undefined) return address;
      return address === 0n ? null : readCopy(codecOf(type), address, reader);
    },
  };
}

/** A view is used as it is, so it must be large enough. */
function writeView(type: ArrayOf, place: Place, value: object, around: Surroundings): void {
  const bytes = bytesOf(value);
  if (bytes !== undefined && bytes.length < type.size) throw wrongArray(type, value);
  writeBuffer('array', place, value, around, type.size);
}

/** C gets a copy of the elements. */
function addressOfElements(
  type: ArrayOf,
  value: unknown,
  around: Surroundings,
  codecOf: FindCodec,
): bigint {
  if (!Array.isArray(value)) throw wrongArray(type, value);
  const { length } = value;
  if (type.length !== undefined && type.length !== length) throw wrongArray(type, value);
  const whole: ArrayOf = { ...type, length, size: type.element.size * length };
  return addressOfCopy(codecOf(whole), value, around);
}

/** The value at an address. */
function readCopy(codec: Codec, address: bigint, reader: Reader): unknown {
  const memory = newMemory(codec.type.size);
  native.calls.readMemory(address, memory.bytes.subarray(0, codec.type.size));
  return codec.read({ memory, offset: 0 }, reader);
}

/** Copies a view that has as many bytes; returns false for anything else. */
function copyBytes(type: ArrayOf, place: Place, value: unknown): boolean {
  const bytes = ArrayBuffer.isView(value) ? bytesOf(value) : undefined;
  if (bytes === undefined) return false;
  if (bytes.length !== type.size) {
    const accepted = `an array of ${type.length ?? 0} or a view of ${type.size} bytes`;
    throw new Misfit('ERR_OUT_OF_RANGE', nameOf(type), accepted, value);
  }
  place.memory.bytes.set(bytes, place.offset);
  return true;
}

function wrongArray(type: ArrayOf, value: unknown): Misfit {
  const count = type.length === undefined ? '' : `${type.length} `;
  const accepted = `an array of ${count}${nameOf(type.element)} or a view of as many bytes`;
  const code = Array.isArray(value) ? 'ERR_OUT_OF_RANGE' : 'ERR_INVALID_ARG_TYPE';
  return new Misfit(code, nameOf(type), accepted, value);
}
