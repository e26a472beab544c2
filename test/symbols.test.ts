// What a definition can ask for beside types: another name, or to do without.

import { DynamicReload, type Library, type SymbolDefinitions } from '../lib';
import { codedError } from './support/coded-error';
import { compile } from './support/compiler';
import { useProjectDirectory } from './support/temporary-directory';
import { nextEvent } from './support/wait';

const project = useProjectDirectory();

const WITHOUT = 'int base(void) { return VALUE; }';
const WITH = `${WITHOUT} int extra(void) { return VALUE + 1; } int level = VALUE;`;

function build(source: string, value: number): string {
  return compile(source, project.file('libx.so'), { defines: { VALUE: value } });
}

async function reloadTo(reloader: DynamicReload, source: string, value: number): Promise<void> {
  const after = nextEvent(reloader, 'after');
  build(source, value);
  await after;
}

describe('an optional function', () => {
  const symbols = {
    base: { return: 'i32' },
    extra: { return: 'i32', optional: true },
  } as const;

  test('is null while the library does not export it', async () => {
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary(build(WITHOUT, 1), { symbols });
    expect(library.symbols.extra).toBeNull();
    expect(library.symbols.base()).toBe(1);
    expect(Object.keys(library.symbols)).toEqual(['base', 'extra']);
  });

  test('comes with a version that has it, goes with one that has not, and comes back', async () => {
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary(build(WITHOUT, 1), { symbols });
    await reloadTo(reloader, WITH, 2);
    const { extra } = library.symbols;
    expect(extra?.()).toBe(3);

    await reloadTo(reloader, WITHOUT, 3);
    expect(library.symbols.extra).toBeNull();
    expect(() => extra?.()).toThrow(
      codedError('ERR_SYMBOL_NOT_FOUND', {
        name: 'SymbolNotFoundError',
        message: `${library.originalPath} does not export "extra".`,
        symbol: 'extra',
        path: library.originalPath,
      }),
    );

    await reloadTo(reloader, WITH, 4);
    expect(library.symbols.extra).toBe(extra);
    expect(extra?.()).toBe(5);
  });

  test('that is there is closed with its library', async () => {
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary(build(WITH, 1), { symbols });
    const { extra } = library.symbols;
    await library.close();
    expect(() => extra?.()).toThrow(codedError('ERR_LIBRARY_CLOSED'));
    expect(() => library.symbols.extra?.()).toThrow(codedError('ERR_LIBRARY_CLOSED'));
  });

  test('that is nonblocking rejects while it is not there', async () => {
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary(build(WITH, 1), {
      symbols: { extra: { return: 'i32', optional: true, nonblocking: true } },
    });
    const { extra } = library.symbols;
    expect(await extra?.()).toBe(2);
    await reloadTo(reloader, WITHOUT, 2);
    await expect(extra?.()).rejects.toEqual(codedError('ERR_SYMBOL_NOT_FOUND'));
  });
});

describe('an optional variable', () => {
  const symbols = { level: { type: 'i32', optional: true } } as const;

  test('is null while the library does not export it, and cannot be written', async () => {
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary(build(WITHOUT, 1), { symbols });
    expect(library.symbols.level).toBeNull();
    expect(() => (library.symbols.level = 1)).toThrow(codedError('ERR_SYMBOL_NOT_FOUND'));
  });

  test('comes with a version that has it, and goes with one that has not', async () => {
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary(build(WITHOUT, 1), { symbols });
    await reloadTo(reloader, WITH, 2);
    expect(library.symbols.level).toBe(2);
    library.symbols.level = 9;
    expect(library.symbols.level).toBe(9);
    await reloadTo(reloader, WITHOUT, 3);
    expect(library.symbols.level).toBeNull();
  });

  test('cannot be read when its library is closed', async () => {
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary(build(WITH, 1), { symbols });
    await library.close();
    expect(() => library.symbols.level).toThrow(codedError('ERR_LIBRARY_CLOSED'));
  });
});

describe('a symbol', () => {
  test('can be used under another name, and under several', async () => {
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary(build(WITH, 1), {
      symbols: {
        current: { name: 'base', return: 'i32' },
        asText: { name: 'base', return: 'i64' },
        levelNow: { name: 'level', type: 'i32' },
      },
    });
    const { symbols } = library;
    expect([symbols.current(), symbols.asText(), symbols.levelNow]).toEqual([1, 1n, 1]);
    expect(symbols.current.name).toBe('current');
    expect(symbols.current.pointer).toBe(symbols.asText.pointer);
    expect('base' in symbols).toBe(false);
    await reloadTo(reloader, WITH, 2);
    expect([symbols.current(), symbols.asText(), symbols.levelNow]).toEqual([2, 2n, 2]);
  });

  test.each(['__proto__', 'constructor', 'toString', 'then', '0'])(
    'can be used under the name %s',
    async (key) => {
      await using reloader = new DynamicReload();
      const definitions: SymbolDefinitions = Object.fromEntries([
        [key, { name: 'base', return: 'i32' }],
      ]);
      const library: Library = await reloader.addLibrary(build(WITH, 1), { symbols: definitions });
      const call = Object.getOwnPropertyDescriptor(library.symbols, key)?.value as () => number;
      expect(call()).toBe(1);
      expect(Object.getPrototypeOf(library.symbols)).toBeNull();
    },
  );

  test('has an address, which is another one in each version', async () => {
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary(build(WITH, 1), {
      symbols: {
        base: { return: 'i32' },
        extra: { return: 'i32', optional: true },
      },
    });
    const { base, extra } = library.symbols;
    const address = base.pointer;
    expect(typeof address).toBe('bigint');
    await reloadTo(reloader, WITHOUT, 2);
    expect(base.pointer).not.toBe(address);
    expect(() => extra?.pointer).toThrow(codedError('ERR_SYMBOL_NOT_FOUND'));
    await library.close();
    expect(() => base.pointer).toThrow(codedError('ERR_LIBRARY_CLOSED'));
  });

  test('may be called with an own copy of its table', async () => {
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary(build(WITH, 1), {
      symbols: { base: { return: 'i32' }, extra: { return: 'i32' } },
    });
    const copy = { ...library.symbols };
    await reloadTo(reloader, WITH, 2);
    expect([copy.base(), copy.extra()]).toEqual([2, 3]);
  });
});
