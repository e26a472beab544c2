// For the compiler: declarators, with parameters and the definitions that they give.

import type { AnyType } from '../values';
import type { callback } from '../callback';
import type { ArrayOf, Loose, PointerTo, Specified, Specify, ValueOf } from './literal-types';
import type { SplitCommas } from './literal-words';

/** What is declared: a definition by its name, which is empty where there is none. */
export interface Declared<Name extends string = string, Definition = unknown> {
  readonly name: Name;
  readonly definition: Definition;
}

export interface VariableOf<Type> {
  readonly type: Type;
}

/** A function of which nothing is known. */
export interface LooseFunction {
  readonly arguments?: readonly AnyType[];
  readonly return?: AnyType;
}

/**
 * Where a declarator stands. Arrays and functions that are parameters are passed as pointers, and a
 * typedef may be of something that is no value.
 */
export type Place = 'parameter' | 'typedef' | 'outside';

type Plain<Type, In extends Place> = VariableOf<In extends 'typedef' ? Type : ValueOf<Type>>;

/** Reads a declarator, of which the type is `Base`. */
export type Declare<Words extends string[], Base, Types, In extends Place> = Words extends [
  infer First extends string,
  ...infer Rest extends string[],
]
  ? First extends '*'
    ? Declare<Rest, PointerTo<Base>, Types, In>
    : First extends 'const'
      ? Declare<Rest, Base, Types, In>
      : First extends '('
        ? DeclareInside<Rest, Base, Types, In>
        : First extends '[' | ':'
          ? Declared<'', Suffix<Words, Base, Types, In>>
          : Declared<First, Suffix<Rest, Base, Types, In>>
  : Declared<'', Plain<Base, In>>;

/** What stands behind the name. */
type Suffix<Words extends string[], Base, Types, In extends Place> = Words extends
  [] | [':' | '=', ...string[]]
  ? Plain<Base, In>
  : Words extends ['(', ...infer Inside extends string[], ')']
    ? Callable<Base, ParametersOf<Inside, Types>, In>
    : Words extends ['[', ...infer Rest extends string[]]
      ? VariableOf<In extends 'parameter' ? Decayed<Rest, Base> : Dimensions<Words, Base>>
      : VariableOf<Loose>;

// `(*name)(int)` is a pointer to a function, and so is `(*)(int)`. A parenthesis without a star is
// the parameter list of a function without a name.
type DeclareInside<Words extends string[], Base, Types, In extends Place> = Words extends [
  '*',
  ')',
  '(',
  ...infer Inside extends string[],
  ')',
]
  ? Declared<'', VariableOf<CodePointer<Base, ParametersOf<Inside, Types>>>>
  : Words extends ['*', infer Name extends string, ')', '(', ...infer Inside extends string[], ')']
    ? Declared<Name, VariableOf<CodePointer<Base, ParametersOf<Inside, Types>>>>
    : Words extends ['*', infer Name extends string, '(', ...string[]]
      ? Declared<Name, LooseFunction>
      : Words extends [infer Name extends string, ')', '(', ...infer Rest extends string[]]
        ? Declared<Name, Suffix<['(', ...Rest], Base, Types, In>>
        : Words extends [...infer Inside extends string[], ')']
          ? Declared<'', Callable<Base, ParametersOf<Inside, Types>, In>>
          : Declared<'', VariableOf<Loose>>;

/** Every pair of brackets is an array of what is before it. */
type Dimensions<Words extends string[], Base> = Words extends [
  infer Word,
  ...infer Rest extends string[],
]
  ? Dimensions<Rest, Word extends ']' ? ArrayOf<Base> : Base>
  : Base;

/** An array as a parameter: the first pair of brackets is a pointer. */
type Decayed<Words extends string[], Base> = Words extends [
  infer Word,
  ...infer Rest extends string[],
]
  ? Word extends ']'
    ? PointerTo<Dimensions<Rest, Base>>
    : Decayed<Rest, Base>
  : PointerTo<Base>;

// ---- Functions

/** The types of parameters, and whether more may follow. */
interface Parameters<
  List extends readonly AnyType[] = readonly AnyType[],
  Variadic extends boolean = boolean,
> {
  readonly list: List;
  readonly variadic: Variadic;
}

type ParametersOf<Words extends string[], Types> = Words extends [] | ['void']
  ? Parameters<[], false>
  : ReadParameters<SplitCommas<Words>, Types>;

type ReadParameters<
  Parts extends string[][],
  Types,
  Done extends readonly AnyType[] = [],
> = Parts extends [infer Part extends string[], ...infer Rest extends string[][]]
  ? Part extends ['...']
    ? Parameters<Done, true>
    : ReadParameters<Rest, Types, [...Done, ParameterOf<Part, Types>]>
  : Parameters<Done, false>;

type ParameterOf<Words extends string[], Types> =
  Specify<Words, Types> extends Specified<infer Base, infer Rest>
    ? Declare<Rest, Base, Types, 'parameter'> extends Declared<
        string,
        VariableOf<infer Type extends AnyType>
      >
      ? Type
      : Loose
    : Loose;

type Callable<Result, P extends Parameters, In extends Place> = In extends 'parameter'
  ? VariableOf<CodePointer<Result, P>>
  : FunctionOf<Result, P>;

type FunctionOf<Result, P extends Parameters> = Result extends 'void'
  ? P['variadic'] extends true
    ? { readonly arguments: P['list']; readonly variadic: true }
    : { readonly arguments: P['list'] }
  : P['variadic'] extends true
    ? { readonly arguments: P['list']; readonly return: ValueOf<Result>; readonly variadic: true }
    : { readonly arguments: P['list']; readonly return: ValueOf<Result> };

type CodePointer<Result, P extends Parameters> = P['variadic'] extends true
  ? 'function'
  : Result extends 'void'
    ? ReturnType<typeof callback<{ readonly arguments: P['list'] }>>
    : ReturnType<
        typeof callback<{ readonly arguments: P['list']; readonly return: ValueOf<Result> }>
      >;
