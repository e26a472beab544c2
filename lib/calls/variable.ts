// Variables of a library: memory that is read and written where it is.

import type { NativeSlot } from '../../binding';
import type { VariableSignature } from '../signature';
import { DynamicReloadTypeError } from '../errors';
import { native } from '../native';
import { codecOf } from './codecs';
import { encodeAlone } from './encode';
import type { Library } from './interpreter';
import { newMemory } from './scratch';

export interface Variable {
  get(): unknown;
  set(value: unknown): void;
}

export function makeVariable(
  key: string,
  { symbol, type }: VariableSignature,
  slot: NativeSlot,
  library: Library,
): Variable {
  const codec = codecOf(type);
  const place = { memory: newMemory(type.size), offset: 0 };
  const { bytes } = place.memory;
  return {
    get: () => {
      native.calls.readMemory(slot.address, bytes.subarray(0, type.size));
      return codec.read(place, library.reader);
    },
    set: (value) => {
      if (type.kind === 'string' || type.kind === 'buffer') throw readOnly(key, type.kind);
      const staged = encodeAlone(type, value, { symbol });
      // Last of all: the getters of the value may have reloaded or closed the library.
      native.calls.writeMemory(slot.address, staged.memory.bytes.subarray(0, type.size));
    },
  };
}

function readOnly(key: string, type: string): Error {
  return new DynamicReloadTypeError(
    'ERR_INVALID_ARG_TYPE',
    `${key}: a variable of type ${type} can only be read; declare it as pointer to write it`,
    { symbol: key },
  );
}
