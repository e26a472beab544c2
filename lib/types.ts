/**
 * Native types and the TypeScript types they become.
 *
 * The short names are the ones that `node:ffi`, Deno and Bun all accept.
 */

/** What a caller may pass for each native type. */
export interface ArgumentTypeMap {
  bool: boolean | 0 | 1;
  i8: number;
  u8: number;
  i16: number;
  u16: number;
  i32: number;
  u32: number;
  i64: number | bigint;
  u64: number | bigint;
  isize: number | bigint;
  usize: number | bigint;
  f32: number;
  f64: number;
  char: number;
  pointer: bigint | NodeJS.ArrayBufferView | ArrayBuffer | null;
  buffer: NodeJS.ArrayBufferView | ArrayBuffer | null;
  function: bigint | null;
  string: string | null;
}

/** What a caller gets back for each native type. */
export interface ReturnTypeMap {
  // eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- the C type of this name
  void: void;
  bool: boolean;
  i8: number;
  u8: number;
  i16: number;
  u16: number;
  i32: number;
  u32: number;
  i64: bigint;
  u64: bigint;
  isize: bigint;
  usize: bigint;
  f32: number;
  f64: number;
  char: number;
  pointer: bigint;
  buffer: bigint;
  function: bigint;
  string: string | null;
}

/** The other spellings that `node:ffi` accepts. */
export interface TypeAliasMap {
  int8: 'i8';
  uint8: 'u8';
  int16: 'i16';
  uint16: 'u16';
  int32: 'i32';
  uint32: 'u32';
  int64: 'i64';
  uint64: 'u64';
  float: 'f32';
  float32: 'f32';
  double: 'f64';
  float64: 'f64';
  ptr: 'pointer';
  str: 'string';
  arraybuffer: 'buffer';
}

/** A type that an argument can have. */
export type NativeType = keyof ArgumentTypeMap | keyof TypeAliasMap;
/** A type that a result can have. */
export type NativeReturnType = keyof ReturnTypeMap | keyof TypeAliasMap;

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
  readonly arguments?: readonly NativeType[];
  /** Type of the result. Default: `'void'`. */
  readonly return?: NativeReturnType;
  /** Name of the exported symbol, when it differs from the key. */
  readonly name?: string;
  /** Run each call on a thread of the pool and return a promise. Default: false. */
  readonly nonblocking?: boolean;
  /** Give `null` instead of failing while the library does not export the symbol. Default: false. */
  readonly optional?: boolean;
  readonly type?: never;
}

/**
 * A C variable. Reading the property reads the memory of the current version, writing writes it: a
 * reload brings the variable of the new version, with its initial value.
 */
export interface VariableDefinition extends ForeignSpellings {
  /** Type of the variable. `'string'` and `'buffer'` are pointers in C and can only be read. */
  readonly type: NativeType;
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

type Canonical<T> = T extends keyof TypeAliasMap ? TypeAliasMap[T] : T;
type Argument<T> =
  Canonical<T> extends infer C extends keyof ArgumentTypeMap ? ArgumentTypeMap[C] : never;
type Result<T> =
  Canonical<T> extends infer C extends keyof ReturnTypeMap ? ReturnTypeMap[C] : never;

type MapArguments<A extends readonly NativeType[]> = { -readonly [K in keyof A]: Argument<A[K]> };

// A definition that is only known at run time (read from JSON, say) gives a function of `any`.
/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-invalid-void-type */
type ParametersOf<D> = D extends { readonly arguments: infer A extends readonly NativeType[] }
  ? Extract<MapArguments<A>, readonly unknown[]>
  : 'arguments' extends keyof D
    ? any[]
    : [];

type ReturnOf<D> = D extends { readonly return: infer R extends NativeReturnType }
  ? Result<R>
  : 'return' extends keyof D
    ? any
    : void;
/* eslint-enable @typescript-eslint/no-explicit-any, @typescript-eslint/no-invalid-void-type */

type ValueOf<D> = D extends { readonly nonblocking: true } ? Promise<ReturnOf<D>> : ReturnOf<D>;

/** A function of the library. The same object keeps working across reloads. */
export interface LibraryFunction<D extends FunctionDefinition = FunctionDefinition> {
  (...args: ParametersOf<D>): ValueOf<D>;
  /** Address in the current version. It means nothing after the next reload. */
  readonly pointer: bigint;
}

type OrNull<D, T> = D extends { readonly optional: true } ? T | null : T;

type LibrarySymbol<D> = D extends VariableDefinition
  ? OrNull<D, Result<D['type']>>
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

/** A library that was added to a reloader. It lives across reloads. */
export interface Library<S extends SymbolDefinitions = SymbolDefinitions> extends AsyncDisposable {
  /** The name it was added with. */
  readonly name: string;
  /** Where it was found, absolute. This file is watched, unless the system's loader found it. */
  readonly originalPath: string;
  /** What the current version was loaded from: a shadow copy, unless the system's loader found it. */
  readonly loadedPath: string;
  /** Number of the current version: 1 at first, one more with each reload. */
  readonly version: number;
  /** The functions and variables it was added with. */
  readonly symbols: LibrarySymbols<S>;
  /** The same as `removeLibrary(this)`: takes one owner away. */
  close(): Promise<void>;
}
