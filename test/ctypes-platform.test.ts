// The names of C mean what the compilers of each system mean by them.

import { execFileSync } from 'node:child_process';
import { alloc, DynamicReload, type CType } from '../lib';
import { interpreterOf } from '../lib/ctypes/interpreter-of';
import { make } from '../lib/ctypes/made';
import { NAMED, namesOf } from '../lib/ctypes/names';
import { isCharSigned, PLATFORMS, type Platform } from '../lib/ctypes/platform';
import type { Type } from '../lib/ctypes/type';
import { codedError } from './support/coded-error';
import { compile } from './support/compiler';
import { isInstalled, testWith } from './support/means';
import { useTemporaryDirectory } from './support/temporary-directory';

const directory = useTemporaryDirectory();

/** Names that are no C, or that C has no limits for. */
const NOT_C =
  /^(void|bool|float.*|[iu](nt)?\d+|uint\d+|isize|usize|f32|f64|pointer|ptr|str|string)$/;
const OTHERS = new Set(['buffer', 'arraybuffer', 'function', 'complex64', 'complex128', 'char8_t']);

function scalarNameOf(type: Type | undefined): string {
  const scalar = type?.kind === 'widened' ? type.base : type;
  return scalar?.kind === 'scalar' ? scalar.name : '';
}

function isSigned(type: Type, charIsSigned: boolean): boolean {
  const name = scalarNameOf(type);
  return name === 'char' ? charIsSigned : /^[if]/.test(name);
}

/** C that does not compile where a type is not what a name means here. */
function assertions(names: ReadonlyMap<string, Type>, charIsSigned: boolean): string {
  return [...names]
    .map(([name, type]) => {
      const sign = isSigned(type, charIsSigned) ? '<' : '>';
      return `_Static_assert(sizeof(${name}) == ${type.size} && (${name})-1 ${sign} 0, "${name}");`;
    })
    .join('\n');
}

/** Compiles without making anything, and fails with the names that mean something else. */
function check(compiler: readonly string[], source: string): void {
  const [command = 'cc', ...flags] = compiler;
  execFileSync(command, [...flags, '-x', 'c', '-std=c11', '-fsyntax-only', '-'], { input: source });
}

const HEADERS = ['stdint', 'stddef', 'uchar', 'wchar', 'time', 'sys/types', 'stdbool'];
const INCLUDES = HEADERS.map((name) => `#include <${name}.h>\n`).join('');

function namesOfC(names: ReadonlyMap<string, Type>): ReadonlyMap<string, Type> {
  return new Map([...names].filter(([name]) => !NOT_C.test(name) && !OTHERS.has(name)));
}

test('of this system', () => {
  expect(namesOfC(NAMED).size).toBeGreaterThan(40);
  check(['cc'], INCLUDES + assertions(namesOfC(NAMED), isCharSigned));
});

const onArm = testWith(isInstalled('aarch64-linux-gnu-gcc'));
onArm('of a Linux on Arm', () => {
  const names = namesOfC(namesOf(PLATFORMS['linux-arm64-glibc']));
  check(['aarch64-linux-gnu-gcc'], INCLUDES + assertions(names, false));
});

/** What clang knows of systems whose headers are not here. */
const TARGETS: Readonly<Record<Platform, string>> = {
  'linux-x64-glibc': 'x86_64-linux-gnu',
  'linux-arm64-glibc': 'aarch64-linux-gnu',
  'linux-x64-musl': 'x86_64-linux-musl',
  'linux-arm64-musl': 'aarch64-linux-musl',
  'darwin-x64': 'x86_64-apple-darwin',
  'darwin-arm64': 'arm64-apple-darwin',
  'win32-x64': 'x86_64-pc-windows-msvc',
  'win32-arm64': 'aarch64-pc-windows-msvc',
};

const withClang = testWith(isInstalled('clang'));
withClang.each(Object.entries(TARGETS))('of %s, as far as clang knows', (platform, target) => {
  const types = PLATFORMS[platform as Platform];
  const all = namesOf(types);
  const names = new Map(
    ['char', 'long', 'unsigned long', 'wchar_t', 'long long', 'int', 'short'].map(
      (name) => [name, all.get(name)!] as const,
    ),
  );
  const source = `typedef __WCHAR_TYPE__ wchar_t;\n${assertions(names, types.char === 'i8')}`;
  check(['clang', `--target=${target}`], source);
});

describe('an integer that has 64 bits elsewhere', () => {
  const musl = namesOf(PLATFORMS['linux-x64-musl']);
  const signed = make<CType<number | bigint, bigint>>(musl.get('int_fast16_t')!);
  const unsigned = make<CType<number | bigint, bigint>>(musl.get('uint_fast32_t')!);

  test('is a bigint here, too', async () => {
    await using reloader = new DynamicReload();
    const source = 'int negate(int a) { return -a; } unsigned next(unsigned a) { return a + 1; }';
    const { symbols } = reloader.addLibrarySync(compile(source, directory.file('lib.so')), {
      symbols: {
        negate: { arguments: [signed], return: signed },
        next: { arguments: [unsigned], return: unsigned },
      },
    });
    expect([symbols.negate(5n), symbols.negate(-6)]).toEqual([-5n, 6n]);
    expect([symbols.next(2 ** 32 - 2), symbols.next(1n)]).toEqual([2n ** 32n - 1n, 2n]);
    expect(alloc(signed, -7n).value).toBe(-7n);
  });

  test('holds as much as there is room for', () => {
    for (const value of [2n ** 31n, 2 ** 31, 2n ** 64n, 0.5]) {
      expect(() => alloc(signed, value)).toThrow(codedError('ERR_OUT_OF_RANGE'));
    }
    expect(() => alloc(unsigned, '1' as never)).toThrow(codedError('ERR_INVALID_ARG_TYPE'));
  });
});

test('the dynamic linker of a program is the one that it asks for', () => {
  const linker = directory.file('ld-musl-test.so.1');
  const program = directory.file('program');
  const flags = ['-o', program, '-x', 'c', '-', `-Wl,--dynamic-linker,${linker}`];
  execFileSync('cc', flags, { input: 'int main(void) { return 0; }' });
  expect(interpreterOf(program)).toBe(linker);
  const library = compile('int nothing;', directory.file('lib.so'));
  expect([interpreterOf(library), interpreterOf(__filename)]).toEqual([undefined, undefined]);
  expect(interpreterOf(directory.file('missing'))).toBeUndefined();
});
