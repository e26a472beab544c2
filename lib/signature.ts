import { keyOf } from './ctypes/key';
import { findWrongKey } from './ctypes/keys';
import { checkNotOwned, toType } from './ctypes/made';
import { VOID } from './ctypes/names';
import { parsePrototype } from './ctypes/prototype/prototype';
import type { DeclaredTypes } from './ctypes/prototype/scope';
import type { Type } from './ctypes/type';
import { describe, DynamicReloadTypeError } from './errors';
import type { SymbolDefinition } from './types';

/** A definition in its one form. */
export type Signature = FunctionSignature | VariableSignature;

interface SignatureBase {
  /** Name of the exported symbol. */
  readonly symbol: string;
  readonly optional: boolean;
}

export interface FunctionSignature extends SignatureBase {
  readonly kind: 'function';
  readonly arguments: readonly Type[];
  readonly return: Type;
  readonly nonblocking: boolean;
  readonly variadic: boolean;
}

export interface VariableSignature extends SignatureBase {
  readonly kind: 'variable';
  readonly type: Type;
}

const KEYS: Readonly<Record<Signature['kind'], readonly string[]>> = {
  function: ['arguments', 'return', 'name', 'nonblocking', 'optional', 'variadic'],
  variable: ['type', 'name', 'optional'],
};

/** Brings a definition, or a C prototype, to its one form, or throws ERR_SYMBOL_DEFINITION. */
export function toSignature(
  key: string,
  source: SymbolDefinition | string,
  types: DeclaredTypes = {},
): Signature {
  const reader = new DefinitionReader(key, read(key, source, types));
  const base = { symbol: reader.symbol(), optional: reader.flag('optional') };
  if (reader.kind === 'variable') return { kind: 'variable', ...base, type: reader.variableType() };
  return {
    kind: 'function',
    ...base,
    arguments: reader.argumentTypes(),
    return: reader.returnType(),
    nonblocking: reader.flag('nonblocking'),
    variadic: reader.flag('variadic'),
  };
}

/** A prototype says the name itself, so its key may be another one. */
function read(key: string, source: SymbolDefinition | string, types: DeclaredTypes): unknown {
  if (typeof source !== 'string') return source;
  const { name, definition } = parsePrototype(source, types, `Symbol "${key}"`);
  return { ...definition, name };
}

/**
 * Takes a definition apart. Each property is read once, so an accessor cannot give the check one
 * answer and the use another.
 */
class DefinitionReader {
  readonly kind: Signature['kind'];
  readonly #key: string;
  readonly #given: ReadonlyMap<string, unknown>;

  constructor(key: string, definition: unknown) {
    this.#key = key;
    if (typeof definition !== 'object' || definition === null) {
      throw this.#error(`a definition is an object, not ${describe(definition)}`);
    }
    this.#given = new Map(Object.entries(definition));
    this.kind = this.#given.has('type') ? 'variable' : 'function';
    const wrong = findWrongKey(`a ${this.kind}`, this.#given.keys(), KEYS[this.kind]);
    if (wrong !== undefined) throw this.#error(wrong);
  }

  symbol(): string {
    const name = this.#given.get('name') ?? this.#key;
    if (typeof name !== 'string' || name === '' || name.includes('\0')) {
      throw this.#error(`"name" is the name of a symbol, not ${describe(name)}`);
    }
    return name;
  }

  flag(name: string): boolean {
    const value = this.#given.get(name) ?? false;
    if (typeof value !== 'boolean') {
      throw this.#error(`"${name}" is a boolean, not ${describe(value)}`);
    }
    return value;
  }

  variableType(): Type {
    const type = this.#typeOf(this.#given.get('type'));
    if (type.kind === 'out' || type.kind === 'inout') {
      throw this.#error(`only an argument can be ${type.kind}`);
    }
    if (type.kind === 'array' && type.length === undefined) {
      throw this.#error('an array that is a variable has a length');
    }
    return checkNotOwned(type, this.#where, this.#key);
  }

  argumentTypes(): Type[] {
    const list = this.#given.get('arguments') ?? [];
    if (!Array.isArray(list)) throw this.#error(`"arguments" is an array, not ${describe(list)}`);
    return Array.from(list, (value) => checkNotOwned(this.#typeOf(value), this.#where, this.#key));
  }

  returnType(): Type {
    const value = this.#given.get('return') ?? 'void';
    if (value === 'void') return VOID;
    const type = this.#typeOf(value);
    if (type.kind === 'out' || type.kind === 'inout' || type.kind === 'array') {
      throw this.#error(`a result cannot be ${type.kind}`);
    }
    return type;
  }

  #typeOf(value: unknown): Type {
    return toType(value, this.#where, this.#key);
  }

  get #where(): string {
    return `Symbol "${this.#key}"`;
  }

  #error(message: string): Error {
    return new DynamicReloadTypeError('ERR_SYMBOL_DEFINITION', `${this.#where}: ${message}`, {
      symbol: this.#key,
    });
  }
}

/** Whether two definitions make the same function or variable. */
export function sameSignature(one: Signature, other: Signature): boolean {
  return textOf(one) === textOf(other);
}

function textOf(signature: Signature): string {
  const { symbol, optional } = signature;
  if (signature.kind === 'variable')
    return JSON.stringify([symbol, optional, keyOf(signature.type)]);
  const { nonblocking, variadic } = signature;
  const types = [...signature.arguments, signature.return].map((type) => keyOf(type));
  return JSON.stringify([symbol, optional, types, nonblocking, variadic]);
}
