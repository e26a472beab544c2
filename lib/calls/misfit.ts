// A value that does not fit its C type, on its way to the function that knows whose value it is.

import { describe, DynamicReloadRangeError, DynamicReloadTypeError } from '../errors';

type Code = 'ERR_INVALID_ARG_TYPE' | 'ERR_OUT_OF_RANGE';

/** Thrown by codecs. It never reaches a user: {@link valueError} makes an error of it. */
export class Misfit extends Error {
  /** From the argument to the value: names of members and indices. */
  readonly path: (string | number)[] = [];

  constructor(
    readonly code: Code,
    /** Name of the type. */
    readonly type: string,
    /** What the type accepts, in words. */
    readonly accepted: string,
    readonly given: unknown,
  ) {
    super(type);
  }
}

/** Runs `write`, and says of a value that does not fit inside which member it is. */
export function inside(member: string | number, write: () => void): void {
  try {
    write();
  } catch (error) {
    if (error instanceof Misfit) error.path.unshift(member);
    throw error;
  }
}

/** Whose value it is: of a function its argument, from 0; a variable has no `argument`. */
export interface Whose {
  readonly symbol: string;
  readonly argument?: number;
  /** Instead of "argument 1". */
  readonly what?: string;
}

/** The error that users see. Anything but a {@link Misfit} stays what it is. */
export function valueError(thrown: unknown, { symbol, argument, what }: Whose): unknown {
  if (!(thrown instanceof Misfit)) return thrown;
  const { code, type, accepted, given, path } = thrown;
  const place = what ?? (argument === undefined ? '' : `argument ${argument + 1}`);
  const subject = `${place === '' ? symbol : `${symbol}: ${place}`}${memberOf(path)}`;
  const message = `${subject} is ${type}: it must be ${accepted}, not ${describe(given)}`;
  const facts = { symbol, argument, wanted: type, given };
  return code === 'ERR_OUT_OF_RANGE'
    ? new DynamicReloadRangeError(message, facts)
    : new DynamicReloadTypeError(code, message, facts);
}

const LONGEST_PATH = 16;

function memberOf(path: readonly (string | number)[]): string {
  const shown = path.slice(0, LONGEST_PATH);
  const parts = shown.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`));
  return parts.join('') + (path.length > shown.length ? '...' : '');
}
