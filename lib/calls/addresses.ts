// What all codecs of addresses share.

import { TRANSFERRED } from '../ctypes/accepted';
import { native } from '../native';
import { isBuffer } from './buffers';
import type { Codec, Surroundings } from './codec';
import { Misfit } from './misfit';
import { addressOf, type Place } from './scratch';

export function readAddress({ memory, offset }: Place): bigint {
  return memory.view.getBigUint64(offset, true);
}

export function wrongType(type: string, accepted: string, value: unknown): Misfit {
  return new Misfit('ERR_INVALID_ARG_TYPE', type, accepted, value);
}

/** Null and addresses; undefined when it is something else. */
export function plainAddress(value: unknown, type: string, accepted: string): bigint | undefined {
  if (value === null) return 0n;
  if (typeof value !== 'bigint') return undefined;
  if (BigInt.asUintN(64, value) === value) return value;
  throw new Misfit('ERR_OUT_OF_RANGE', type, accepted, value);
}

/** Writes the address of a buffer or a view of one; returns false for anything else. */
export function writeBuffer(
  type: string,
  place: Place,
  value: unknown,
  around: Surroundings,
  size = 0,
): boolean {
  if (!isBuffer(value)) return false;
  if (native.calls.addressOf(value) === undefined) throw wrongType(type, TRANSFERRED, value);
  around.pointTo(place, value, size);
  return true;
}

/** The values that are being copied, from the outermost on. */
const copying: { readonly value: unknown; readonly around: Surroundings }[] = [];

/**
 * The address of a copy of the value, for as long as what is around it.
 *
 * @throws {Misfit} also for a value that leads to itself, or to more others than the stack has room
 */
export function addressOfCopy(codec: Codec, value: unknown, around: Surroundings): bigint {
  const isInside = copying.some((outer) => outer.value === value && outer.around === around);
  if (isInside) throw wrongType('pointer', 'a value that does not lead to itself', value);
  copying.push({ value, around });
  try {
    const copy = around.allocate(codec.type.size, codec.type.alignment);
    codec.write(copy, value, around);
    return addressOf(copy);
  } catch (error) {
    throw isTooDeep(error) ? tooDeep(value) : error;
  } finally {
    copying.pop();
  }
}

/** Whether the stack of JavaScript is used up by copying, and not by a getter, say. */
function isTooDeep(error: unknown): boolean {
  const isOverflow = error instanceof RangeError && error.message.includes('call stack');
  return isOverflow && copying.length > 100;
}

function tooDeep(value: unknown): Misfit {
  const accepted = 'fewer values that lead to one another';
  return new Misfit('ERR_OUT_OF_RANGE', 'pointer', accepted, value);
}
