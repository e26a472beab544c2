import { struct, union } from '../lib/ctypes/make';
import { cdef } from '../lib/ctypes/prototype/cdef';
import { codedError } from './support/coded-error';

/** As programs read headers from files: without types. */
function read(text: string): Record<'types' | 'symbols' | 'constants', Record<string, never>> {
  return cdef(text) as never;
}

describe('types', () => {
  test('have the names of tags and of typedefs', () => {
    const { types } = read(`
      struct point { int x, y; };
      typedef struct { double re; double im; } number_t;
      typedef struct vec3 { float x, y, z; } vec3_t;
      union value { int i; float f; };
      typedef unsigned long id_t;
    `);
    expect(types).toEqual({
      point: struct({ x: 'int', y: 'int' }),
      number_t: struct({ re: 'double', im: 'double' }),
      vec3: struct({ x: 'float', y: 'float', z: 'float' }),
      vec3_t: types['vec3'],
      value: union({ i: 'int', f: 'float' }),
      id_t: 'unsigned long',
    });
  });

  test('can point to their own kind, and to what is declared later', () => {
    const { types } = read(`
      struct list { struct item *first; };
      struct item { int value; struct item *next; struct list *list; };
    `);
    const [first] = (types['list']! as { fields: { type: { target(): unknown } }[] }).fields;
    expect(first!.type.target()).toBe(types['item']);
  });

  test('are left out when only pointers can lead to them', () => {
    const header = read(`
      typedef struct sqlite3 sqlite3;
      typedef void Bytef;
      typedef int compare(const void *, const void *);
      int sqlite3_close(sqlite3 *, Bytef *);
      void sort(compare *by);
    `);
    expect(header.types).toEqual({});
    expect(header.symbols['sqlite3_close']).toEqual({
      arguments: ['pointer', 'pointer'],
      return: 'int',
    });
    expect(header.symbols['sort']).toMatchObject({ arguments: [{ kind: 'callback' }] });
  });

  test('have callbacks as members, or an address when C gives too little', () => {
    const { types } = read(`
      struct hooks { void (*on)(int); void (*log)(const char *, ...); int (*of)(struct hooks); };
    `);
    expect(types['hooks']).toMatchObject({
      fields: [
        { name: 'on', type: { kind: 'callback' } },
        { name: 'log', type: { kind: 'function' } },
        { name: 'of', type: { kind: 'function' } },
      ],
    });
  });

  test('may have a member of any name', () => {
    const { types } = read('struct odd { int __proto__; int constructor; };');
    expect(types['odd']).toMatchObject({
      fields: [{ name: '__proto__' }, { name: 'constructor' }],
    });
  });

  test('have the members of anonymous ones, where a type can have them', () => {
    const { types } = read(`
      struct outer { int a; struct { int b; int c; }; };
      union either { int i; union { float f; double d; }; };
    `);
    expect(types).toEqual({
      outer: struct({ a: 'int', b: 'int', c: 'int' }),
      either: union({ i: 'int', f: 'float', d: 'double' }),
    });
  });
});

describe('enumerations', () => {
  test('give types and constants', () => {
    const { types, constants } = read(`
      enum color { RED, GREEN = 1 << 4, BLUE, };
      enum { LIMIT = BLUE * 2, LETTER = 'a' };
    `);
    expect(constants).toEqual({ RED: 0, GREEN: 16, BLUE: 17, LIMIT: 34, LETTER: 97 });
    expect(Object.keys(types)).toEqual(['color']);
  });

  test.each([
    ['-1', 'i32'],
    ['0x7fffffff', 'i32'],
    ['0x80000000', 'u32'],
    ['0x100000000', 'u64'],
    ['0x100000000, B = -1', 'i64'],
  ])('with the value %s are of the type %s', (value, name) => {
    const { types } = read(`enum e { A = ${value} };`);
    expect(types['e']).toMatchObject({ base: { name } });
  });
});

describe('preprocessor lines', () => {
  test('give the constants that are integers', () => {
    const { constants } = read(`
      #define LIMIT 16 /* of something */
      # define DOUBLE (LIMIT * 2)
      #define LONG \\
        0xFFFFFFFFFFFFFFFFu
      #define API __attribute__((visibility("default")))
      #define MAX(a, b) ((a) > (b) ? (a) : (b))
      #define EMPTY
      #define NAME "text"
      #include <stdio.h>
      #if LIMIT > 3
      int table[DOUBLE];
      #endif
    `);
    expect(constants).toEqual({ LIMIT: 16, DOUBLE: 32, LONG: 0xffffffffffffffffn });
  });

  test('may stand anywhere', () => {
    const { symbols } = read('int f(int a,\n#ifdef X\n int b\n#endif\n);');
    expect(symbols['f']).toEqual({ arguments: ['int', 'int'], return: 'int' });
  });
});

describe('symbols', () => {
  test('are the functions and variables that a library can export', () => {
    const { symbols } = read(`
      #ifdef __cplusplus
      extern "C" {
      #endif
      extern const char *version, *other;
      int counter = 5, table[2] = { 1, 2 };
      static int hidden(void);
      static inline int twice(int a) { if (a) { return '}'; } return a * 2; }
      int add(int a, int b) { return a + b; }
      extern "C" void log(const char *format, ...);
      _Static_assert(sizeof(int) == 4, "int");
      ;
      #ifdef __cplusplus
      }
      #endif
    `);
    expect(symbols).toEqual({
      version: { type: 'string' },
      other: { type: 'string' },
      counter: { type: 'int' },
      table: { type: expect.objectContaining({ kind: 'array', length: 2 }) },
      add: { arguments: ['int', 'int'], return: 'int' },
      log: { arguments: ['string'], variadic: true },
    });
  });

  test('share the types', () => {
    const { symbols, types } = read(`
      typedef struct vec3 { double x, y, z; } vec3;
      double dot(vec3 a, const struct vec3 *b);
    `);
    expect(symbols['dot']).toMatchObject({ arguments: [types['vec3'], { kind: 'pointer' }] });
  });
});

test.each([
  ['struct s { int a; struct s s; };', 'struct s contains itself at column 26'],
  ['struct s { int a[2]; int a; };', 'a second member "a"'],
  ['struct s { int a; }; struct s { int b; };', 'struct s is declared twice'],
  ['struct s { int a; }; union s { int b; };', 'struct s is declared twice'],
  [
    'struct a { char v[1 << 30]; }; struct b { struct a v[1], w; };',
    'a type that is too large at column 39',
  ],
  ['struct s {};', 'a structure without members'],
  ['enum e {};', 'an enumeration without names'],
  ['enum e { A, A };', 'a second constant "A"'],
  ['enum e { 5 };', 'a name is expected, not "5"'],
  ['enum e { A = B };', '"B" is no constant that is known'],
  ['enum e { A = 0xFFFFFFFFFFFF0000 };', 'is too large'],
  ['struct s { int; };', 'the name of a member is expected, not ";"'],
  ['struct s { int a', '";" is expected, not the end'],
  ['struct s { int a; }', '";" is expected, not the end'],
  ['struct s { float f : 3; };', 'a bit-field of a type that is no integer'],
  ['struct s { char c : 3; };', 'a bit-field of char: signed or unsigned is to be said'],
  ['struct s { int i : 33; };', 'a bit-field of this type has from 1 to 32 bits, not 33,'],
  ['struct s { int i : 0; };', 'a bit-field of this type has from 1 to 32 bits, not 0,'],
  ['struct s { int a[]; int b; };', 'an array without a length'],
  ['struct s { int n; int a[n]; };', 'an array whose length is no constant'],
  ['struct s { int tag; union { int i; float f; }; };', 'this member needs a name'],
  ['struct s { struct { int a; char b; }; char c; };', 'this member needs a name'],
  ['struct s { int a; struct { int a; }; };', 'a second member of the same name'],
  ['struct s { _Alignas(16) int a; };', 'the alignment of a single member or variable'],
  ['struct s { int a; } __attribute__((aligned(3)));', 'a power of two up to 4096, not 3,'],
  ['#pragma pack(2)\nstruct s { int a; };', '#pragma pack(2) is not supported'],
  ['typedef int v __attribute__((mode(DI)));', 'mode is not supported'],
  ['#pragma pack(3)\nint f(void);', 'a pack that is unknown'],
  ['int f(struct gone s);', 'struct gone has no declaration here'],
  ['extern "C" { int f(void);', '"}" is expected, not the end'],
  ['int f(void) { if (1) {', '"{" is not closed'],
  ['}', 'a type is expected, not "}"'],
])('refuses %s', (text, message) => {
  expect(() => read(text)).toThrow(codedError('ERR_SYMBOL_DEFINITION', { message }));
});
