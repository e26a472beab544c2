// Addresses of values, of bytes and of code.

import { ACCEPTED } from '../ctypes/accepted';
import type { Buffer, Callback, Code, Pointer, Reference } from '../ctypes/type';
import { addressOfCopy, plainAddress, readAddress, writeBuffer, wrongType } from './addresses';
import { checkOpen } from './closed-callbacks';
import type { Codec, FindCodec, Surroundings } from './codec';
import { inside } from './misfit';
import { addressOf, writeAddress, type Place } from './scratch';

export function pointerCodec(type: Pointer, codecOf: FindCodec): Codec {
  return {
    type,
    write: (place, value, around) => {
      const { target } = type;
      const address = plainAddress(value, 'pointer', ACCEPTED.pointer);
      if (address !== undefined) {
        around.mention?.(address);
        writeAddress(place, address);
      } else if (!writeBuffer('pointer', place, value, around)) {
        if (target === undefined || value === undefined) {
          throw wrongType('pointer', ACCEPTED.pointer, value);
        }
        writeAddress(place, addressOfCopy(codecOf(target()), value, around));
      }
    },
    read: readAddress,
  };
}

export function bufferCodec(type: Buffer): Codec {
  return {
    type,
    write: (place, value, around) => {
      if (value === null) writeAddress(place, 0n);
      else if (!writeBuffer('buffer', place, value, around)) {
        throw wrongType('buffer', ACCEPTED.buffer, value);
      }
    },
    read: readAddress,
  };
}

export function codeCodec(type: Code): Codec {
  return {
    type,
    write: (place, value) => {
      const address = plainAddress(value, 'function', ACCEPTED.function);
      if (address === undefined) throw wrongType('function', ACCEPTED.function, value);
      writeAddress(place, address);
    },
    read: readAddress,
  };
}

/** A holder: `value` goes in and comes out. */
export function referenceCodec(type: Reference, codecOf: FindCodec): Codec {
  const target = codecOf(type.target);
  return {
    type,
    write: (place, value, around) => {
      writeAddress(place, value === null ? 0n : lendHolder(type, target, value, around));
    },
    read: readAddress,
  };
}

/** The address of memory for the value of a holder, which gets what is there in the end. */
function lendHolder(type: Reference, target: Codec, given: unknown, around: Surroundings): bigint {
  if (typeof given !== 'object') {
    const accepted = type.kind === 'out' ? 'an object for the value' : 'an object with a value';
    throw wrongType(type.kind, accepted, given);
  }
  const holder = given as { value?: unknown };
  const { size, alignment } = type.target;
  const copy = around.allocate(Math.max(size, 8), Math.max(alignment, 8));
  if (type.kind === 'inout') {
    inside('value', () => {
      target.write(copy, holder.value, around);
    });
  }
  around.whenReturned((reader) => {
    holder.value = target.read(copy, reader);
  });
  return addressOf(copy);
}

const ACCEPTED_CALLBACK = 'a function, a callback of lib.callback(), a bigint address or null';

export function callbackCodec(type: Callback): Codec {
  return {
    type,
    write: (place, value, around) => {
      if (typeof value === 'function' && !('pointer' in value)) {
        const callee = value as (...values: unknown[]) => unknown;
        writeAddress(place, around.callbackAddress(type, callee));
      } else {
        writeFunction(place, value, around);
      }
    },
    read: (place, reader) => {
      const address = readAddress(place);
      return address === 0n ? null : reader.functionAt(type, address);
    },
  };
}

/** The address of a function of C, or of a callback of the user's. */
function writeFunction(place: Place, value: unknown, around: Surroundings): void {
  checkOpen(value);
  const given = hasPointer(value) ? value.pointer : value;
  const address = plainAddress(given, 'callback', ACCEPTED_CALLBACK);
  if (address === undefined) throw wrongType('callback', ACCEPTED_CALLBACK, value);
  if (typeof value === 'object' && value !== null) around.keep(value);
  writeAddress(place, address);
}

function hasPointer(value: unknown): value is { readonly pointer: unknown } {
  const mayHave = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return mayHave && 'pointer' in value;
}
