// For the compiler: the words before the declarators as a type, and what pointers make of it.

import type { AnyType, NativeType } from '../values';
import type { array, Pointer, pointer } from '../make';
import type { CType } from '../type';
import type { PLAIN, SIGNED, UNSIGNED } from './words';

/* eslint-disable @typescript-eslint/no-explicit-any -- what is not known must not be in the way */
/** What the compiler cannot tell. */
export type Loose = CType<any, any>;

type LoosePointer = CType<any, Pointer<any>>;
/* eslint-enable @typescript-eslint/no-explicit-any */

/** A structure while its members are read. */
export interface Self {
  readonly kind: 'self';
}

/** A type that can only stand behind a pointer. */
export interface Opaque {
  readonly kind: 'opaque';
}

/** What {@link Specify} finds, and the words behind it. */
export interface Specified<Base = unknown, Rest extends string[] = string[]> {
  readonly base: Base;
  readonly rest: Rest;
}

type TypeWord = 'char' | 'short' | 'int' | 'long' | 'float' | 'double' | '_Complex';
type Sign = 'signed' | 'unsigned';
type Punctuation = '(' | ')' | ',' | '*' | '[' | ']' | ':' | '=' | '...';

/** `Base` is null, and `Keywords` and `Signed` are empty, as long as nothing was found. */
export type Specify<
  Words extends string[],
  Types,
  Base = null,
  Keywords extends string = '',
  Signed extends string = '',
  Constant extends boolean = false,
> = Words extends [infer Word extends string, ...infer Rest extends string[]]
  ? Word extends 'const'
    ? Specify<Rest, Types, Base, Keywords, Signed, true>
    : Word extends Sign
      ? Specify<Rest, Types, Base, Keywords, Word, Constant>
      : Word extends TypeWord
        ? Specify<Rest, Types, Base, Join<Keywords, Word>, Signed, Constant>
        : [Word, Keywords] extends ['complex', 'float' | 'double']
          ? Specify<Rest, Types, Base, Join<Keywords, '_Complex'>, Signed, Constant>
          : [Base, Keywords, Signed] extends [null, '', '']
            ? SpecifyName<Words, Types, Constant>
            : Specified<Complete<Base, Keywords, Signed, Constant>, Words>
  : Specified<Complete<Base, Keywords, Signed, Constant>, []>;

type SpecifyName<Words extends string[], Types, Constant extends boolean> = Words extends [
  'struct' | 'union' | 'enum',
  infer Tag extends string,
  ...infer Rest extends string[],
]
  ? Specify<Rest, Types, Given<Tag, Types>, '', '', Constant>
  : Words extends [infer Word extends string, ...infer Rest extends string[]]
    ? Word extends Punctuation
      ? Specified<Opaque, Words>
      : Specify<Rest, Types, Named<Word, Types>, '', '', Constant>
    : Specified<Opaque, Words>;

type Join<One extends string, Other extends string> = One extends '' ? Other : `${One} ${Other}`;

type Given<Name extends string, Types> = string extends keyof Types
  ? Loose
  : Name extends keyof Types
    ? Types[Name]
    : Opaque;

type Addresses = 'pointer' | 'ptr' | 'buffer' | 'arraybuffer' | 'function' | 'string' | 'str';

type Named<Name extends string, Types> = Name extends 'void'
  ? 'void'
  : Name extends keyof Types
    ? Given<Name, Types>
    : Name extends Exclude<NativeType, Addresses>
      ? Name
      : Given<Name, Types>;

type Complete<
  Base,
  Keywords extends string,
  Signed extends string,
  Constant extends boolean,
> = Base extends null
  ? Keywords extends keyof typeof PLAIN
    ? Scalar<(typeof PLAIN)[Keywords], Signed, Constant>
    : Opaque
  : Base;

// A constant char is a type of its own here: a pointer to it leads to text.
type Scalar<Name, Signed extends string, Constant extends boolean> = Signed extends 'unsigned'
  ? Lookup<typeof UNSIGNED, Name>
  : Signed extends 'signed'
    ? Lookup<typeof SIGNED, Name>
    : [Name, Constant] extends ['char', true]
      ? 'const char'
      : Name;

type Lookup<Table, Name> = Name extends keyof Table ? Table[Name] : Opaque;

/** The type of a pointer. */
export type PointerTo<Type> = Type extends 'void' | 'char' | Opaque
  ? 'pointer'
  : Type extends 'const char'
    ? 'string'
    : Type extends Self
      ? LoosePointer
      : Type extends AnyType
        ? ReturnType<typeof pointer<Type>>
        : LoosePointer;

export type ArrayOf<Type> = ReturnType<typeof array<ValueOf<Type>>>;

/** The type of something that is passed or stored. */
export type ValueOf<Type> = Type extends 'const char'
  ? 'char'
  : Type extends 'void' | Opaque | Self
    ? Loose
    : Type extends AnyType
      ? Type
      : Loose;
