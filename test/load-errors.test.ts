// Files that are found and cannot be loaded.

import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { DynamicReload, SystemCallError } from '../lib';
import { codedError } from './support/coded-error';
import { compile } from './support/compiler';
import { fixture } from './support/fixtures';
import { shadowCopies } from './support/shadow-copies';
import { useTemporaryDirectory } from './support/temporary-directory';
import { waitFor } from './support/wait';

const directory = useTemporaryDirectory();

const reloader = new DynamicReload();
afterAll(() => reloader.close());

/** Makes a good library and then changes some of its bytes. */
function buildAndPatch(offset: number, ...bytes: number[]): string {
  const file = compile({ value: 1 }, directory.file('libx.so'));
  const content = readFileSync(file);
  content.set(bytes, offset);
  writeFileSync(file, content);
  return file;
}

// Where they are in the header of an ELF file: see elf(5).
const ELF = { class: 4, data: 5, machine: 18 };
const CLASS_32 = 1;
const BIG_ENDIAN = 2;
const EM_AARCH64 = 183;
const EM_X86_64 = 62;
const otherMachine = process.arch === 'arm64' ? EM_X86_64 : EM_AARCH64;

describe('a library that the loader refuses', () => {
  test('is reported with its own path and the words of the loader', async () => {
    const file = fixture('libunresolved.so');
    const error: unknown = await reloader.addLibrary(file).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SystemCallError);
    expect(error).toMatchObject({ code: 'ERR_LIBRARY_LOAD', path: file, syscall: 'dlopen' });
    expect((error as Error).message).toMatch(
      new RegExp(`^Cannot load ${file}: .*undefined symbol: function_that_nobody_defines`),
    );
  });

  test('because it uses a symbol that nobody has gets that hint', async () => {
    await expect(reloader.addLibrary(fixture('libunresolved.so'))).rejects.toThrow(
      'It uses a symbol that no library provides.',
    );
  });

  test('because of such a symbol can be loaded lazily, which is for its user to say', async () => {
    const library = await reloader.addLibrary(fixture('libunresolved.so'), {
      flags: constants.dlopen.RTLD_LAZY,
      symbols: { answer: { return: 'i32' } },
    });
    expect(library.symbols.answer()).toBe(42);
  });

  test('because a library that it depends on is missing gets that hint', async () => {
    const dependency = compile('int dep(void) { return 1; }', directory.file('libdependency.so'));
    const source = 'int dep(void); int f(void) { return dep(); }';
    const file = compile(source, directory.file('libuser.so'), { flags: [dependency] });
    rmSync(dependency);
    await expect(reloader.addLibrary(file)).rejects.toEqual(
      codedError('ERR_LIBRARY_LOAD', {
        path: file,
        message: /libdependency\.so: cannot open .* A library that it depends on was not found\.$/,
      }),
    );
  });

  test.each([
    ['32 bits', ELF.class, CLASS_32],
    ['the other byte order', ELF.data, BIG_ENDIAN],
    ['another processor', ELF.machine, otherMachine],
  ])('because it is for %s gets that hint', async (_what, offset, byte) => {
    const file = buildAndPatch(offset, byte);
    await expect(reloader.addLibrary(file)).rejects.toEqual(
      codedError('ERR_LIBRARY_LOAD', {
        path: file,
        message: /^Cannot load .*\. Is it built for this machine\?$/,
      }),
    );
  });

  test('because it is a program is not taken for a damaged one', async () => {
    await expect(reloader.addLibrary(process.execPath)).rejects.toEqual(
      codedError('ERR_LIBRARY_LOAD', { message: 'cannot dynamically load' }),
    );
  });

  test('leaves no copy of itself', async () => {
    const shadowDir = directory.directory('shadow');
    await using other = new DynamicReload({ shadowDir });
    await expect(other.addLibrary(fixture('libunresolved.so'))).rejects.toThrow();
    await waitFor(() => shadowCopies(shadowDir).length === 0);
  });
});

describe('a file that is damaged', () => {
  test.each([
    ['empty', '', 'the file is empty'],
    ['a short text', 'hi', 'not an ELF file'],
    ['a long text', 'no library '.repeat(1000), 'not an ELF file'],
    ['zeros', '\0'.repeat(20_000), 'its ELF header is not written yet'],
  ])('because it is %s is never given to the loader', async (_what, content, message) => {
    const file = directory.file('libx.so');
    writeFileSync(file, content);
    await expect(reloader.addLibrary(file)).rejects.toEqual(
      codedError('ERR_LIBRARY_INCOMPLETE', {
        name: 'SystemCallError',
        path: file,
        message: `${file} cannot be loaded: ${message}`,
      }),
    );
  });

  test.each([4, 63, 64, 200, 4096, -1])(
    'because it was cut to %d bytes is never given to the loader',
    async (size) => {
      const file = compile({ value: 1 }, directory.file('libx.so'));
      const whole = readFileSync(file).length;
      truncateSync(file, size < 0 ? whole + size : size);
      const bytes = size < 0 ? whole + size : size;
      await expect(reloader.addLibrary(file)).rejects.toEqual(
        codedError('ERR_LIBRARY_INCOMPLETE', { message: `truncated: it has ${bytes} bytes` }),
      );
    },
  );

  test('is reported by addLibrarySync() as well', () => {
    const file = directory.file('libx.so');
    writeFileSync(file, 'no library');
    expect(() => reloader.addLibrarySync(file)).toThrow(
      codedError('ERR_LIBRARY_INCOMPLETE', { path: file }),
    );
  });

  test('can be added once it is repaired', async () => {
    const file = directory.file('libx.so');
    writeFileSync(file, 'no library');
    await expect(reloader.addLibrary(file)).rejects.toThrow('not an ELF file');
    compile({ value: 3 }, file);
    const library = await reloader.addLibrary(file, { symbols: { shared_fun: { return: 'i32' } } });
    expect(library.symbols.shared_fun()).toBe(3);
    expect(library.version).toBe(1);
  });
});

describe('a library without a symbol', () => {
  const SOURCE = `
    int encode_frame(void) { return 1; }
    int decode_frame(void) { return 2; }
    int encode_frames(void) { return 3; }
    int encoded_frame;
    static int encode_fram(void) { return 4; }
    int (*keep)(void) = encode_fram;
  `;

  test('names the exported ones that are spelled most alike, best first', async () => {
    const file = compile(SOURCE, directory.file('libx.so'));
    const adding = reloader.addLibrary(file, { symbols: { encode_fram: {} } });
    await expect(adding).rejects.toEqual(
      codedError('ERR_SYMBOL_NOT_FOUND', {
        name: 'SymbolNotFoundError',
        message: `${file} does not export "encode_fram". Did you mean encode_frame or `,
        symbol: 'encode_fram',
        path: file,
        nearest: ['encode_frame', expect.any(String), expect.any(String)],
      }),
    );
  });

  test('names none that is spelled quite otherwise', async () => {
    const file = compile(SOURCE, directory.file('libx.so'));
    const adding = reloader.addLibrary(file, { symbols: { reticulate: { type: 'i32' } } });
    await expect(adding).rejects.toEqual(
      codedError('ERR_SYMBOL_NOT_FOUND', {
        message: `${file} does not export "reticulate".`,
        nearest: [],
      }),
    );
  });

  test('is not added, and can be with the right ones', async () => {
    const file = compile(SOURCE, directory.file('libx.so'));
    const right = { decode_frame: { return: 'i32' } } as const;
    await expect(reloader.addLibrary(file, { symbols: { ...right, wrong: {} } })).rejects.toThrow(
      'does not export "wrong"',
    );
    const library = await reloader.addLibrary(file, { symbols: right });
    expect(Object.keys(library.symbols)).toEqual(['decode_frame']);
    expect(library.symbols.decode_frame()).toBe(2);
  });
});
