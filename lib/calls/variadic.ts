// Functions that take further arguments: pairs such as `printf('%d %s', ['i32', 5], ['string', 'x'])`.

import { keyOf } from '../ctypes/key';
import { toType } from '../ctypes/made';
import type { Type } from '../ctypes/type';
import { describe, DynamicReloadTypeError } from '../errors';
import type { FunctionSignature } from '../signature';
import type { Call, Reader, Surroundings } from './codec';
import { codecOf } from './codecs';
import { valueError } from './misfit';
import type { CallTypes } from './plan';
import { newMemory } from './scratch';

interface Pair {
  readonly type: Type;
  readonly value: unknown;
}

/** `makeCall` makes the function for arguments of some types. It is asked once for each list. */
export function makeVariadicCall(
  signature: FunctionSignature,
  makeCall: (types: CallTypes) => Call,
): Call {
  const { symbol, arguments: fixed, return: result } = signature;
  const known = new Map<string, Call>();
  return (...values) => {
    const further = values.slice(fixed.length);
    const pairs = further.map((pair, index) => readPair(symbol, pair, fixed.length + index));
    const types = pairs.map(({ type }) => type);
    const key = types.map((type) => keyOf(type)).join(';');
    let made = known.get(key);
    if (made === undefined) {
      const all = [...fixed, ...types];
      made = makeCall({ arguments: all, return: result, variadicFrom: fixed.length });
      known.set(key, made);
    }
    return made(...values.slice(0, fixed.length), ...pairs.map(({ value }) => value));
  };
}

function readPair(symbol: string, pair: unknown, argument: number): Pair {
  if (!Array.isArray(pair) || pair.length !== 2) {
    throw new DynamicReloadTypeError(
      'ERR_INVALID_ARG_TYPE',
      `${symbol}: argument ${argument + 1} must be a pair of a type and a value, not ${describe(pair)}`,
      { symbol, argument },
    );
  }
  const [name, value] = pair as [unknown, unknown];
  const type = toType(name, `${symbol}: argument ${argument + 1}`, symbol);
  const promoted = promote(type);
  if (promoted === type) return { type, value };
  return { type: promoted, value: convert(symbol, type, value, argument) };
}

/** What C's default argument promotions make of a type. */
function promote(type: Type): Type {
  if (type.kind !== 'scalar') return type;
  if (type.name === 'f32') return toType('f64', 'variadic');
  return type.size < 4 && type.name !== 'bool' ? toType('i32', 'variadic') : type;
}

/** The value as the type has it, before the promotion. */
function convert(symbol: string, type: Type, value: unknown, argument: number): unknown {
  const place = { memory: newMemory(type.size), offset: 0 };
  const codec = codecOf(type);
  try {
    codec.write(place, value, NOTHING_AROUND);
  } catch (thrown) {
    throw valueError(thrown, { symbol, argument });
  }
  return codec.read(place, NOTHING_AROUND);
}

/** A number needs nothing but its own bytes. */
const NOTHING_AROUND = {} as Surroundings & Reader;
