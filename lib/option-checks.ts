// What options may be. Every check throws ERR_INVALID_ARG_TYPE or ERR_OUT_OF_RANGE.

import { describe, DynamicReloadRangeError, DynamicReloadTypeError } from './errors';

// setTimeout() and the system's timers count milliseconds in 31 bits.
const MAX_MS = 2 ** 31 - 1;

export function checkFunction(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function')
    throw wrongType(name, 'a function', value);
}

export function checkBoolean(option: string, value: unknown): void {
  if (typeof value !== 'boolean') throw wrongType(option, 'a boolean', value);
}

export function checkString(option: string, value: unknown): void {
  if (typeof value !== 'string') throw wrongType(option, 'a string', value);
}

/** A time in milliseconds. */
export function checkMs(option: string, value: unknown): void {
  if (typeof value !== 'number') throw wrongType(option, 'a number', value);
  if (value >= 0 && value <= MAX_MS) return;
  throw new DynamicReloadRangeError(
    `"${option}" must be from 0 to ${MAX_MS}, not ${describe(value)}`,
  );
}

export function checkObject(option: string, value: unknown): void {
  if (typeof value !== 'object' || value === null) throw wrongType(option, 'an object', value);
}

/** A misspelled option would be an option without effect. */
export function checkKeys(options: object, known: Readonly<Record<string, true>>): void {
  const unknown = Object.keys(options).find((key) => !Object.hasOwn(known, key));
  if (unknown === undefined) return;
  throw new DynamicReloadTypeError(
    'ERR_INVALID_ARG_TYPE',
    `There is no option "${unknown}"; there are ${Object.keys(known).join(', ')}`,
  );
}

export function checkPath(option: string, value: unknown): void {
  if (typeof value !== 'string' || value === '' || value.includes('\0')) {
    throw wrongType(option, 'a path', value);
  }
}

export function checkChoice(option: string, value: unknown, choices: readonly unknown[]): void {
  if (!choices.includes(value)) throw wrongType(option, choices.map(describe).join(' or '), value);
}

export function checkSignal(signal: unknown): void {
  // Not instanceof: a signal may come from another realm.
  const isSignal =
    typeof signal === 'object' &&
    signal !== null &&
    'aborted' in signal &&
    'throwIfAborted' in signal;
  if (signal !== undefined && !isSignal) throw wrongType('signal', 'an AbortSignal', signal);
}

export function wrongType(option: string, wanted: string, value: unknown): Error {
  return new DynamicReloadTypeError(
    'ERR_INVALID_ARG_TYPE',
    `"${option}" must be ${wanted}, not ${describe(value)}`,
  );
}
