// The codec of each type.

import type { Type } from '../ctypes/type';
import { structureCodec, unionCodec } from './aggregate-codecs';
import { arrayArgumentCodec, arrayCodec } from './array-codecs';
import type { Codec, FindCodec } from './codec';
import {
  bufferCodec,
  callbackCodec,
  codeCodec,
  pointerCodec,
  referenceCodec,
} from './pointer-codecs';
import { enumerationCodec, scalarCodec, widenedCodec } from './scalar-codecs';
import { textCodec } from './text-codec';

const known = new WeakMap<Type, Codec>();

/** How values of the type lie in memory. Made once for each type. */
export function codecOf(type: Type): Codec {
  let codec = known.get(type);
  if (codec === undefined) {
    codec = makeCodec(type);
    known.set(type, codec);
  }
  return codec;
}

/** The same for an argument or a result, where C passes an array as an address. */
export function argumentCodecOf(type: Type): Codec {
  return type.kind === 'array' ? arrayArgumentCodec(type, codecOf) : codecOf(type);
}

type Kind = Type['kind'];
type Makers = {
  readonly [K in Kind]: (type: Extract<Type, { kind: K }>, codecOf: FindCodec) => Codec;
};

const MAKERS: Makers = {
  void: (type) => ({ type, write: () => undefined, read: () => undefined }),
  scalar: scalarCodec,
  bits: ({ base }) => scalarCodec(base),
  enumeration: enumerationCodec,
  widened: widenedCodec,
  pointer: pointerCodec,
  buffer: bufferCodec,
  function: codeCodec,
  string: textCodec,
  structure: structureCodec,
  union: unionCodec,
  array: arrayCodec,
  callback: callbackCodec,
  out: referenceCodec,
  inout: referenceCodec,
};

function makeCodec(type: Type): Codec {
  const make = MAKERS[type.kind] as (type: Type, codecOf: FindCodec) => Codec;
  return make(type, codecOf);
}
