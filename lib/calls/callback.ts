// C functions that call JavaScript.

import type { NativeCallback, NativePlaceOfArgument } from '../../binding';
import { keyOf } from '../ctypes/key';
import type { Callback as CallbackType } from '../ctypes/type';
import { DynamicReloadError } from '../errors';
import { native } from '../native';
import type { Codec, Reader, Surroundings } from './codec';
import { argumentCodecOf } from './codecs';
import { compileCallback } from './compile-callback';
import type { Lend } from './frame';
import { Misfit, valueError } from './misfit';
import { toNativeType } from './plan';
import { newMemory, SCRATCH, writeAddress, type Place } from './scratch';

type Callee = (...values: unknown[]) => unknown;

/** A C function, and the JavaScript function that it calls at the moment. */
export class CallbackFunction {
  readonly native: NativeCallback;
  use: { readonly callee: Callee; readonly reader: () => Reader } | undefined;
  /** Called when C calls it while nobody uses it. */
  onDeadCall: (() => void) | undefined;
  readonly #arguments: readonly { codec: Codec; place: NativePlaceOfArgument; size: number }[];
  readonly #result: Codec;
  /** What the last result needs to stay: C reads it after the callback has returned. */
  #kept: readonly object[] = [];

  constructor(readonly type: CallbackType) {
    const types = {
      arguments: type.arguments.map(toNativeType),
      return: toNativeType(type.return),
    };
    const places = new native.calls.Plan(types, 'callback').arguments;
    this.#arguments = type.arguments.flatMap((argument, index) => {
      const place = places[index];
      const codec = argumentCodecOf(argument);
      return place === undefined ? [] : [{ codec, place, size: codec.type.size }];
    });
    this.#result = argumentCodecOf(type.return);
    const run = () => {
      this.#run();
    };
    const compiled = compileCallback(type, places, {
      current: () => this.use?.callee,
      slow: run,
      finish: (callee, value) => {
        this.#finish(callee, value);
      },
    });
    this.native = new native.calls.Callback(types, compiled ?? run);
  }

  // Everything is read before the user's function runs, and the result is written after it, so
  // callbacks inside do not disturb this one.
  #run(): void {
    if (this.use === undefined) {
      this.onDeadCall?.();
      this.#writeResult(new Uint8Array(this.#resultSize));
      return;
    }
    const { callee, reader } = this.use;
    const values = this.#arguments.map(({ codec, place, size }) =>
      codec.read(collect(place, size), reader()),
    );
    this.#finish(callee, callee(...values));
  }

  /** A getter of the user's object may call whatever it likes, so all is read before it is written. */
  #finish(callee: Callee, value: unknown): void {
    if (this.type.return.kind === 'void') return;
    const kept: object[] = [];
    const memory = newMemory(this.#resultSize);
    try {
      this.#result.write({ memory, offset: 0 }, value, surroundingsOfResult(kept));
    } catch (thrown) {
      throw valueError(thrown, { symbol: callee.name || 'callback', what: 'its result' });
    }
    this.#writeResult(memory.bytes);
    this.#kept = kept;
  }

  #writeResult(bytes: Uint8Array): void {
    SCRATCH.memory.bytes.set(bytes, SCRATCH.callbackResult);
  }

  /** Of what is no aggregate a whole word is taken. */
  get #resultSize(): number {
    return Math.max(this.type.return.size, 8);
  }
}

function surroundingsOfResult(kept: object[]): Surroundings {
  return {
    allocate: (size) => {
      const memory = newMemory(size);
      kept.push(memory);
      return { memory, offset: 0 };
    },
    pointTo: (place, buffer) => {
      kept.push(buffer);
      writeAddress(place, native.calls.addressOf(buffer) ?? 0n);
    },
    keep: (object) => kept.push(object),
    whenReturned: () => undefined,
    callbackAddress: () => {
      const accepted = 'a callback of lib.callback(), a bigint address or null';
      throw new Misfit('ERR_INVALID_ARG_TYPE', 'callback', accepted, 'a function');
    },
  };
}

/** The bytes of one argument, put together from the registers that it came in. */
function collect({ moves, byReference }: NativePlaceOfArgument, size: number): Place {
  const [first] = moves;
  const start = SCRATCH.callbackRegisters;
  if (first === undefined) return { memory: SCRATCH.memory, offset: start };
  if (byReference) {
    const memory = newMemory(size);
    const address = SCRATCH.memory.view.getBigUint64(start + first.to, true);
    native.calls.readMemory(address, memory.bytes);
    return { memory, offset: 0 };
  }
  if (moves.length === 1) return { memory: SCRATCH.memory, offset: start + first.to };
  const memory = newMemory(size);
  for (const { from, size: count, to } of moves) {
    memory.bytes.set(SCRATCH.memory.bytes.subarray(start + to, start + to + count), from);
  }
  return { memory, offset: 0 };
}

/**
 * C functions that were lent and are lent again, the one that has waited longest first. They wait
 * before that, so that C code which kept one too long gets zeros, and not somebody else's function.
 * Few, since all environments of a process share a fixed number of C functions.
 */
const idle: { readonly key: string; readonly function: CallbackFunction }[] = [];
const LEAST_ALIKE = 2;
const MOST_IDLE = 16;

function takeIdle(key: string): CallbackFunction | undefined {
  const alike = idle.filter((one) => one.key === key);
  const [first] = alike;
  if (first === undefined || alike.length <= LEAST_ALIKE) return undefined;
  idle.splice(idle.indexOf(first), 1);
  return first.function;
}

function addIdle(key: string, lent: CallbackFunction): void {
  idle.push({ key, function: lent });
  if (idle.length > MOST_IDLE) closeIdle(idle.splice(0, 1));
}

function closeIdle(waiting: typeof idle): void {
  for (const { function: lent } of waiting) lent.native.close(lent.onDeadCall);
}

/**
 * A new C function. When all are taken those that wait to be lent have to help.
 *
 * @throws ERR_INVALID_STATE
 */
export function makeFunction(type: CallbackType): CallbackFunction {
  try {
    return new CallbackFunction(type);
  } catch (error) {
    const areUsedUp = error instanceof DynamicReloadError && error.code === 'ERR_INVALID_STATE';
    if (!areUsedUp || idle.length === 0) throw error;
    closeIdle(idle.splice(0));
    return new CallbackFunction(type);
  }
}

/** Makes the lender of a library: what it lends stops working with the call it was lent for. */
export function makeLender(reader: () => Reader, onDeadCall: () => void): Lend {
  return (type, callee) => {
    const key = keyOf(type);
    const lent = takeIdle(key) ?? makeFunction(type);
    lent.use = { callee, reader };
    lent.onDeadCall = onDeadCall;
    return {
      address: lent.native.address ?? 0n,
      giveBack: () => {
        lent.use = undefined;
        addIdle(key, lent);
      },
    };
  };
}
