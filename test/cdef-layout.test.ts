// What a C compiler says about the same declarations.

import { execFileSync } from 'node:child_process';
import { toType } from '../lib/ctypes/made';
import { cdef } from '../lib/ctypes/prototype/cdef';
import type { Field, Structure, Union } from '../lib/ctypes/type';
import type { AnyType } from '../lib';
import { useTemporaryDirectory } from './support/temporary-directory';

const directory = useTemporaryDirectory();

const HEADER = `
  #include <stdint.h>
  #include <stddef.h>
  #define COUNT 3
  enum color { RED, GREEN, BLUE = 0x10 };
  enum wide { WIDE = 0x100000000 };
  struct padded { char a; double b; char c; short d; int e; };
  struct packed { char a; double b; short c; } __attribute__((packed));
  struct aligned { char a; } __attribute__((aligned(32)));
  struct __attribute__((aligned)) most { char a; };
  #pragma pack()
  #pragma pack(push, 1)
  struct pragma { char a; long b; struct padded c; };
  #pragma pack(pop)
  typedef struct inner { uint8_t a[COUNT]; uint16_t b; } inner_t;
  struct nested { char a; inner_t b[2]; struct { long x; char y; } c; enum color d; };
  union mixed { char a; int b[3]; double c; inner_t d; };
  struct fields { unsigned a : 3; unsigned b : 30; int c : 5; long d : 40; uint8_t e : 7; _Bool f : 1; };
  struct kinds { size_t a : 3; ptrdiff_t b : 40; enum color c : 6; enum wide d : 34; };
  struct gaps { unsigned a : 3; unsigned : 0; unsigned b : 4; unsigned : 5; unsigned c : 6; };
  struct tight { unsigned a : 3; long b : 40; char c; } __attribute__((packed));
  struct flexible { int length; double items[]; };
  struct pointers { char *a; void (*b)(int); struct pointers *c; const char *d; char e; };
  struct flat { long a; struct { double b; double c; }; int d; };
  struct sized { char a[sizeof(struct padded) + sizeof(inner_t *)]; wchar_t b; enum wide c; };
  struct complex { char a; double _Complex b; float _Complex c; };
`;

const NAMES = [
  ...[
    'padded',
    'packed',
    'aligned',
    'most',
    'pragma',
    'inner',
    'nested',
    'fields',
    'kinds',
    'gaps',
    'tight',
  ],
  ...['flexible', 'pointers', 'flat', 'sized', 'complex'],
].map((name) => `struct ${name}`);

const header: { types: Readonly<Record<string, AnyType>> } = cdef(HEADER as string);

function structureOf(name: string): Structure | Union {
  const type = toType(header.types[name.split(' ')[1]!], name);
  if (type.kind !== 'structure' && type.kind !== 'union') throw new Error(`${name}: ${type.kind}`);
  return type;
}

/** The bytes that a member owns, as a program prints them. */
function bytesOf({ size }: Structure | Union, { type, offset, bits }: Field): string {
  const { shift, width } = bits ?? { shift: 0, width: type.size * 8 };
  const mask = ((1n << BigInt(width)) - 1n) << BigInt(shift + offset * 8);
  const hex = mask.toString(16).padStart(size * 2, '0');
  return Buffer.from(hex, 'hex').reverse().toString('hex');
}

/** Those that have a name in C. */
function fieldsOf(type: Structure | Union): Field[] {
  return type.fields.filter((field) => !field.name.startsWith('_') && field.type.size > 0);
}

function linesOf(name: string): string[] {
  const type = structureOf(name);
  const fields = fieldsOf(type).map((field) => `${field.name} ${bytesOf(type, field)}`);
  return [`${name} ${type.size} ${type.alignment}`, ...fields];
}

// Ordinary members are filled as memory, and bit-fields by assignment.
function printerOf(name: string): string {
  const fields = fieldsOf(structureOf(name)).map(({ name: field, bits }) => {
    const fill =
      bits === undefined ? `memset(&v.${field}, 255, sizeof v.${field})` : `v.${field} = -1`;
    return `memset(&v, 0, sizeof v); ${fill}; print("${field}", &v, sizeof v);`;
  });
  return `{ ${name} v; printf("${name} %zu %zu\\n", sizeof v, _Alignof(${name})); ${fields.join('\n')} }`;
}

const PROGRAM = `
  #include <stdio.h>
  #include <string.h>
  ${HEADER}
  static void print(const char *name, const void *memory, size_t size) {
    printf("%s ", name);
    for (size_t i = 0; i < size; i++) printf("%02x", ((const unsigned char *)memory)[i]);
    printf("\\n");
  }
  int main(void) {
    ${[...NAMES, 'union mixed'].map(printerOf).join('\n')}
    printf("%zu %zu\\n", sizeof(enum color), sizeof(enum wide));
    return 0;
  }
`;

test('structures and unions are laid out as the compiler does', () => {
  const program = directory.file('program');
  execFileSync('cc', ['-x', 'c', '-', '-o', program], { input: PROGRAM });
  const lines = execFileSync(program, { encoding: 'utf8' }).trimEnd().split('\n');
  const sizes = ['color', 'wide'].map((name) => toType(header.types[name], name).size);
  expect([...[...NAMES, 'union mixed'].flatMap(linesOf), sizes.join(' ')]).toEqual(lines);
});
