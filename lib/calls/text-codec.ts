// Texts of C.

import { ACCEPTED } from '../ctypes/accepted';
import { WCHAR } from '../ctypes/platform';
import type { Text } from '../ctypes/type';
import { native } from '../native';
import { readAddress, wrongType } from './addresses';
import type { Codec, Surroundings } from './codec';
import { Misfit } from './misfit';
import { addressOf, writeAddress } from './scratch';

type Unit = 1 | 2 | 4;

/** The size of a character. */
const UNITS = { utf8: 1, utf16: 2, wide: WCHAR === 'u16' ? 2 : 4 } as const;

export function textCodec(type: Text): Codec {
  const unit = UNITS[type.encoding];
  return {
    type,
    write: (place, value, around) => {
      writeAddress(place, value === null ? 0n : addressOfText(value, unit, around));
    },
    read: (place, reader) => {
      const address = readAddress(place);
      const text = native.calls.readText(address, unit);
      if (type.free !== undefined && address !== 0n) reader.free(type.free, address);
      return text;
    },
  };
}

function addressOfText(value: unknown, unit: Unit, around: Surroundings): bigint {
  if (typeof value !== 'string') throw wrongType('string', ACCEPTED.string, value);
  if (value.includes('\0')) {
    throw new Misfit('ERR_OUT_OF_RANGE', 'string', ACCEPTED.string, value);
  }
  const bytes = encode(value, unit);
  const copy = around.allocate(bytes.length + unit, unit);
  copy.memory.bytes.set(bytes, copy.offset);
  return addressOf(copy);
}

function encode(text: string, unit: Unit): Uint8Array {
  if (unit === 1) return Buffer.from(text, 'utf8');
  if (unit === 2) return Buffer.from(text, 'utf16le');
  const points = Uint32Array.from(text, (character) => character.codePointAt(0) ?? 0);
  return new Uint8Array(points.buffer);
}
