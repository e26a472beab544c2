// What tests say about errors.

import type { ErrorCode } from '../../lib';

/** Further properties of an error. The message may be a part of the whole. */
export interface ErrorFacts {
  readonly message?: string | RegExp;
  readonly [property: string]: unknown;
}

/** Matches an error with this code, for `toThrow`, `toEqual` and the like. */
export function codedError(code: ErrorCode, facts: ErrorFacts = {}): Error {
  const { message = '', ...others } = facts;
  return expect.objectContaining({
    code,
    message: expect.stringMatching(typeof message === 'string' ? literally(message) : message),
    ...others,
  }) as Error;
}

function literally(text: string): RegExp {
  return new RegExp(text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
}
