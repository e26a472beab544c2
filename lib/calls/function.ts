// The functions that users see.

import type { NativeSlot } from '../../binding';
import type { Type } from '../ctypes/type';
import { describe, DynamicReloadTypeError } from '../errors';
import { native } from '../native';
import type { FunctionSignature } from '../signature';
import type { Call } from './codec';
import { compile, compileWriter } from './compiler';
import { call, type Library, type Target } from './interpreter';
import { makeMap } from './map';
import { makePlan, type CallTypes } from './plan';
import { callLater } from './queued';
import { makeVariadicCall } from './variadic';

/** Numbers of functions that nobody can call any more are given out again. */
const targets = new FinalizationRegistry<number>((index) => {
  native.calls.removeTarget(index);
});

/** Under `--jitless` compiled functions are slower than Node-API; then there is no WebAssembly. */
const isJitless = !('WebAssembly' in globalThis);

/** Makes the function that calls what the slot points to. */
export function makeFunction(
  key: string,
  signature: FunctionSignature,
  slot: NativeSlot,
  library: Library,
): Call {
  const made = signature.variadic
    ? makeVariadic(signature, slot, library)
    : makePlain(signature, slot, library);
  return Object.defineProperties(made, {
    name: { value: key, configurable: true },
    length: { value: signature.arguments.length, configurable: true },
    pointer: { get: () => slot.address, enumerable: true },
  });
}

function makePlain(signature: FunctionSignature, slot: NativeSlot, library: Library): Call {
  const target = makeTarget(signature.symbol, signature, slot, library);
  if (signature.nonblocking) return own(target, makeNonblocking(target));
  const crossing = isJitless ? makeWithoutCompiler(signature, slot) : undefined;
  const made = own(target, crossing ?? makeBlocking(target));
  return Object.defineProperty(made, 'map', { value: makeMap(target, made), configurable: true });
}

/** For the variable arguments of a call there is a function of its own, made when it is needed. */
function makeVariadic(signature: FunctionSignature, slot: NativeSlot, library: Library): Call {
  const call = makeVariadicCall(signature, (types) => {
    const target = makeTarget(signature.symbol, types, slot, library);
    return own(target, signature.nonblocking ? makeNonblocking(target) : makeBlocking(target));
  });
  return signature.nonblocking ? rejectInstead(call) : call;
}

function makeTarget(symbol: string, types: CallTypes, slot: NativeSlot, library: Library): Target {
  const plan = makePlan(symbol, types);
  const index = native.calls.addTarget(slot, plan.native, types.return.kind === 'string');
  return { symbol, plan, index, library };
}

/** The target stays as long as the function. */
function own(target: Target, made: Call): Call {
  targets.register(made, target.index);
  return made;
}

function makeBlocking(target: Target): Call {
  const interpreted = (...values: unknown[]) => {
    checkCount(target, values.length);
    return call(target, values);
  };
  return compile(target, interpreted) ?? interpreted;
}

/** Not an async function: that would make two promises of each call. */
function makeNonblocking(known: Target): Call {
  const target = { ...known, writeAll: isJitless ? undefined : compileWriter(known) };
  const count = target.plan.arguments.length;
  return (...values) => {
    try {
      const options = values.length === count + 1 ? values.pop() : undefined;
      checkCount(target, values.length);
      return callLater(target, values, signalOf(target.symbol, options));
    } catch (error) {
      return rejected(error);
    }
  };
}

/** A variadic call that rejects where it would throw. */
function rejectInstead(call: Call): Call {
  return (...values) => {
    try {
      return call(...values);
    } catch (error) {
      return rejected(error);
    }
  };
}

function rejected(reason: unknown): Promise<never> {
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- a getter may throw it
  return Promise.reject(reason);
}

function signalOf(symbol: string, options: unknown): AbortSignal | undefined {
  if (options === undefined) return undefined;
  const signal = isObject(options) && 'signal' in options ? options.signal : null;
  // Not instanceof: a signal may come from another realm.
  const isSignal = isObject(signal) && 'aborted' in signal && 'addEventListener' in signal;
  if (signal === undefined || isSignal) return signal as AbortSignal | undefined;
  throw new DynamicReloadTypeError(
    'ERR_INVALID_ARG_TYPE',
    `${symbol}: what follows the arguments is { signal }, with an AbortSignal, not ${describe(options)}`,
    { symbol },
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function checkCount({ symbol, plan }: Target, given: number): void {
  const wanted = plan.arguments.length;
  if (given === wanted) return;
  const count = wanted === 1 ? '1 argument' : `${wanted} arguments`;
  throw new DynamicReloadTypeError(
    'ERR_INVALID_ARG_TYPE',
    `${symbol}: takes ${count}, not ${given}`,
    { symbol },
  );
}

/** Each value crosses on its own. Undefined when a type has no name that native code knows. */
function makeWithoutCompiler(signature: FunctionSignature, slot: NativeSlot): Call | undefined {
  const types = signature.arguments.map(nativeName);
  const result = signature.return.kind === 'void' ? 'void' : nativeName(signature.return);
  if (result === undefined || types.includes(undefined)) return undefined;
  return native.createFunction(slot, types as string[], result);
}

function nativeName(type: Type): string | undefined {
  switch (type.kind) {
    case 'scalar':
      return type.name;
    case 'pointer':
      return type.target === undefined ? 'pointer' : undefined;
    case 'string':
      return type.encoding === 'utf8' && type.free === undefined ? 'string' : undefined;
    case 'buffer':
    case 'function':
      return type.kind;
    default:
      return undefined;
  }
}
