import { describe, DynamicReloadTypeError } from './errors';
import type { ArgumentTypeMap, SymbolDefinition, TypeAliasMap } from './types';

/** A definition in its one form. Native code understands the type names in it. */
export type Signature = FunctionSignature | VariableSignature;

interface SignatureBase {
  /** Name of the exported symbol. */
  readonly symbol: string;
  readonly optional: boolean;
}

export interface FunctionSignature extends SignatureBase {
  readonly kind: 'function';
  readonly arguments: readonly string[];
  readonly return: string;
  readonly nonblocking: boolean;
}

export interface VariableSignature extends SignatureBase {
  readonly kind: 'variable';
  readonly type: string;
}

const ALIASES: Readonly<TypeAliasMap> = {
  int8: 'i8',
  uint8: 'u8',
  int16: 'i16',
  uint16: 'u16',
  int32: 'i32',
  uint32: 'u32',
  int64: 'i64',
  uint64: 'u64',
  float: 'f32',
  float32: 'f32',
  double: 'f64',
  float64: 'f64',
  ptr: 'pointer',
  str: 'string',
  arraybuffer: 'buffer',
};

const TYPES: Readonly<Record<keyof ArgumentTypeMap, true>> = {
  ...{ bool: true, char: true, i8: true, u8: true, i16: true, u16: true, i32: true, u32: true },
  ...{ i64: true, u64: true, isize: true, usize: true, f32: true, f64: true },
  ...{ pointer: true, buffer: true, function: true, string: true },
};

/** Every spelling of every type, with the one that native code knows. */
const SPELLINGS: ReadonlyMap<string, string> = new Map([
  ...Object.keys(TYPES).map((name) => [name, name] as const),
  ...Object.entries(ALIASES),
]);

const KEYS: Readonly<Record<Signature['kind'], readonly string[]>> = {
  function: ['arguments', 'return', 'name', 'nonblocking', 'optional'],
  variable: ['type', 'name', 'optional'],
};

// What Deno and Bun call the two properties.
const FOREIGN_KEYS: ReadonlyMap<string, string> = new Map([
  ['parameters', 'arguments'],
  ['args', 'arguments'],
  ['result', 'return'],
  ['returns', 'return'],
]);

/** Brings a definition to its one form, or throws ERR_SYMBOL_DEFINITION. */
export function toSignature(key: string, definition: SymbolDefinition): Signature {
  const reader = new DefinitionReader(key, definition);
  const base = { symbol: reader.symbol(), optional: reader.flag('optional') };
  if (reader.kind === 'variable') return { kind: 'variable', ...base, type: reader.type('type') };
  return {
    kind: 'function',
    ...base,
    arguments: reader.types('arguments'),
    return: reader.returnType(),
    nonblocking: reader.flag('nonblocking'),
  };
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
    for (const name of this.#given.keys()) this.#checkKey(name);
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

  type(name: string): string {
    return this.#typeOf(this.#given.get(name));
  }

  types(name: string): string[] {
    const list = this.#given.get(name) ?? [];
    if (!Array.isArray(list)) throw this.#error(`"${name}" is an array, not ${describe(list)}`);
    return Array.from(list, (value) => this.#typeOf(value));
  }

  returnType(): string {
    const value = this.#given.get('return') ?? 'void';
    return value === 'void' ? value : this.#typeOf(value);
  }

  #typeOf(value: unknown): string {
    const name = typeof value === 'string' ? SPELLINGS.get(value) : undefined;
    if (name !== undefined) return name;
    if (value === 'void') throw this.#error('only a result can be void');
    const names = Object.keys(TYPES).join(', ');
    throw this.#error(`${describe(value)} is no type; there are ${names}`);
  }

  #checkKey(name: string): void {
    const ours = FOREIGN_KEYS.get(name);
    if (ours !== undefined) throw this.#error(`"${name}" is named "${ours}" here`);
    const known = KEYS[this.kind];
    if (!known.includes(name)) {
      throw this.#error(`a ${this.kind} has no "${name}"; it can have ${known.join(', ')}`);
    }
  }

  #error(message: string): Error {
    return new DynamicReloadTypeError('ERR_SYMBOL_DEFINITION', `Symbol "${this.#key}": ${message}`);
  }
}

/** Whether two definitions make the same function or variable. */
export function sameSignature(one: Signature, other: Signature): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
