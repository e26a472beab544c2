import { enumeration, struct } from '../lib/ctypes/make';
import { parsePrototype } from '../lib/ctypes/prototype/prototype';
import { codedError } from './support/coded-error';

const types = { vec3: struct({ x: 'f64' }), color: enumeration({ RED: 0 }) };

function refusal(message: string | RegExp): Error {
  return codedError('ERR_SYMBOL_DEFINITION', { name: 'DynamicReloadTypeError', message });
}

test('shows the place, and what may have been meant', () => {
  expect(() => parsePrototype('int add(unsinged a, int b)', types, 'Symbol "add"')).toThrow(
    refusal(
      'Symbol "add": unknown type "unsinged" at column 9; did you mean "unsigned"?\n' +
        '  int add(unsinged a, int b)\n' +
        '          ^',
    ),
  );
});

test('names the line of a text that has several', () => {
  expect(() => parsePrototype('\nint add(\n\tint a,\n\tintt b)')).toThrow(
    refusal('unknown type "intt" at line 4, column 2; did you mean "int"?\n   intt b)\n   ^'),
  );
});

test('shows a part of a long line', () => {
  const text = `int f(${'int, '.repeat(100)}oops, ${'int, '.repeat(100)}int)`;
  expect(() => parsePrototype(text)).toThrow(refusal(/at column 507.*\n.{96,98}\n {50}\^$/));
});

test.each([
  // Names of types
  ['int f(integer a)', 'unknown type "integer" at column 7'],
  ['API int f(void)', 'unknown type "API" at column 1'],
  ['struct vec4 f(void)', 'struct vec4 has no declaration here at column 8; did you mean "vec3"?'],
  ['union vec3 f(void)', '"vec3" is of the kind structure, not union at column 7'],
  ['enum vec3 f(void)', '"vec3" is of the kind structure, not enum at column 6'],
  ['unsigned float f(void)', '"unsigned float" is no type at column 1'],
  ['signed unsigned f(void)', '"signed unsigned" is no type at column 1'],
  ['long long long f(void)', '"long long long" is no type at column 1'],
  ['int f(int a, struct * b)', 'a name or "{" is expected, not "*"'],
  ['struct vec3 int f(void)', '"int" does not go with the other type at column 13'],
  ['int f(size_t int a)', '"size_t" does not go with the other type at column 7'],
  ['void void f(void)', '"void" does not go with the other type at column 6'],
  // Types that cannot be passed
  ['long double f(void)', 'long double has no counterpart here at column 1'],
  ['int f(__int128 a)', '__int128 has no counterpart here at column 7'],
  ['int f(unsigned __int128 a)', 'unsigned __int128 has no counterpart here at column 7'],
  ['int f(const char *a, va_list b)', 'va_list cannot be made outside C at column 22'],
  ['int f(void a)', 'only a result can be void, and what a pointer leads to, at column 7'],
  ['int f(int a, void)', 'only a result can be void, and what a pointer leads to, at column 14'],
  ['void v', 'only a result can be void'],
  ['int f(void)[3]', 'a function cannot return an array at column 12'],
  ['int f(void)(void)', 'a function is no value; a pointer to it is at column 12'],
  ['int v[3](void)', 'a function is no value; a pointer to it is at column 9'],
  ['float __attribute__((vector_size(16))) f(void)', 'vector_size is not supported at column 22'],
  ['int v __attribute__((aligned(16)))', 'the alignment of a single member or variable'],
  ['int f(void) __asm__("f64")', 'a symbol that asm renames is written by hand at column 13'],
  // Arrays
  ['int table[]', 'an array without a length at column 10'],
  ['int table[n]', 'an array whose length is no constant at column 10'],
  ['int table[n + 1]', '"n" is no constant that is known at column 11'],
  ['int table[-1]', 'the length -1 is negative at column 11'],
  ['int table[1 / 0]', 'a division by zero at column 13'],
  ['int table[1 << 40]', 'a shift by 40 bits at column 13'],
  ['int table[1.5]', 'an integer constant is expected, not "1.5" at column 11'],
  ["int table['ab']", 'an integer constant is expected'],
  ["int table['\\q']", 'an integer constant is expected'],
  ["int table['\\xff']", 'an integer constant is expected'],
  ['int table["4"]', 'an integer constant is expected'],
  ['int table[08]', 'an integer constant is expected, not "08" at column 11'],
  ['int table[99999999999999999999]', 'an integer constant is expected'],
  ['int table[1 << 30][4]', 'an array that is too large at column 10'],
  ['int table[sizeof(struct gone)]', 'struct gone has no declaration here at column 25'],
  // The grammar
  ['', 'a type is expected, not the end at column 1'],
  ['int', 'the name of the symbol is missing at column 4'],
  ['int (int a)', 'the name of the symbol is missing at column 5'],
  ['add(int a)', 'the name of the symbol is missing at column 4; or the type before it is'],
  ['int add(int a', '")" or "," is expected, not the end at column 14'],
  ['int add(int a))', 'the end is expected, not ")" at column 15'],
  ['int (*add(int a)', '")" is expected, not the end at column 17'],
  ['int table[4', '"]" is expected, not the end at column 12'],
  ['int add(int a,)', 'a type is expected, not ")" at column 15'],
  ['int add(..., int a)', '")" or "," is expected, not "," at column 12'],
  ['int add(int a) nonsense', 'the end is expected, not "nonsense" at column 16'],
  ['int add(int a); int b', 'the end is expected, not "int" at column 17'],
  ['int a, b', 'a second symbol at column 8'],
  ['int add(int a) { return a; }', 'the end is expected, not "{" at column 16'],
  ['typedef int number', 'a typedef is no symbol at column 1'],
  ['struct point { int x; };', 'the name of a symbol is expected, not ";" at column 24'],
  ['struct f(void)', 'the name of the symbol is missing'],
  ['int 5', 'the name of the symbol is missing at column 5'],
  ['int f(void) /* never closed', 'a comment without an end at column 13'],
  ['#define X 1\nint f(void)', 'a preprocessor line at line 1, column 1'],
  ['int f(void) __attribute__((pure)', '")" is expected, not the end at column 33'],
  ['int f(void) __attribute__((format(printf, 1', '"(" is not closed at column 34'],
  [`int ${'('.repeat(5000)}f`, 'nested too deeply'],
  [`int ${'*'.repeat(5000)}f`, 'nested too deeply'],
  [`int f${'[1]'.repeat(5000)}`, 'nested too deeply'],
  [`int f[${'-'.repeat(5000)}1]`, 'nested too deeply'],
])('refuses %s', (text, message) => {
  expect(() => parsePrototype(text, types)).toThrow(refusal(message));
});

test.each([[undefined], [5], [{}], [Symbol('text')]])('refuses %p for a text', (text) => {
  expect(() => parsePrototype(text as unknown as string)).toThrow(
    refusal('a C declaration is a string'),
  );
});

test.each([
  [null, 'types are an object, not null'],
  ['vec3', 'types are an object'],
  [{ vec3: {} }, 'types: "vec3": {} is no type'],
  [{ vec3: 'double3' }, `types: "vec3": 'double3' is no type`],
])('refuses %p for types', (given, message) => {
  expect(() => parsePrototype('int f(void)', given as never)).toThrow(refusal(message));
});
