// The names that a C text may use: those given from outside, and those that it declared.

import type { AnyType, NativeType } from '../values';
import { toType } from '../made';
import { NAMED } from '../names';
import { suggest } from './source';
import type { Syntax, Tag } from './syntax';
import { REFUSED, SPECIFIER_WORDS } from './words';

/** Types by tag or typedef name. */
export type DeclaredTypes = Readonly<Record<string, AnyType>>;

/** What a typedef name stands for, and where it was declared. */
interface Typedef {
  readonly type: Syntax;
  readonly at: number;
}

const KINDS = { struct: 'structure', union: 'union', enum: 'enumeration' } as const;

export class Scope {
  readonly typedefs = new Map<string, Typedef>();
  readonly tags = new Map<string, Tag>();
  readonly constants = new Map<string, bigint>();
  readonly #given: ReadonlyMap<string, AnyType>;

  constructor(given: DeclaredTypes) {
    this.#given = new Map(Object.entries(given));
  }

  /** The type that a name without `struct` and the like stands for. */
  type(name: string, constant: boolean, at: number): Syntax {
    const declared = this.typedefs.get(name);
    if (declared !== undefined) return declared.type;
    const given = this.#given.get(name);
    if (given !== undefined) return { kind: 'given', type: given };
    if (isScalarName(name)) return { kind: 'named', name, constant };
    const reason = REFUSED.get(name);
    if (reason !== undefined) return { kind: 'opaque', problem: reason, at };
    const hint = () => suggest(name, this.#typeNames());
    return { kind: 'opaque', problem: `unknown type "${name}"`, hint, at };
  }

  /** Whether a name is that of a type, which decides what a parenthesis before it means. */
  isType(name: string): boolean {
    return (
      this.typedefs.has(name) ||
      this.#given.has(name) ||
      REFUSED.has(name) ||
      SPECIFIER_WORDS.has(name) ||
      isScalarName(name)
    );
  }

  /** The type of a tag. One that is met for the first time has no body yet. */
  tag(kind: Tag['kind'], name: string, at: number): Syntax {
    const tag = this.tags.get(name);
    if (tag?.kind === kind) return { kind: 'tag', tag, at };
    if (tag !== undefined) return { kind: 'opaque', problem: mismatch(name, tag.kind, kind), at };
    return this.#givenTag(kind, name, at) ?? this.#newTag(kind, name, at);
  }

  hintForTag(name: string): string {
    return suggest(name, [...this.#given.keys(), ...this.#tagsWithBody()]);
  }

  #newTag(kind: Tag['kind'], name: string, at: number): Syntax {
    const tag: Tag = { kind, name, at };
    this.tags.set(name, tag);
    return { kind: 'tag', tag, at };
  }

  #givenTag(kind: Tag['kind'], name: string, at: number): Syntax | undefined {
    const type = this.#given.get(name);
    if (type === undefined) return undefined;
    const found = toType(type, `types: "${name}"`).kind;
    if (found === KINDS[kind]) return { kind: 'given', type };
    return { kind: 'opaque', problem: mismatch(name, found, kind), at };
  }

  *#tagsWithBody(): Iterable<string> {
    for (const [name, { body }] of this.tags) if (body !== undefined) yield name;
  }

  *#typeNames(): Iterable<string> {
    yield* SPECIFIER_WORDS;
    yield* this.typedefs.keys();
    yield* this.#given.keys();
    for (const name of NAMED.keys()) if (isScalarName(name)) yield name;
  }
}

// The names of addresses, such as 'buffer', are no types of C.
function isScalarName(name: string): name is NativeType {
  return NAMED.get(name)?.kind === 'scalar';
}

function mismatch(name: string, found: string, wanted: string): string {
  return `"${name}" is of the kind ${found}, not ${wanted}`;
}
