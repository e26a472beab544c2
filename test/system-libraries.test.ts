// Libraries that are on every system, found by the system's loader.

import { readFileSync } from 'node:fs';
import { DynamicReload, SymbolNotFoundError } from '../lib';
import { codedError } from './support/coded-error';

const reloader = new DynamicReload();
afterAll(() => reloader.close());

describe('the C library', () => {
  const { symbols } = reloader.addLibrarySync('libc.so.6', {
    system: true,
    symbols: {
      strcmp: { arguments: ['string', 'string'], return: 'i32' },
      strtoul: { arguments: ['string', 'pointer', 'i32'], return: 'u64' },
      qsort: { arguments: ['buffer', 'usize', 'usize', 'function'] },
      getpid: { return: 'i32' },
      usleep: { arguments: ['u32'], return: 'i32', nonblocking: true },
    },
  });

  test('compares strings', () => {
    const long = 'x'.repeat(300);
    expect(symbols.strcmp('a', 'a')).toBe(0);
    expect(Math.sign(symbols.strcmp('a', 'b'))).toBe(-1);
    expect(symbols.strcmp(long, 'x'.repeat(300))).toBe(0);
    expect(Math.sign(symbols.strcmp(`${long}y`, long))).toBe(1);
  });

  test('writes through a pointer that it is given', () => {
    const end = new BigUint64Array(1);
    expect(symbols.strtoul('ff rest', end, 16)).toBe(255n);
    expect(end[0]).not.toBe(0n);
  });

  test('calls a function that it is given', () => {
    const words = Buffer.from('dd\0bb\0aa\0cc\0');
    symbols.qsort(words, 4, 3, symbols.strcmp.pointer);
    expect(words.toString()).toBe('aa\0bb\0cc\0dd\0');
  });

  test('is the one of this process', () => {
    expect(symbols.getpid()).toBe(process.pid);
  });

  test('works on another thread', async () => {
    expect(await symbols.usleep(1)).toBe(0);
  });
});

describe('the mathematical library', () => {
  const { symbols } = reloader.addLibrarySync('libm.so.6', {
    system: true,
    symbols: {
      cos: { arguments: ['f64'], return: 'f64' },
      pow: { arguments: ['f64', 'f64'], return: 'f64' },
      sqrtf: { arguments: ['f32'], return: 'f32' },
      ldexp: { arguments: ['f64', 'i32'], return: 'f64' },
      signgam: { type: 'i32' },
    },
  });

  test('calculates', () => {
    expect(symbols.cos(0)).toBe(1);
    expect(symbols.pow(2, 0.5)).toBe(Math.SQRT2);
    expect(symbols.sqrtf(2)).toBe(Math.fround(Math.SQRT2));
    expect(symbols.ldexp(0.75, 4)).toBe(12);
    expect(symbols.pow(-1, 0.5)).toBeNaN();
  });

  test('has variables', () => {
    symbols.signgam = -1;
    expect(symbols.signgam).toBe(-1);
  });
});

describe('zlib', () => {
  const { symbols } = reloader.addLibrarySync('libz.so.1', {
    system: true,
    symbols: {
      zlibVersion: { return: 'string' },
      crc32: { arguments: ['u64', 'buffer', 'u32'], return: 'u64' },
      compressBound: { arguments: ['u64'], return: 'u64' },
      compress: { arguments: ['buffer', 'buffer', 'buffer', 'u64'], return: 'i32' },
      uncompress: { arguments: ['buffer', 'buffer', 'buffer', 'u64'], return: 'i32' },
    },
  });

  test('gives its version', () => {
    expect(symbols.zlibVersion()).toMatch(/^1\./);
  });

  test('gives the check value of CRC-32', () => {
    expect(symbols.crc32(0, Buffer.from('123456789'), 9)).toBe(0xcbf43926n);
  });

  test('gives back what it compressed', () => {
    const text = Buffer.from('hot reload '.repeat(1000));
    const packed = Buffer.alloc(Number(symbols.compressBound(text.length)));
    const size = BigUint64Array.of(BigInt(packed.length));
    expect(symbols.compress(packed, size, text, text.length)).toBe(0);
    expect(size[0]).toBeLessThan(text.length / 20);

    const unpacked = Buffer.alloc(text.length);
    const unpackedSize = BigUint64Array.of(BigInt(unpacked.length));
    expect(symbols.uncompress(unpacked, unpackedSize, packed, size[0]!)).toBe(0);
    expect(unpacked.equals(text)).toBe(true);
  });
});

describe('a system library', () => {
  test('has one version, which nobody watches', async () => {
    const library = await reloader.addLibrary('libm.so.6', { system: true });
    expect(library).toMatchObject({ name: 'libm.so.6', version: 1 });
    expect(reloader.update()).toBe(0);
  });

  test('tells where the loader of the system found it', async () => {
    const library = await reloader.addLibrary('libm.so.6', { system: true });
    expect(library.originalPath).toMatch(/^\/.*\/libm\.so\.6$/);
    expect(library.loadedPath).toBe(library.originalPath);
    expect(readFileSync('/proc/self/maps', 'utf8')).toContain('libm.so.6');
  });

  test('added twice is one library', async () => {
    const library = await reloader.addLibrary('libm.so.6', { system: true });
    expect(await reloader.addLibrary('libm.so.6', { system: true })).toBe(library);
  });

  test('stops working when it is removed, and can be added again', async () => {
    await using other = new DynamicReload();
    const options = {
      system: true,
      symbols: { cos: { arguments: ['f64'], return: 'f64' } },
    } as const;
    const library = await other.addLibrary('libm.so.6', options);
    await other.removeLibrary(library);
    expect(() => library.symbols.cos(0)).toThrow(codedError('ERR_LIBRARY_CLOSED'));
    expect((await other.addLibrary('libm.so.6', options)).symbols.cos(0)).toBe(1);
  });

  test('that does not exist is an error in the words of the loader, and no other', async () => {
    const options = { system: true, platformName: true };
    await expect(reloader.addLibrary('no_such_library', options)).rejects.toEqual(
      codedError('ERR_LIBRARY_LOAD', {
        path: 'libno_such_library.so',
        syscall: 'dlopen',
        message:
          /^Cannot load (libno_such_library\.so): \1: cannot open shared object file: [\w ]*\.$/,
      }),
    );
  });

  test('without a symbol gives the names that are spelled alike', async () => {
    const adding = reloader.addLibrary('libm.so.6', { system: true, symbols: { sqroot: {} } });
    await expect(adding).rejects.toBeInstanceOf(SymbolNotFoundError);
    await expect(adding).rejects.toMatchObject({
      symbol: 'sqroot',
      path: 'libm.so.6',
      nearest: expect.arrayContaining(['sqrt']),
    });
  });
});
