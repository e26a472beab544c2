// What native code works out about a signature, and arguments on their way to it.

import type { NativePlaceOfArgument, NativePlan, NativeValueType } from '../../binding';
import { isCharSigned } from '../ctypes/platform';
import { leavesOf, type Type } from '../ctypes/type';
import { native } from '../native';
import type { Codec } from './codec';
import { argumentCodecOf } from './codecs';
import type { Frame } from './frame';
import { addressOf, SCRATCH, type Place } from './scratch';

/** A signature, as far as a call is concerned. */
export interface CallTypes {
  readonly arguments: readonly Type[];
  readonly return: Type;
  /** How many arguments come before the variable ones. */
  readonly variadicFrom?: number;
}

export interface Argument {
  readonly type: Type;
  readonly codec: Codec;
  readonly place: NativePlaceOfArgument;
}

export interface Plan {
  readonly native: NativePlan;
  readonly arguments: readonly Argument[];
  readonly result: Codec;
}

/** How the calling convention sees a type: arrays are addresses, and what is not a scalar neither. */
export function toNativeType(type: Type): NativeValueType {
  switch (type.kind) {
    case 'void':
      return 'void';
    case 'scalar':
      return type.name;
    case 'enumeration':
    case 'bits':
    case 'widened':
      return type.base.name;
    case 'structure':
    case 'union':
      return { size: type.size, alignment: type.alignment, leaves: leavesOf(type) };
    default:
      return 'pointer';
  }
}

/** @throws ERR_SYMBOL_DEFINITION, naming the symbol, for what the calling convention cannot do */
export function makePlan(symbol: string, types: CallTypes): Plan {
  const plan = new native.calls.Plan(
    {
      arguments: types.arguments.map(toNativeType),
      return: toNativeType(types.return),
      variadicFrom: types.variadicFrom,
    },
    symbol,
  );
  const places = plan.arguments;
  return {
    native: plan,
    arguments: types.arguments.flatMap((type, index) => {
      const place = places[index];
      return place === undefined ? [] : [{ type, codec: argumentCodecOf(type), place }];
    }),
    result: argumentCodecOf(types.return),
  };
}

/** Memory for one argument, as it will be moved into registers. */
export function stage({ type, codec }: Argument, value: unknown, frame: Frame): Place {
  const staged = frame.allocate(Math.max(codec.type.size, 8), Math.max(type.alignment, 8));
  codec.write(staged, value, frame);
  extend(type, staged);
  return staged;
}

/** A register holds an integer of at least 32 bits. */
function extend(type: Type, { memory: { view }, offset }: Place): void {
  const isMadeOfOne = type.kind === 'enumeration' || type.kind === 'widened';
  const scalar = isMadeOfOne ? type.base : type;
  if (scalar.kind !== 'scalar' || scalar.size > 2) return;
  const isSigned = scalar.name === 'char' ? isCharSigned : scalar.name.startsWith('i');
  const isNegative = isSigned && view.getInt8(offset + scalar.size - 1) < 0;
  if (isNegative) {
    view.setInt32(
      offset,
      scalar.size === 1 ? view.getInt8(offset) : view.getInt16(offset, true),
      true,
    );
  }
}

/** Copies what was staged to where the call takes it from. Runs no code of the user. */
export function moveToRegisters({ place }: Argument, staged: Place): void {
  const { memory, offset } = staged;
  const target = SCRATCH.memory;
  for (const { from, size, to } of place.moves) {
    const at = SCRATCH.registers + to;
    if (place.byReference) {
      target.view.setBigUint64(at, addressOf(staged), true);
    } else {
      target.bytes.set(memory.bytes.subarray(offset + from, offset + from + size), at);
    }
  }
}
