// Pointers to functions.

import { describe } from '../errors';
import { findWrongKey } from './keys';
import { checkNotOwned, make, madeType, toType, wrong } from './made';
import { VOID } from './names';
import { ADDRESS, type Callback, type CType } from './type';
import type { AnyType, ArgumentOf, ResultOf } from './values';

export interface CallbackDefinition {
  readonly arguments?: readonly AnyType[];
  readonly return?: AnyType | 'void';
}

/* eslint-disable @typescript-eslint/no-invalid-void-type -- the C type of this name */
type Received<D> = D extends { readonly arguments: infer A extends readonly AnyType[] }
  ? { -readonly [K in keyof A]: ResultOf<A[K]> }
  : [];
type Answer<D> = D extends { readonly return: infer R extends AnyType } ? ArgumentOf<R> : void;
type Answered<D> = D extends { readonly return: infer R extends AnyType } ? ResultOf<R> : void;
type Given<D> = D extends { readonly arguments: infer A extends readonly AnyType[] }
  ? { -readonly [K in keyof A]: ArgumentOf<A[K]> }
  : [];
/* eslint-enable @typescript-eslint/no-invalid-void-type */

/** A JavaScript function that C can call with these types. */
export type CallbackFunction<D extends CallbackDefinition> = (...args: Received<D>) => Answer<D>;

/** A C function that JavaScript got the address of. */
export type ForeignFunction<D extends CallbackDefinition> = ((...args: Given<D>) => Answered<D>) & {
  readonly pointer: bigint;
};

/** A pointer to a function: passed as a JavaScript function, returned as one that calls C. */
export function callback<const D extends CallbackDefinition>(
  definition: D,
): CType<
  CallbackFunction<D> | { readonly pointer: bigint } | bigint | null,
  ForeignFunction<D> | null
> {
  return make(toCallback(definition));
}

/**
 * What {@link callback} made, or would make.
 *
 * @throws ERR_SYMBOL_DEFINITION
 */
export function toCallback(definition: unknown): Callback {
  if (typeof definition !== 'object' || definition === null) {
    throw wrong(`callback: a definition is an object, not ${describe(definition)}`);
  }
  const type = madeType(definition);
  return type?.kind === 'callback' ? type : readCallback(definition);
}

function readCallback(definition: CallbackDefinition): Callback {
  const problem = findWrongKey('a callback', Object.keys(definition), ['arguments', 'return']);
  if (problem !== undefined) throw wrong(`callback: ${problem}`);
  const { arguments: list = [], return: result = 'void' } = definition;
  if (!Array.isArray(list)) {
    throw wrong(`callback: "arguments" is an array, not ${describe(list)}`);
  }
  return {
    kind: 'callback',
    arguments: Array.from(list, (type) => checkNotOwned(toType(type, 'callback'), 'callback')),
    return: result === 'void' ? VOID : checkNotOwned(toType(result, 'callback'), 'callback'),
    ...ADDRESS,
  };
}
