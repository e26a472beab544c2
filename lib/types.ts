import type { DefinitionsOf } from './ctypes/prototype/literal';
import type { DeclaredTypes } from './ctypes/prototype/scope';
import type { CType } from './ctypes/type';
import type {
  AnyType,
  ArgumentOf,
  Canonical,
  ColumnOf,
  NativeReturnType,
  NativeType,
  ResultOf,
} from './ctypes/values';

/** How Deno and Bun call `arguments` and `return`. They are refused, at compile time and at run time. */
interface ForeignSpellings {
  readonly parameters?: never;
  readonly args?: never;
  readonly result?: never;
  readonly returns?: never;
}

/**
 * A C function, described as `node:ffi` describes it.
 *
 * `name`, `nonblocking` and `optional` are additions, named as in Deno.
 */
export interface FunctionDefinition extends ForeignSpellings {
  /** Types of the arguments. Default: none. */
  readonly arguments?: readonly AnyType[];
  /** Type of the result. Default: `'void'`. */
  readonly return?: NativeReturnType | CType;
  /** Name of the exported symbol, when it differs from the key. */
  readonly name?: string;
  /** Takes further arguments, each as a pair: `['i32', 5]`. Default: false. */
  readonly variadic?: boolean;
  /** Run each call on a thread of the pool and return a promise. Default: false. */
  readonly nonblocking?: boolean;
  /** Give `null` instead of failing while the library does not export the symbol. Default: false. */
  readonly optional?: boolean;
  readonly type?: never;
}

/**
 * A C variable. Reading the property reads the memory of the current version, writing writes it: a
 * reload brings the variable of the new version, with its initial value unless `preserve` names it.
 */
export interface VariableDefinition extends ForeignSpellings {
  /**
   * Type of the variable. `'string'` and `'buffer'` are pointers in C and can only be read. What has a
   * pointer inside takes addresses, and no buffers or values: nobody would know how long C needs them.
   */
  readonly type: AnyType;
  /** Name of the exported symbol, when it differs from the key. */
  readonly name?: string;
  /** Read `null` instead of failing while the library does not export the symbol. Default: false. */
  readonly optional?: boolean;
  readonly arguments?: never;
  readonly return?: never;
}

export type SymbolDefinition = FunctionDefinition | VariableDefinition;

/** The symbols that a program uses from a library, by the name it uses for them. */
export type SymbolDefinitions = Readonly<Record<string, SymbolDefinition>>;

/** The same, where a C prototype such as `'int add(int a, int b)'` may stand for a definition. */
export type SymbolSources = Readonly<Record<string, SymbolDefinition | string>>;

/** The definitions that the prototypes are. `T` are the types that they name. */
export type SymbolsOf<
  S extends SymbolSources,
  T extends DeclaredTypes | undefined,
> = S extends NoSymbols ? NoSymbols : Extract<DefinitionsOf<S, T>, SymbolDefinitions>;

type MapArguments<A extends readonly AnyType[]> = { -readonly [K in keyof A]: ArgumentOf<A[K]> };

// A definition that is only known at run time (read from JSON, say) gives a function of `any`.
/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-invalid-void-type */
type ParametersOf<D> = D extends { readonly arguments: infer A extends readonly AnyType[] }
  ? Extract<MapArguments<A>, readonly unknown[]>
  : 'arguments' extends keyof D
    ? any[]
    : [];

type ReturnOf<D> = D extends { readonly return: infer R extends NativeReturnType | CType }
  ? ResultOf<R>
  : 'return' extends keyof D
    ? any
    : void;
/* eslint-enable @typescript-eslint/no-explicit-any, @typescript-eslint/no-invalid-void-type */

type ValueOf<D> = D extends { readonly nonblocking: true } ? Promise<ReturnOf<D>> : ReturnOf<D>;

/** A further argument of a variadic function. */
export type VariadicArgument =
  | {
      [T in NativeType]: readonly [type: T, value: ArgumentOf<T>];
    }[NativeType]
  | readonly [type: CType, value: unknown];

/** What may follow the arguments of a nonblocking function. */
export interface CallOptions {
  /** Takes the call back while it waits for a thread. */
  readonly signal?: AbortSignal;
}

/* eslint-disable @typescript-eslint/no-explicit-any -- what ParametersOf says */
type Further<D> = D extends { readonly variadic: true }
  ? VariadicArgument[]
  : D extends { readonly nonblocking: true }
    ? [options?: CallOptions]
    : [];
type CallParameters<D> =
  ParametersOf<D> extends infer P extends readonly any[]
    ? any[] extends P
      ? P
      : [...P, ...Further<D>]
    : never;
/* eslint-enable @typescript-eslint/no-explicit-any */

/** A function of the library. The same object keeps working across reloads. */
export interface LibraryFunction<D extends FunctionDefinition = FunctionDefinition> {
  (...args: CallParameters<D>): ValueOf<D>;
  /** Address in the current version. It means nothing after the next reload. */
  readonly pointer: bigint;
  /**
   * Calls the function for every element of typed arrays, one for each argument, in one crossing:
   * `add.map(new Int32Array(n), new Int32Array(n))`. All have the same length. The results go to
   * `output`, or to a new array, some hundred at a time. Only numbers can be mapped.
   *
   * @throws ERR_INVALID_ARG_TYPE, also when a callback transfers or shrinks an array; ERR_OUT_OF_RANGE;
   *   what a callback throws, in the middle of it
   */
  readonly map: D extends { readonly nonblocking: true } | { readonly variadic: true }
    ? never
    : MapFunction<D>;
}

type MapFunction<D> = (
  ...columns: [...Columns<D>, output?: ColumnOf<ReturnTypeOf<D>>]
) => ColumnOf<ReturnTypeOf<D>>;
type Columns<D> = D extends { readonly arguments: infer A extends readonly AnyType[] }
  ? { -readonly [K in keyof A]: ColumnOf<A[K]> }
  : [];
type ReturnTypeOf<D> = D extends { readonly return: infer R } ? R : 'void';

type OrNull<D, T> = D extends { readonly optional: true } ? T | null : T;

type LibrarySymbol<D> = D extends VariableDefinition
  ? OrNull<D, ResultOf<D['type']>>
  : D extends FunctionDefinition
    ? OrNull<D, LibraryFunction<D>>
    : never;

type IsWritable<D> = D extends VariableDefinition
  ? Canonical<D['type']> extends 'string' | 'buffer'
    ? false
    : true
  : false;

/** The typed symbol table for a set of definitions: functions are read-only, variables are not. */
export type LibrarySymbols<S extends SymbolDefinitions> = {
  readonly [K in keyof S as IsWritable<S[K]> extends true ? never : K]: LibrarySymbol<S[K]>;
} & {
  -readonly [K in keyof S as IsWritable<S[K]> extends true ? K : never]: LibrarySymbol<S[K]>;
};

/** What a library that is only loaded is used for. */
export type NoSymbols = Readonly<Record<string, never>>;

/** A C function that calls JavaScript, until it or its library is closed. */
export interface LibraryCallback extends Disposable {
  /** Its address, for C to keep. */
  readonly pointer: bigint;
  /** Keeps the process alive for calls from other threads. At first they are not waited for. */
  ref(): this;
  unref(): this;
  /**
   * From now on C gets zeros from it, and the reloader emits `warning` when that happens, until all
   * other addresses were used for callbacks of this kind. It cannot be passed to C any more.
   */
  close(): void;
}
