// Nonblocking calls: on a thread of the pool, answered by a promise.

import { native } from '../native';
import { offAbort, onAbort } from './abort';
import type { Reader } from './codec';
import { Arena, Frame } from './frame';
import { checkStatus, writeArguments, type Target } from './interpreter';
import { newMemory, NO_JOB, RESULT, SCRATCH } from './scratch';

/** A call that is not done. */
interface Queued {
  readonly target: Target;
  readonly reader: Reader;
  /** What C may still read. */
  readonly arguments: Frame | readonly unknown[];
  readonly resolve: (result: unknown) => void;
  readonly reject: (reason: unknown) => void;
  signal: AbortSignal | undefined;
  cancel: (() => void) | undefined;
}

/** By their number, which native code gives back. */
const queued: (Queued | undefined)[] = [];
const unusedNumbers: number[] = [];

/** Queues a call. Whatever goes wrong rejects the promise. */
export function callLater(
  target: Target,
  values: readonly unknown[],
  signal: AbortSignal | undefined,
): Promise<unknown> {
  return new Promise((resolve, reject: (reason: unknown) => void) => {
    signal?.throwIfAborted();
    const written = write(target, values);
    try {
      signal?.throwIfAborted(); // A getter of an argument may have done that.
      const { reader } = target.library; // Of the version that is called.
      start({
        target,
        reader,
        arguments: written,
        resolve,
        reject,
        signal,
        cancel: undefined,
      });
    } catch (error) {
      letGo(written);
      throw error;
    }
  });
}

function write(target: Target, values: readonly unknown[]): Queued['arguments'] {
  if (target.writeAll?.(...values)) return values;
  const frame = new Frame(takeArena(), target.library.lend);
  try {
    writeArguments(target, values, frame);
  } catch (error) {
    letGo(frame);
    throw error;
  }
  return frame;
}

function start(call: Queued): void {
  const { index } = call.target;
  const number = unusedNumbers.pop() ?? queued.length;
  SCRATCH.u32[SCRATCH.target / 4] = index;
  SCRATCH.u32[SCRATCH.job / 4] = number;
  try {
    queue.start();
    checkStatus(index);
  } catch (error) {
    unusedNumbers.push(number);
    throw error;
  }
  queued[number] = call;
  if (call.signal !== undefined) listen(call, call.signal, number);
}

/** The call is under way already, so what a foreign signal throws must not look like its end. */
function listen(call: Queued, signal: AbortSignal, number: number): void {
  call.cancel = () => {
    cancel(number);
  };
  try {
    onAbort(signal, call.cancel);
  } catch (error) {
    call.reject(error);
    cancel(number);
  }
}

function cancel(number: number): void {
  if (!queue.cancel(number)) return; // It runs, so it has to come to its end.
  const call = take(number);
  call.reject(call.signal?.reason);
  letGo(call.arguments);
}

// A call is settled in a microtask of its own, after those of the call before: they see its errno.
const settled = Promise.resolve();

function settleNext(): void {
  queue.take();
  const number = SCRATCH.u32[SCRATCH.job / 4] ?? NO_JOB;
  if (number === NO_JOB) return;
  settle(take(number));
  void settled.then(settleNext);
}

const queue = native.calls.openQueue(settleNext);

function settle({ target, reader, arguments: written, resolve, reject }: Queued): void {
  try {
    checkStatus(target.index); // What a callback threw.
    // A text lies in the library, which may go after this.
    const result = target.plan.result.read(RESULT, reader);
    if (written instanceof Frame) written.returned(reader);
    resolve(result);
  } catch (reason) {
    reject(reason);
  } finally {
    letGo(written);
  }
}

function take(number: number): Queued {
  const call = queued[number];
  if (call === undefined) throw new Error(`no call has the number ${number}`);
  queued[number] = undefined;
  unusedNumbers.push(number);
  if (call.signal !== undefined && call.cancel !== undefined) offAbort(call.signal, call.cancel);
  return call;
}

// ---- Memory for arguments ------------------------------------------------------------------------

/** Enough for the arguments of most calls; larger ones get memory of their own. */
const ARENA_SIZE = 512;

/** Arenas of calls that are done. */
const idleArenas: Arena[] = [];
const MOST_IDLE = 256;

function takeArena(): Arena {
  return idleArenas.pop() ?? new Arena(newMemory(ARENA_SIZE));
}

function letGo(written: Queued['arguments']): void {
  if (!(written instanceof Frame)) return;
  written.end();
  if (idleArenas.length < MOST_IDLE) idleArenas.push(written.arena);
}
