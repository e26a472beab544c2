// Calls of any signature, one value after the other. What `compiler.ts` does not know goes this way.

import type { Reader } from './codec';
import { BLOCKING, Frame, type Lend } from './frame';
import { valueError } from './misfit';
import { moveToRegisters, stage, type Argument, type Plan } from './plan';
import { RESULT, SCRATCH } from './scratch';
import { native } from '../native';

/** What a function needs to know about the library it belongs to. */
export interface Library {
  readonly lend: Lend;
  /** For what comes from the current version. */
  readonly reader: Reader;
  /** C called a callback whose time is over. */
  readonly onDeadCall: () => void;
}

export interface Target {
  readonly symbol: string;
  readonly plan: Plan;
  /** The number that native code knows it by. */
  readonly index: number;
  readonly library: Library;
  /** Of a nonblocking function whose arguments are simple. */
  readonly writeAll?: WriteAll | undefined;
}

/** Writes all arguments. Returns false when it did not, and the interpreter has to. */
export type WriteAll = (...values: unknown[]) => boolean;

/**
 * Writes all arguments. Every getter of the user has run when the first register is written, so
 * nothing that a getter calls can overwrite one.
 */
export function writeArguments(
  { symbol, plan }: Target,
  values: readonly unknown[],
  frame: Frame,
): void {
  const staged = plan.arguments.map((argument, index) =>
    stageArgument(symbol, argument, index, values[index], frame),
  );
  settle(symbol, frame);
  plan.arguments.forEach((argument, index) => {
    const place = staged[index];
    if (place !== undefined) moveToRegisters(argument, place);
  });
}

function settle(symbol: string, frame: Frame): void {
  try {
    frame.settle();
  } catch (thrown) {
    throw valueError(thrown, { symbol, what: 'an argument' });
  }
}

function stageArgument(
  symbol: string,
  argument: Argument,
  index: number,
  value: unknown,
  frame: Frame,
) {
  try {
    return stage(argument, value, frame);
  } catch (thrown) {
    throw valueError(thrown, { symbol, argument: index });
  }
}

/** Throws what went wrong in the call, if anything did. */
export function checkStatus(index: number): void {
  if (SCRATCH.u32[SCRATCH.status / 4] !== 0) native.calls.throwStatus(index);
}

/** A blocking call. The number of values is right. */
export function call(target: Target, values: readonly unknown[]): unknown {
  const frame = new Frame(BLOCKING, target.library.lend);
  try {
    writeArguments(target, values, frame);
    return callNow(target, frame);
  } finally {
    frame.end();
  }
}

function callNow({ plan, index, library }: Target, frame: Frame): unknown {
  const { reader } = library; // Of the version that is called: a callback may reload.
  native.calls.hold(index); // A callback may close the library, and the result may lie in it.
  try {
    SCRATCH.u32[SCRATCH.target / 4] = index;
    native.calls.call();
    checkStatus(index);
    const result = plan.result.read(RESULT, reader);
    frame.returned(reader);
    return result;
  } finally {
    native.calls.release();
  }
}
