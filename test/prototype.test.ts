import { inspect } from 'node:util';
import { callback } from '../lib/ctypes/callback';
import { array, enumeration, pointer, struct, union } from '../lib/ctypes/make';
import { parsePrototype } from '../lib/ctypes/prototype/prototype';
import type { AnyType } from '../lib';

const vec3 = struct({ x: 'f64', y: 'f64', z: 'f64' });
const value = union({ i: 'i32', f: 'f32' });
const color = enumeration({ RED: 0, GREEN: 1 });
const types = { vec3, value, color, id_t: 'u32' } as const;

/** A type with what its pointers lead to, which they otherwise find when they are asked. */
function shape(type: unknown): unknown {
  if (type instanceof Map || typeof type !== 'object' || type === null) return type;
  if (Array.isArray(type)) return type.map(shape);
  const entries = Object.entries(type).map(([key, inner]) =>
    key === 'target' && typeof inner === 'function'
      ? [key, shape((inner as () => unknown)())]
      : [key, shape(inner)],
  );
  return Object.fromEntries(entries);
}

function definitionOf(text: string): unknown {
  return shape(parsePrototype(text, types).definition);
}

function resultOf(text: string): unknown {
  return shape(parsePrototype(`${text} f(void)`, types).definition.return);
}

function argumentOf(text: string): unknown {
  return shape(parsePrototype(`void f(${text})`, types).definition.arguments?.[0]);
}

test('names the symbol and gives what is written by hand', () => {
  expect(parsePrototype('int add(int a, int b)')).toEqual({
    name: 'add',
    definition: { arguments: ['int', 'int'], return: 'int' },
  });
});

test.each([
  ['void tick(void)', { arguments: [] }],
  ['void tick();', { arguments: [] }],
  ['int printf(const char *format, ...)', { arguments: ['string'], return: 'int', variadic: true }],
  ['extern unsigned long counter', { type: 'unsigned long' }],
  ['const char *version;', { type: 'string' }],
  ['int table[4]', { type: array('int', 4) }],
  ['double matrix[2][3]', { type: array(array('double', 3), 2) }],
  ['char name[16]', { type: array('char', 16) }],
  ['struct vec3 origin', { type: vec3 }],
  ['int (*hook)(int)', { type: callback({ arguments: ['int'], return: 'int' }) }],
  ['static const int limit = 5', { type: 'int' }],
  ['void *(malloc)(size_t size)', { arguments: ['size_t'], return: 'pointer' }],
  ['char **environ', { type: pointer('pointer') }],
])('reads %s', (text, definition) => {
  expect(definitionOf(text)).toEqual(shape(definition));
});

test.each<[string, AnyType]>([
  ['unsigned long int', 'unsigned long'],
  ['long unsigned', 'unsigned long'],
  ['int long signed', 'long'],
  ['long int long', 'long long'],
  ['unsigned int long long', 'unsigned long long'],
  ['char signed', 'signed char'],
  ['unsigned', 'unsigned int'],
  ['signed', 'int'],
  ['short int', 'short'],
  ['const volatile unsigned short', 'unsigned short'],
  ['extern inline __attribute__((const)) int', 'int'],
  ['__declspec(dllimport) int __stdcall', 'int'],
  ['_Bool', '_Bool'],
  ['bool', 'bool'],
  ['size_t', 'size_t'],
  ['u32', 'u32'],
  ['double _Complex', 'complex128'],
  ['float complex', 'complex64'],
  ['struct vec3', vec3],
  ['vec3', vec3],
  ['union value', value],
  ['enum color', color],
  ['id_t', 'u32'],
  ['int *', pointer('int')],
  ['const struct vec3 *', pointer(vec3)],
  ['struct vec3 **', pointer(pointer(vec3))],
  ['char *', 'pointer'],
  ['const char *', 'string'],
  ['char const * const', 'string'],
  ['const char **', pointer('string')],
  ['unsigned char *', pointer('unsigned char')],
  ['void *', 'pointer'],
  ['void **', pointer('pointer')],
  ['FILE *', 'pointer'],
  ['struct unheard_of *', 'pointer'],
  ['long double *', 'pointer'],
  ['va_list *', 'pointer'],
])('takes the result %s for what it is', (text, type) => {
  expect(resultOf(text)).toEqual(shape(type));
});

const compare = callback({ arguments: ['pointer', 'pointer'], return: 'int' });
const handler = callback({ arguments: ['int'] });

test.each<[string, AnyType]>([
  ['int a', 'int'],
  ['register int', 'int'],
  ['int items[]', pointer('int')],
  ['int items[4]', pointer('int')],
  ['int items[static const 4]', pointer('int')],
  ['int items[restrict]', pointer('int')],
  ['int items[n]', pointer('int')],
  ['int items[*]', pointer('int')],
  ['int rows[][3]', pointer(array('int', 3))],
  ['int (*rows)[3]', pointer(array('int', 3))],
  ['int *rows[3]', pointer(pointer('int'))],
  ['const char name[]', 'string'],
  ['char name[16]', 'pointer'],
  ['char *argv[]', pointer('pointer')],
  ['int (*compare)(const void *, const void *)', compare],
  ['int (*)(const void *, const void *)', compare],
  ['int compare(const void *a, const void *b)', compare],
  ['int (const void *, const void *)', compare],
  ['int (**compare)(const void *, const void *)', pointer(compare)],
  ['int (* const handlers[])(const void *, const void *)', pointer(compare)],
  ['int (*log)(const char *, ...)', 'function'],
  ['void (*on)(const char *name, struct vec3)', callback({ arguments: ['string', vec3] })],
  ['void (*on)(void (*)(int))', callback({ arguments: [handler] })],
  ['__attribute__((unused)) int a', 'int'],
  ['int a __attribute__((unused))', 'int'],
  ['[[maybe_unused]] int a', 'int'],
  ['int /* a comment */ a // and another\n', 'int'],
])('takes the parameter %s for what it is', (text, type) => {
  expect(argumentOf(text)).toEqual(shape(type));
});

test('reads functions that take and give functions', () => {
  expect(definitionOf('void (*signal(int number, void (*handler)(int)))(int)')).toEqual(
    shape({ arguments: ['int', handler], return: handler }),
  );
});

test.each([
  ['2 + 3 * 4', 14],
  ['(2 + 3) * 4', 20],
  ['10 - 4 - 3', 3],
  ['7 / 2 + 7 % 4', 6],
  ['1 << 3 | 1', 9],
  ['0x1F & ~0xf', 16],
  ['6 ^ 3', 5],
  ['-(-5)', 5],
  ["'a' - '\\x41'", 32],
  ["+'\\n' + '\\101'", 75],
  ["'\\0' + 010 + 0b11", 11],
  ['~0u >> 28', 15],
  ['0xFFFFFFFF / 0x10000000', 15],
  ['(-1l & 0xFFFFFFFFu) >> 28', 15],
  ['sizeof(int) + sizeof(struct vec3)', 28],
  ['sizeof(char *[2])', 16],
  ['5ull', 5],
])('computes the length %s', (text, length) => {
  expect(definitionOf(`char v[${text}]`)).toMatchObject({ type: { length } });
});

// As the headers of the libraries have them.
test.each<[string, readonly AnyType[], AnyType | 'void']>([
  // zlib
  ['const char * zlibVersion(void)', [], 'string'],
  ['int deflate(z_stream *strm, int flush)', ['pointer', 'int'], 'int'],
  [
    'int compress2(Bytef *dest, uLongf *destLen, const Bytef *source, unsigned long len, int level)',
    ['pointer', 'pointer', 'pointer', 'unsigned long', 'int'],
    'int',
  ],
  ['gzFile *gzopen(const char *, const char *)', ['string', 'string'], 'pointer'],
  ['unsigned crc32(unsigned crc, const void *buf)', ['unsigned int', 'pointer'], 'unsigned int'],
  // SQLite
  ['int sqlite3_open(const char *filename, sqlite3 **db)', ['string', pointer('pointer')], 'int'],
  [
    `int sqlite3_exec(
      sqlite3*,                                  /* An open database */
      const char *sql,                           /* SQL to be evaluated */
      int (*callback)(void*,int,char**,char**),  /* Callback function */
      void *,                                    /* 1st argument to callback */
      char **errmsg                              /* Error msg written here */
    );`,
    [
      'pointer',
      'string',
      callback({
        arguments: ['pointer', 'int', pointer('pointer'), pointer('pointer')],
        return: 'int',
      }),
      'pointer',
      pointer('pointer'),
    ],
    'int',
  ],
  ['char *sqlite3_mprintf(const char*,...)', ['string'], 'pointer'],
  ['double sqlite3_column_double(sqlite3_stmt*, int iCol)', ['pointer', 'int'], 'double'],
  // The C library
  [
    'size_t strlen (const char *__s) __attribute__ ((__pure__)) __attribute__ ((__nonnull__ (1)))',
    ['string'],
    'size_t',
  ],
  [
    'extern void *memcpy (void *__restrict __dest, const void *__restrict __src, size_t __n);',
    ['pointer', 'pointer', 'size_t'],
    'pointer',
  ],
  [
    'void qsort(void *base, size_t n, size_t size, int (*compar)(const void *, const void *))',
    ['pointer', 'size_t', 'size_t', compare],
    'void',
  ],
  ['_Noreturn void exit(int status)', ['int'], 'void'],
  ['double complex cexp(double complex z)', ['complex128'], 'complex128'],
  [
    'long int strtol(const char *restrict nptr, char **restrict endptr, int base)',
    ['string', pointer('pointer'), 'int'],
    'long',
  ],
  [
    'struct tm *localtime_r(const time_t *timer, struct tm *result)',
    [pointer('time_t'), 'pointer'],
    'pointer',
  ],
])('reads the prototype %s', (text, list, result) => {
  const definition = { arguments: list, ...(result !== 'void' && { return: result }) };
  expect(definitionOf(text)).toMatchObject(shape(definition) as object);
});

test('reads each type that it was given once', () => {
  let reads = 0;
  const given = {
    get vec3() {
      reads++;
      return vec3;
    },
  };
  parsePrototype('vec3 f(vec3, struct vec3 *)', given);
  expect(reads).toBe(1);
});

test('does not take names of objects for types', () => {
  expect(inspect(parsePrototype('void f(constructor *, toString *)').definition)).toContain(
    "[ 'pointer', 'pointer' ]",
  );
});
