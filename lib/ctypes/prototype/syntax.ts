// What a C text says, before types are made of it.

import type { AnyType, NativeType } from '../values';

/** A C type as it was written. `at` is a place in the text, for messages. */
export type Syntax =
  | { readonly kind: 'void'; readonly at: number }
  | NamedSyntax
  | { readonly kind: 'given'; readonly type: AnyType }
  | { readonly kind: 'tag'; readonly tag: Tag; readonly at: number }
  | OpaqueSyntax
  | { readonly kind: 'pointer'; readonly to: Syntax }
  | ArraySyntax
  | FunctionSyntax;

export interface NamedSyntax {
  readonly kind: 'named';
  readonly name: NativeType;
  readonly constant: boolean;
}

/** A type that can only stand behind a pointer, and why. */
export interface OpaqueSyntax {
  readonly kind: 'opaque';
  readonly problem: string;
  /** What may have been meant. */
  readonly hint?: () => string;
  readonly at: number;
}

export interface ArraySyntax {
  readonly kind: 'array';
  readonly element: Syntax;
  /** Undefined for `[]`, and `'variable'` for a length that is known when the program runs. */
  readonly length: number | 'variable' | undefined;
  readonly at: number;
}

export interface FunctionSyntax {
  readonly kind: 'function';
  readonly parameters: readonly Syntax[];
  readonly variadic: boolean;
  readonly result: Syntax;
  readonly at: number;
}

/** Something with a tag. It has no body before its declaration, or when that is elsewhere. */
export interface Tag {
  readonly kind: 'struct' | 'union' | 'enum';
  readonly name: string | undefined;
  /** Where it was met first. */
  readonly at: number;
  body?: Body | EnumBody;
}

export interface Body {
  readonly members: readonly MemberSyntax[];
  readonly packed: boolean;
  readonly align: number | undefined;
  /** The largest alignment of a member that `#pragma pack` allows. */
  readonly pack: number | undefined;
  readonly at: number;
}

export interface EnumBody {
  readonly values: ReadonlyMap<string, number>;
}

/** A member without a name is a structure or union whose members are the outer one's. */
export interface MemberSyntax {
  readonly name: string | undefined;
  readonly type: Syntax;
  readonly width: number | undefined;
  readonly at: number;
}

/** What the words before the declarators say. */
export interface Specifiers {
  readonly type: Syntax;
  readonly storage: 'typedef' | 'static' | undefined;
  readonly at: number;
}

/** One thing that is declared. It has no name where C needs none. */
export interface Declared {
  readonly name: string | undefined;
  readonly type: Syntax;
  readonly at: number;
}
