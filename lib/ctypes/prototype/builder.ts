// Makes types of what a C text says, with the functions that users make types with.

import type { AnyType, NativeReturnType } from '../values';
import { callback } from '../callback';
import { array, enumeration, pointer } from '../make';
import { toType } from '../made';
import type { CType } from '../type';
import type { Scope } from './scope';
import type { Source } from './source';
import { buildMembers } from './structures';
import type { ArraySyntax, EnumBody, FunctionSyntax, Syntax, Tag } from './syntax';
import { nameOfTag } from './tags';

/** What users write by hand for a function. */
export interface ParsedFunction {
  readonly arguments: readonly AnyType[];
  readonly return?: NativeReturnType | CType;
  readonly variadic?: true;
  readonly type?: never;
}

/** What users write by hand for a variable. */
export interface ParsedVariable {
  readonly type: AnyType;
  readonly arguments?: never;
  readonly return?: never;
}

export type ParsedDefinition = ParsedFunction | ParsedVariable;

const MAX_DEPTH = 64;
const MAX_SIZE = 2 ** 31 - 1;

export class TypeBuilder {
  readonly #source: Source;
  readonly #scope: Scope;
  /** A typedef that many types use is one object, so the work stays in proportion to the text. */
  readonly #built = new Map<Syntax, AnyType>();
  readonly #tags = new Map<Tag, AnyType>();
  /** Those of which the members are being built. */
  readonly #open = new Set<Tag>();
  /** Those that only pointers mention so far. */
  readonly #pointedTo = new Map<Tag, number>();
  #depth = 0;

  constructor(source: Source, scope: Scope) {
    this.#source = source;
    this.#scope = scope;
  }

  /** The definition of the symbol that is declared with a type. */
  definition(type: Syntax, at: number): ParsedDefinition {
    if (type.kind !== 'function') return { type: this.value(type, at) };
    const { parameters, variadic, result } = type;
    const isVoid = result.kind === 'void';
    return {
      arguments: parameters.map((parameter) => this.value(parameter, type.at)),
      ...(!isVoid && { return: this.#result(result, at) }),
      ...(variadic && { variadic }),
    };
  }

  /** The type of something that is passed or stored. `at` is where that is named. */
  value(type: Syntax, at: number): AnyType {
    const known = this.#built.get(type);
    if (known !== undefined) return known;
    if (this.#depth === MAX_DEPTH) throw this.#source.error(at, 'nested too deeply');
    this.#depth++;
    const built = this.#make(type, at);
    this.#depth--;
    this.#built.set(type, built);
    return built;
  }

  sizeOf(type: Syntax, at: number): number {
    return toType(this.value(type, at), 'sizeof').size;
  }

  /** Pointers know their targets late. This makes sure that there is one when they ask. */
  finish(): void {
    for (const [tag, at] of this.#pointedTo) this.tag(tag, at);
  }

  tag(tag: Tag, at: number): AnyType {
    const known = this.#tags.get(tag);
    if (known !== undefined) return known;
    if (this.#open.has(tag)) throw this.#source.error(at, `${nameOfTag(tag)} contains itself`);
    this.#open.add(tag);
    const built = this.#checkSize(this.#makeTag(tag, at), at);
    this.#open.delete(tag);
    this.#tags.set(tag, built);
    return built;
  }

  #make(type: Syntax, at: number): AnyType {
    switch (type.kind) {
      case 'named':
        return type.name;
      case 'given':
        return type.type;
      case 'tag':
        return this.tag(type.tag, type.at);
      case 'pointer':
        return this.#pointer(type.to, at);
      case 'array':
        return this.#array(type);
      case 'function':
        throw this.#source.error(type.at, 'a function is no value; a pointer to it is');
      case 'void':
        throw this.#source.error(
          type.at,
          'only a result can be void, and what a pointer leads to,',
        );
      case 'opaque':
        throw this.#source.error(type.at, type.problem, type.hint?.());
    }
  }

  #makeTag(tag: Tag, at: number): AnyType {
    const { body, kind, name = '' } = tag;
    if (body === undefined) {
      const hint = this.#scope.hintForTag(name);
      throw this.#source.error(at, `${nameOfTag(tag)} has no declaration here`, hint);
    }
    return 'values' in body ? makeEnumeration(body) : buildMembers(this, this.#source, kind, body);
  }

  #pointer(to: Syntax, at: number): AnyType {
    if (to.kind === 'function') return this.#callback(to, at);
    if (!isValue(to)) return 'pointer';
    if (to.kind === 'named' && to.name === 'char') return to.constant ? 'string' : 'pointer';
    if (to.kind !== 'tag') return pointer(this.value(to, at));
    this.#pointedTo.set(to.tag, to.at);
    return pointer(() => this.tag(to.tag, to.at));
  }

  // A callback cannot have any arguments, nor a structure that is not complete: C gets its address
  // then, and nothing more is known.
  #callback({ parameters, variadic, result }: FunctionSyntax, at: number): AnyType {
    const isOpen = [...parameters, result].some(
      (type) => type.kind === 'tag' && this.#open.has(type.tag),
    );
    if (variadic || isOpen) return 'function';
    const list = parameters.map((parameter) => this.value(parameter, at));
    if (result.kind === 'void') return callback({ arguments: list });
    return callback({ arguments: list, return: this.#result(result, at) });
  }

  #result(type: Syntax, at: number): AnyType {
    if (type.kind === 'array')
      throw this.#source.error(type.at, 'a function cannot return an array');
    return this.value(type, at);
  }

  #array({ element, length, at }: ArraySyntax): AnyType {
    if (length === undefined) throw this.#source.error(at, 'an array without a length');
    if (length === 'variable') throw this.#source.error(at, 'an array whose length is no constant');
    const type = this.value(element, at);
    const size = toType(type, 'array').size * length;
    if (size > MAX_SIZE) throw this.#source.error(at, 'an array that is too large');
    return array(type, length);
  }

  #checkSize(type: AnyType, at: number): AnyType {
    if (toType(type, 'tag').size > MAX_SIZE)
      throw this.#source.error(at, 'a type that is too large');
    return type;
  }
}

/** Whether something can have the type. */
export function isValue(type: Syntax): boolean {
  if (type.kind === 'tag') return type.tag.body !== undefined;
  if (type.kind === 'array') return typeof type.length === 'number' && isValue(type.element);
  return type.kind !== 'void' && type.kind !== 'opaque' && type.kind !== 'function';
}

/** C's own choice of the type: the first that holds every value. */
function makeEnumeration({ values }: EnumBody): AnyType {
  const numbers = [...values.values()];
  const largest = numbers.reduce((one, other) => Math.max(one, other), 0);
  const smallest = numbers.reduce((one, other) => Math.min(one, other), 0);
  const names = Object.fromEntries(values);
  if (smallest >= -(2 ** 31) && largest < 2 ** 31) return enumeration(names);
  if (smallest >= 0) return enumeration(names, largest < 2 ** 32 ? 'u32' : 'u64');
  return enumeration(names, 'i64');
}
