// The error number of C, which lies in the scratch between calls.

import { DynamicReloadTypeError, describe } from '../errors';
import { SCRATCH } from './scratch';

/** `errno` as the last call left it, and as the next one finds it. */
export function errorNumber(): number {
  return SCRATCH.i32[SCRATCH.errorNumber / 4] ?? 0;
}

/** @throws ERR_INVALID_ARG_TYPE */
export function setErrorNumber(value: unknown): void {
  if (typeof value !== 'number' || (value | 0) !== value) {
    throw new DynamicReloadTypeError(
      'ERR_INVALID_ARG_TYPE',
      `errno is an integer of 32 bits, not ${describe(value)}`,
    );
  }
  SCRATCH.i32[SCRATCH.errorNumber / 4] = value;
}

/** Runs calls that are ours, and not the user's: they leave no trace in `errno`. */
export function keepingErrorNumber(run: () => void): void {
  const before = errorNumber();
  try {
    run();
  } finally {
    setErrorNumber(before);
  }
}
