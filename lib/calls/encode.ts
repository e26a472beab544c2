// Values on their way into memory that is not that of a call.

import type { Type } from '../ctypes/type';
import { nameOf } from '../ctypes/type';
import { DynamicReloadTypeError } from '../errors';
import type { AwaitedBuffers } from './buffers';
import type { Reader, Surroundings } from './codec';
import { codecOf } from './codecs';
import { Misfit, valueError, type Whose } from './misfit';
import { newMemory, type Place } from './scratch';

/** The bytes of a value, beside the memory they are for: code of the user runs meanwhile. */
export function encode(
  type: Type,
  value: unknown,
  whose: Whose,
  around: Surroundings,
  buffers?: AwaitedBuffers,
): Place {
  const place = { memory: newMemory(type.size), offset: 0 };
  try {
    codecOf(type).write(place, value, around);
    buffers?.writeAddresses();
  } catch (thrown) {
    throw valueError(thrown, whose);
  }
  return place;
}

/** The same for memory of C: nobody would know when to free what the bytes lead to. */
export function encodeAlone(type: Type, value: unknown, whose: Whose): Place {
  const refuse = (): never => {
    const accepted = 'a value that needs no memory of its own, such as the address of an alloc()';
    throw new Misfit('ERR_INVALID_ARG_TYPE', nameOf(type), accepted, value);
  };
  return encode(type, value, whose, {
    allocate: refuse,
    pointTo: refuse,
    keep: () => undefined, // A lasting callback, which its library keeps.
    whenReturned: () => undefined,
    callbackAddress: refuse,
  });
}

/** What is read outside of any library. */
export const NOWHERE: Reader = {
  functionAt: () => {
    const message = 'a function can only be read through a symbol of its library';
    throw new DynamicReloadTypeError('ERR_INVALID_ARG_TYPE', message);
  },
  free: () => undefined,
};
