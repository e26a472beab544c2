// What a C prototype becomes when it is compiled, and what a C header does.

/* eslint-disable @typescript-eslint/no-explicit-any -- what cannot be told is `any` */

import type {
  FunctionDefinition,
  LibraryFunction,
  LibrarySymbols,
  SymbolDefinition,
  SymbolDefinitions,
} from '../../lib';
import type { Pointer } from '../../lib/ctypes/make';
import { struct, enumeration } from '../../lib/ctypes/make';
import { cdef } from '../../lib/ctypes/prototype/cdef';
import type { DefinitionsOf, PrototypeDefinition } from '../../lib/ctypes/prototype/literal';
import type { DeclaredTypes } from '../../lib/ctypes/prototype/scope';
import type { ArgumentOf, ResultOf } from '../../lib';
import { check, type Equal } from './check.test-d';

type Of<Text extends string, Types = unknown> = PrototypeDefinition<Text, Types>;
type Fn<Text extends string, Types = unknown> = LibraryFunction<
  Extract<Of<Text, Types>, FunctionDefinition>
>;
type Arguments<Text extends string, Types = unknown> = Parameters<Fn<Text, Types>>;

// ---- The definition is the one that is written by hand

interface Add {
  readonly arguments: ['int', 'int'];
  readonly return: 'int';
}
check<Equal<Of<'int add(int a, int b)'>, Add>>();
check<Equal<Of<'int add(int, int);'>, Add>>();
check<Equal<Of<'void tick(void)'>, { readonly arguments: [] }>>();
check<Equal<Of<'void tick()'>, { readonly arguments: [] }>>();
check<Equal<Of<'extern unsigned long counter'>, { readonly type: 'unsigned long' }>>();
check<Equal<Of<'const char *version'>, { readonly type: 'string' }>>();

// ---- Arguments and results

check<Equal<Arguments<'int add(int a, int b)'>, [number, number]>>();
check<Equal<ReturnType<Fn<'int add(int a, int b)'>>, number>>();
check<Equal<ReturnType<Fn<'void tick(void)'>>, void>>();
check<Equal<Arguments<'void tick(void)'>, []>>();
check<Equal<Arguments<'size_t strlen(const char *s)'>, [string | null]>>();
check<Equal<ReturnType<Fn<'size_t strlen(const char *s)'>>, bigint>>();
check<Equal<ReturnType<Fn<'char const*name(void)'>>, string | null>>();
check<Equal<ReturnType<Fn<'char *name(void)'>>, bigint>>();
check<Equal<ReturnType<Fn<'FILE *fopen(const char *restrict path, const char *mode)'>>, bigint>>();

// Words in any order, and words without a meaning here.
check<Equal<Of<'unsigned long int f(void)'>, Of<'long unsigned f(void)'>>>();
check<Equal<Of<'long long unsigned int f(void)'>, Of<'unsigned long long f()'>>>();
check<Equal<Of<'char signed v'>, { readonly type: 'signed char' }>>();
check<Equal<Of<'unsigned v'>, { readonly type: 'unsigned int' }>>();
check<Equal<Of<'double complex v'>, { readonly type: 'complex128' }>>();
check<Equal<Of<'static inline int f(register int a)'>, Of<'int f(int a)'>>>();
check<
  Equal<
    Of<'int f(const char *a, ...) __attribute__((format(printf, 1, 2)));'>,
    { readonly arguments: ['string']; readonly return: 'int'; readonly variadic: true }
  >
>();
check<
  Equal<
    Of<`
      /* Adds, and then
         some. */
      int add(int a, // the first
              int b);
    `>,
    Add
  >
>();

// ---- Pointers and arrays

declare const ints: Fn<'void f(int *items, size_t count)'>;
ints(new Int32Array(2), 2);
ints(null, 0n);
ints(1n, 1);
// @ts-expect-error a text is no pointer to integers
ints('text', 1);
check<Equal<Of<'void f(int items[], int table[4])'>, Of<'void f(int *items, int *table)'>>>();
check<Equal<Of<'void f(const char name[])'>, Of<'void f(const char *name)'>>>();
check<Equal<Of<'void f(char name[16])'>, { readonly arguments: ['pointer'] }>>();
check<Equal<ResultOf<Of<'int table[4]'>['type']>, number[]>>();
check<Equal<ResultOf<Of<'double matrix[2][3]'>['type']>, number[][]>>();
check<Equal<ReturnType<Fn<'int *f(void)'>>, Pointer<'int'>>>();
check<Equal<Of<'void *(malloc)(size_t size)'>['arguments'], ['size_t']>>();

// ---- Types that were declared

const vec3 = struct({ x: 'f64', y: 'f64' });
const color = enumeration({ RED: 0, GREEN: 1 });
interface Types {
  vec3: typeof vec3;
  color: typeof color;
}
check<Equal<Arguments<'double dot(struct vec3 v)', Types>[0]['x'], number>>();
check<Equal<ReturnType<Fn<'vec3 zero(void)', Types>>, { x: number; y: number }>>();
check<Equal<ReturnType<Fn<'enum color f(void)', Types>>, number | 'RED' | 'GREEN'>>();
declare const norm: Fn<'double norm(const struct vec3 *v)', Types>;
norm({ x: 1, y: 2 });
norm(null);
// @ts-expect-error a member is missing
norm({ x: 1 });

// ---- Functions

declare const sort: Fn<'void sort(int *v, size_t n, int (*compare)(const void *, const void *))'>;
sort(null, 0, (a, b) => {
  check<Equal<[typeof a, typeof b], [bigint, bigint]>>();
  return 1;
});
// @ts-expect-error it returns a number
sort(null, 0, () => 'less');
declare const each: Fn<'void each(void callback(const char *name, struct vec3 v))', Types>;
each((name, { x }) => check<Equal<[typeof name, typeof x], [string | null, number]>>());
declare const hook: ResultOf<Of<'int (*hook)(int)'>['type']>;
check<Equal<ReturnType<NonNullable<typeof hook>>, number>>();

// ---- What cannot be told is in nobody's way

check<Equal<ResultOf<PrototypeDefinition<string>['type']>, any>>();
declare const signal: Fn<'void (*signal(int, void (*)(int)))(int)'>;
signal(1, 'two', null);
check<Equal<ReturnType<typeof signal>, any>>();
declare const vague: Fn<'int f(unknown_t a, int b)'>;
check<Equal<ReturnType<typeof vague>, number>>();
vague('anything', 1);
// @ts-expect-error this one is known
vague('anything', 'else');

// ---- Among other definitions

declare function add<
  const S extends Readonly<Record<string, SymbolDefinition | string>>,
  const T extends DeclaredTypes | undefined = undefined,
>(options: {
  readonly symbols: S;
  readonly types?: T;
}): LibrarySymbols<Extract<DefinitionsOf<S, T>, SymbolDefinitions>>;

const mixed = add({
  types: { vec3, color },
  symbols: {
    add: 'int add(int a, int b)',
    by_hand: { arguments: ['i32'], return: 'f64' },
    counter: 'extern unsigned counter',
    dot: 'double dot(struct vec3 a, const vec3 *b)',
  },
});
check<Equal<Parameters<typeof mixed.add>, [number, number]>>();
check<Equal<ReturnType<typeof mixed.by_hand>, number>>();
check<Equal<Parameters<typeof mixed.dot>[0], { readonly x: number; readonly y: number }>>();
mixed.counter = 5;
// @ts-expect-error a function is not replaced
mixed.add = () => 1;
const untyped = add({ symbols: { f: 'int f(struct gone *g)' } });
check<Equal<ReturnType<typeof untyped.f>, number>>();

// ---- Headers

const header = cdef(`
  #ifndef HEADER_H
  #define LIMIT 0x10
  #ifdef __cplusplus
  extern "C" {
  #endif
  /* Colours;
     many */
  enum color { RED, GREEN = 1 << 4, BLUE, };
  enum { FIRST, LAST = FIRST };
  typedef struct vec3 { double x, y, z; } vec3;
  struct node {
    int value;              // the key
    struct node *next;
    char name[4];
    unsigned a : 3, b : 5;
  };
  typedef union { int i; float f; } number_t;
  typedef struct opaque opaque;
  typedef int (*compare)(const void *, const void *);
  typedef unsigned int uint;
  struct nested { struct { int a; int b; } c; };

  static inline int twice(int a) { if (a) { return a; } return 0; }
  vec3 zero(void);
  uint count(const struct node *list, enum color c);
  void sort(int *v, size_t n, compare by);
  extern const char *version, *other;
  opaque *create(const char *path);
  void print(const char *format, ...);
  struct nested vague(struct nested n);
  #ifdef __cplusplus
  }
  #endif
  int last(int a) __attribute__((pure));
  #endif
`);
declare const symbols: LibrarySymbols<typeof header.symbols>;

type Symbols = typeof symbols;
// A static function is not exported.
type Name = 'zero' | 'count' | 'sort' | 'version' | 'other' | 'create' | 'print' | 'vague' | 'last';
check<Equal<keyof Symbols, Name>>();
check<Equal<Parameters<Symbols['last']>, [number]>>();
check<Equal<ReturnType<Symbols['zero']>, { x: number; y: number; z: number }>>();
check<Equal<ReturnType<Symbols['count']>, number>>();
check<Equal<Parameters<Symbols['count']>[1], number | 'RED' | 'GREEN' | 'BLUE'>>();
check<Equal<Symbols['version'], string | null>>();
check<Equal<ReturnType<Symbols['create']>, bigint>>();
symbols.count({ value: 1, next: null, name: [1, 2, 3, 4], a: 1, b: 2 }, 'RED');
symbols.count(null, 16);
// @ts-expect-error no such colour
symbols.count(null, 'YELLOW');
symbols.sort(new Int32Array(3), 3, (a, b) => Number(a - b));

type HeaderTypes = typeof header.types;
check<
  Equal<keyof HeaderTypes, 'color' | 'vec3' | 'node' | 'number_t' | 'compare' | 'uint' | 'nested'>
>();
check<Equal<HeaderTypes['uint'], 'unsigned int'>>();
check<Equal<ResultOf<HeaderTypes['number_t']>, { i: number; f: number }>>();
check<
  Equal<ArgumentOf<HeaderTypes['number_t']>, { readonly i: number } | { readonly f: number }>
>();
check<Equal<ResultOf<HeaderTypes['node']>['a'], number>>();
check<Equal<ResultOf<HeaderTypes['node']>['name'], number[]>>();
check<Equal<ResultOf<HeaderTypes['node']>['next'], Pointer<any>>>();

check<Equal<typeof header.constants.RED, number>>();
check<Equal<typeof header.constants.LAST, number>>();
check<Equal<typeof header.constants.LIMIT, number>>();

// Braces inside braces are too much, and in nobody's way.
symbols.vague({ c: { a: 1, b: 2 } });
check<Equal<ReturnType<Symbols['vague']>, any>>();

// ---- A header that is only known at run time

declare const text: string;
const wide = cdef(text);
declare const wideSymbols: LibrarySymbols<typeof wide.symbols>;
check<Equal<(typeof wideSymbols)[string], any>>();
wide.types['vec3'];
check<Equal<(typeof wide.constants)[string], number | bigint>>();
