// Which objects are types, and which type a definition means.

import { DynamicReloadTypeError, describe } from '../errors';
import { CANONICAL, NAMED } from './names';
import type { CType, Type } from './type';

const made = new WeakSet();

/** Only what was made here is a type, whatever looks like one. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- callers know which
export function make<T extends CType>(type: Type): T {
  const frozen = Object.freeze(type);
  made.add(frozen);
  return frozen as unknown as T;
}
for (const type of NAMED.values()) make(type);

/**
 * The type that a definition means.
 *
 * @throws ERR_SYMBOL_DEFINITION, saying `where`, and of which `symbol` if there is one
 */
export function toType(value: unknown, where: string, symbol?: string): Type {
  const type = typeof value === 'string' ? NAMED.get(value) : madeType(value);
  if (type !== undefined) return type;
  const names = [...CANONICAL.keys()].join(', ');
  const reason =
    value === 'void'
      ? 'only a result can be void'
      : `${describe(value)} is no type; there are ${names}`;
  throw wrong(`${where}: ${reason}`, symbol);
}

/** A type that has a size, for what works with memory. */
export function sizedType(value: unknown, where: string): Type {
  const type = toType(value, where);
  if (type.kind === 'out' || type.kind === 'inout') {
    throw wrong(`${where}: only an argument can be ${type.kind}`);
  }
  if (type.kind === 'array' && type.length === undefined) {
    throw wrong(`${where}: an array in memory has a length`);
  }
  return type;
}

export function madeType(value: unknown): Type | undefined {
  const isMade = typeof value === 'object' && value !== null && made.has(value);
  return isMade ? (value as Type) : undefined;
}

/** @throws ERR_SYMBOL_DEFINITION for a text that would be freed whenever it is read */
export function checkNotOwned(type: Type, where: string, symbol?: string): Type {
  if (type.kind !== 'string' || type.free === undefined) return type;
  throw wrong(`${where}: only the result of a function can have "free"`, symbol);
}

export function wrong(message: string, symbol?: string): Error {
  return new DynamicReloadTypeError('ERR_SYMBOL_DEFINITION', message, { symbol });
}
