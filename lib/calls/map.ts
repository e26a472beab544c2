// Calls for every element of typed arrays, without JavaScript for each of them.

import type { ScalarName, Type } from '../ctypes/type';
import { nameOf } from '../ctypes/type';
import { describe, DynamicReloadRangeError, DynamicReloadTypeError } from '../errors';
import { native } from '../native';
import { checkStatus, type Target } from './interpreter';
import { BAD_VALUE, SCRATCH } from './scratch';

/** The typed arrays for each type; the first one is made for results. */
const ARRAYS: Readonly<Record<ScalarName, readonly ArrayConstructor[]>> = {
  bool: [Uint8Array],
  char: [Int8Array, Uint8Array],
  i8: [Int8Array],
  u8: [Uint8Array, Uint8ClampedArray],
  i16: [Int16Array],
  u16: [Uint16Array],
  i32: [Int32Array],
  u32: [Uint32Array],
  i64: [BigInt64Array],
  u64: [BigUint64Array],
  isize: [BigInt64Array],
  usize: [BigUint64Array],
  f32: [Float32Array],
  f64: [Float64Array],
};

interface ArrayConstructor {
  readonly name: string;
  new (length: number): NodeJS.TypedArray;
}

type Map = (...arrays: readonly unknown[]) => NodeJS.TypedArray | undefined;

/** The functions whose `map` somebody still has: their targets stay as long. */
const owners = new WeakMap<Map, object>();

export function makeMap(target: Target, owner: object): Map {
  const { symbol, plan, index } = target;
  const result = plan.result.type;
  const map: Map = (...given) => {
    const types = plan.arguments.map(({ type }, argument) => scalarOf(symbol, type, argument));
    const arrays = types.map((type, argument) =>
      checkArray(symbol, type, given[argument], argument),
    );
    const count = arrays[0]?.length ?? 0;
    const output = makeOutput(symbol, result, given[types.length], count, types.length);
    for (const [argument, array] of arrays.entries()) checkLength(symbol, array, count, argument);
    if (given.length > types.length + 1)
      throw wrong(symbol, `map takes ${types.length} arrays and an output`);
    native.calls.mapCall(index, arrays, output, count, types);
    if (SCRATCH.u32[SCRATCH.status / 4] === BAD_VALUE) {
      SCRATCH.u32[SCRATCH.status / 4] = 0;
      throw wrong(symbol, 'an array of map lost its memory, or is not what it says it is');
    }
    checkStatus(index);
    return output;
  };
  owners.set(map, owner);
  return map;
}

function scalarOf(symbol: string, type: Type, argument: number): ScalarName {
  if (type.kind === 'scalar') return type.name;
  throw wrong(
    symbol,
    `argument ${argument + 1} is ${nameOf(type)}, and only numbers can be mapped`,
    argument,
  );
}

function checkArray(
  symbol: string,
  type: ScalarName,
  array: unknown,
  argument: number,
): NodeJS.TypedArray {
  const found = ARRAYS[type].find(({ name }) => tagOf(array) === name);
  if (found !== undefined) return checkBooleans(symbol, type, array as NodeJS.TypedArray, argument);
  const names = ARRAYS[type].map(({ name }) => name).join(' or ');
  const message = `argument ${argument + 1} of map must be a ${names}, not ${describe(array)}`;
  throw wrong(symbol, message, argument);
}

/** In C a boolean that is neither 0 nor 1 is undefined behaviour. */
function checkBooleans(
  symbol: string,
  type: ScalarName,
  array: NodeJS.TypedArray,
  argument: number,
): NodeJS.TypedArray {
  if (type !== 'bool' || Array.prototype.every.call(array, (value) => value <= 1)) return array;
  throw new DynamicReloadRangeError(
    `${symbol}: argument ${argument + 1} of map is bool: its elements must be 0 or 1`,
    { symbol, argument, wanted: 'bool' },
  );
}

/** The name of its class, whatever realm it is from. */
function tagOf(array: unknown): string | undefined {
  return ArrayBuffer.isView(array) ? (array as NodeJS.TypedArray)[Symbol.toStringTag] : undefined;
}

function makeOutput(
  symbol: string,
  type: Type,
  given: unknown,
  count: number,
  argument: number,
): NodeJS.TypedArray | undefined {
  if (type.kind === 'void') {
    if (given === undefined) return undefined;
    throw wrong(symbol, 'it returns nothing, so map takes no output');
  }
  if (type.kind !== 'scalar')
    throw wrong(symbol, `a result of type ${nameOf(type)} cannot be mapped`);
  const [constructor] = ARRAYS[type.name];
  if (given === undefined && constructor !== undefined) return new constructor(count);
  const output = checkArray(symbol, type.name, given, argument);
  checkLength(symbol, output, count, argument);
  return output;
}

function checkLength(symbol: string, array: NodeJS.TypedArray, count: number, argument: number) {
  if (array.length === count) return;
  throw new DynamicReloadRangeError(
    `${symbol}: argument ${argument + 1} of map must have ${count} elements, not ${array.length}`,
    { symbol, argument },
  );
}

function wrong(symbol: string, message: string, argument?: number): Error {
  return new DynamicReloadTypeError('ERR_INVALID_ARG_TYPE', `${symbol}: ${message}`, {
    symbol,
    argument,
  });
}
