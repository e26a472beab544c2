// For the compiler: the types, symbols and constants of a C header, read from its literal.

import type { enumeration, Members, StructType, UnionType } from '../make';
import type { Declare, Declared, Place, VariableOf } from './literal-declarators';
import type { DeclaredTypes } from './scope';
import type {
  Clean,
  Cleaned,
  NextStatement,
  SplitSemicolons,
  Statement,
  Trim,
} from './literal-statements';
import type { Loose, Opaque, Self, Specified, Specify, ValueOf } from './literal-types';
import type { SplitCommas, WordsOf } from './literal-words';

/** Numbers by name. Those that are too large for a number are bigints. */
type Constants = Readonly<Record<string, number | bigint>>;

/** What a header declares. */
export interface Header<Types = unknown, Symbols = unknown, Names extends string = never> {
  /** By tag and typedef name. */
  readonly types: TypesFrom<Types>;
  /** For `addLibrary(name, { symbols })`. */
  readonly symbols: Flat<Symbols>;
  readonly constants: Readonly<Record<Names, number>> & Constants;
}

/** Without intersections, which nobody can read. */
type Flat<T> = { readonly [K in keyof T]: T[K] };

/** Those that a value can have. */
type TypesFrom<Types> = {
  readonly [Name in keyof Types as Types[Name] extends 'void' ? never : Name]: ValueOf<Types[Name]>;
};

/** What is known of a header. Without a literal that is not much. */
export type Cdef<Text extends string> = string extends Text
  ? Header<DeclaredTypes, Record<string, VariableOf<Loose>>>
  : Clean<Text> extends Cleaned<infer Rest, infer Macros>
    ? ReadStatements<Rest, unknown, unknown, Macros>
    : never;

/** What one statement declares. */
interface Found<Types = unknown, Symbols = unknown, Names extends string = string> {
  readonly types: Types;
  readonly symbols: Symbols;
  readonly names: Names;
}

type ReadStatements<Text extends string, Types, Symbols, Names extends string> =
  NextStatement<Text> extends infer One extends Statement
    ? ReadStatement<One, Types> extends Found<infer T, infer S, infer N>
      ? ReadStatements<One['rest'], Types & T, Symbols & S, Names | N>
      : never
    : Header<Types, Symbols, Names>;

type ReadStatement<One extends Statement, Types> = One['body'] extends string
  ? ReadTagged<WordsOf<One['head']>, One['body'], WordsOf<One['tail']>, Types>
  : ReadPlain<WordsOf<One['head']>, IsStatic<One['head']>, Types>;

type IsStatic<Head extends string> =
  Trim<Head> extends `static ${string}` | `${string} static ${string}` ? true : false;

// ---- Without braces

type Nothing = Found<unknown, unknown, never>;

type ReadPlain<Words extends string[], Static extends boolean, Types> = Words extends
  [] | [Tag['kind'], string]
  ? Nothing
  : Words extends ['typedef', ...infer Rest extends string[]]
    ? Found<TypesIn<ReadList<Rest, Types, 'typedef'>>, unknown, never>
    : Static extends true
      ? Nothing
      : Found<unknown, SymbolsIn<ReadList<Words, Types, 'outside'>>, never>;

/** What one declaration declares, as a union. */
type ReadList<Words extends string[], Types, In extends Place> =
  Specify<Words, Types> extends Specified<infer Base, infer Rest>
    ? ReadDeclarators<SplitCommas<Rest>, Base, Types, In>
    : never;

type ReadDeclarators<Parts extends string[][], Base, Types, In extends Place> = {
  [K in keyof Parts]: Declare<Parts[K], Base, Types, In>;
}[number];

type SymbolsIn<D> = {
  readonly [One in Extract<D, Declared> as One['name']]: One['definition'];
};

// A name that only pointers can lead to is as good as one that is not there.
type TypesIn<D> = {
  readonly [
    One in Extract<
      D,
      Declared<string, VariableOf<unknown>>
    > as One['definition']['type'] extends Opaque ? never : One['name']
  ]: One['definition']['type'];
};

// ---- With braces

/** What is before the braces. */
interface Tag<
  Kind extends 'struct' | 'union' | 'enum' = 'struct' | 'union' | 'enum',
  Name extends string = string,
  Place = unknown,
> {
  readonly kind: Kind;
  readonly name: Name;
  readonly place: Place;
}

type TagOf<Words extends string[], In extends Place = 'outside'> = Words extends [
  infer Word extends string,
  ...infer Rest extends string[],
]
  ? Word extends 'typedef'
    ? TagOf<Rest, 'typedef'>
    : Word extends Tag['kind']
      ? Tag<Word, Rest extends [infer Name extends string] ? Name : never, In>
      : TagOf<Rest, In>
  : null;

type ReadTagged<Head extends string[], Body extends string, Tail extends string[], Types> =
  TagOf<Head> extends Tag<infer Kind, infer Name, infer In>
    ? BodyOf<Kind, Body, Types & Readonly<Record<Name, Self>>> extends infer Type
      ? Found<
          Readonly<Record<Name, Type>> &
            (In extends 'typedef' ? TypesIn<ReadTail<Tail, Type, In>> : unknown),
          In extends 'typedef' ? unknown : SymbolsIn<ReadTail<Tail, Type, 'outside'>>,
          Kind extends 'enum' ? NamesIn<Body> : never
        >
      : never
    : Nothing;

type ReadTail<Tail extends string[], Type, In> = In extends Place
  ? ReadDeclarators<SplitCommas<Tail>, Type, unknown, In>
  : never;

// Braces inside braces are too much for the compiler.
type BodyOf<Kind extends Tag['kind'], Body extends string, Types> = Kind extends 'enum'
  ? ReturnType<typeof enumeration<Readonly<Record<NamesIn<Body>, number>>>>
  : Body extends `${string}{${string}`
    ? Loose
    : MembersIn<SplitSemicolons<Body>, Types> extends infer M extends Members
      ? Kind extends 'struct'
        ? StructType<M>
        : UnionType<M>
      : Loose;

type NamesIn<
  Body extends string,
  Names extends string = never,
> = Body extends `${infer Part},${infer Rest}`
  ? NamesIn<Rest, Names | NameIn<Part>>
  : Names | NameIn<Body>;

type NameIn<Part extends string> = Part extends `${infer Name}=${string}`
  ? Trim<Name>
  : Exclude<Trim<Part>, ''>;

type MembersIn<Parts extends string[], Types> =
  SymbolsIn<
    { [K in keyof Parts]: ReadList<WordsOf<Parts[K]>, Types, 'outside'> }[number]
  > extends infer D
    ? { readonly [K in keyof D]: D[K] extends VariableOf<infer Type> ? Type : Loose }
    : never;
