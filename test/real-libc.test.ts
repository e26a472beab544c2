// The C library: callbacks, structures, variadic functions, and memory that it owns.

import { constants as fs, existsSync } from 'node:fs';
import { constants } from 'node:os';
import { callback, DynamicReload, out, read, sizeof, string, struct, type Holder } from '../lib';

const reloader = new DynamicReload();
afterAll(() => reloader.close());

const compareTexts = callback({ arguments: ['string', 'string'], return: 'int' });
const compareAddresses = callback({ arguments: ['pointer', 'pointer'], return: 'int' });

/** In bytes, but for the numbers of blocks. */
const MallocInfo = struct({
  arena: 'size_t',
  ordblks: 'size_t',
  smblks: 'size_t',
  hblks: 'size_t',
  hblkhd: 'size_t',
  usmblks: 'size_t',
  fsmblks: 'size_t',
  uordblks: 'size_t',
  fordblks: 'size_t',
  keepcost: 'size_t',
});

const library = reloader.addLibrarySync('libc.so.6', {
  system: true,
  symbols: {
    qsort: { arguments: ['buffer', 'size_t', 'size_t', compareAddresses] },
    qsortTexts: { name: 'qsort', arguments: ['buffer', 'size_t', 'size_t', compareTexts] },
    bsearch: {
      arguments: ['string', 'buffer', 'size_t', 'size_t', compareTexts],
      return: 'string',
    },
    div: { arguments: ['int', 'int'], return: struct({ quot: 'int', rem: 'int' }) },
    ldiv: { arguments: ['long', 'long'], return: struct({ quot: 'long', rem: 'long' }) },
    strtod: { arguments: ['string', out('string')], return: 'double' },
    strtol: { arguments: ['pointer', out('pointer'), 'int'], return: 'long' },
    environ: { type: 'pointer' },
    getenv: { arguments: ['string'], return: 'string' },
    setenv: { arguments: ['string', 'string', 'int'], return: 'int' },
    unsetenv: { arguments: ['string'], return: 'int' },
    strlen: { arguments: ['string'], return: 'size_t' },
    wcslen: { arguments: [string({ encoding: 'wide' })], return: 'size_t' },
    memcpy: { arguments: ['buffer', 'buffer', 'size_t'], return: 'pointer' },
    memcmp: { arguments: ['buffer', 'pointer', 'size_t'], return: 'int' },
    toupper: { arguments: ['int'], return: 'int' },
    strdup: { arguments: ['string'], return: string({ free: 'free' }) },
    wcsdup: {
      arguments: [string({ encoding: 'wide' })],
      return: string({ encoding: 'wide', free: 'free' }),
    },
    keep: { name: 'strdup', arguments: ['string'], return: 'pointer' },
    free: { arguments: ['pointer'] },
    mallinfo2: { return: MallocInfo },
    open: { arguments: ['string', 'int'], variadic: true, return: 'int' },
    openLater: {
      name: 'open',
      arguments: ['string', 'int'],
      variadic: true,
      return: 'int',
      nonblocking: true,
    },
    close: { arguments: ['int'], return: 'int' },
    strerror: { arguments: ['int'], return: 'string' },
  },
});
const { symbols } = library;

/** The elements of a `char *[]` that ends with a null pointer. */
function textsAt(address: bigint): string[] {
  const texts: string[] = [];
  for (;;) {
    const text = read(address + BigInt(texts.length * sizeof('pointer')), 'string');
    if (text === null) return texts;
    texts.push(text);
  }
}

describe('qsort', () => {
  const byValue = (one: bigint, other: bigint) => read(one, 'int') - read(other, 'int');

  test('sorts a typed array by a function of JavaScript', () => {
    const values = Int32Array.of(5, -3, 9, 0, -2147483648, 2, 2);
    symbols.qsort(values, values.length, values.BYTES_PER_ELEMENT, (one, other) =>
      Math.sign(byValue(one, other)),
    );
    expect([...values]).toEqual([-2147483648, -3, 0, 2, 2, 5, 9]);
  });

  test('calls it as often as it takes', () => {
    const values = Int32Array.from({ length: 2000 }, (_, index) => (index * 7919) % 2003);
    const sorted = Int32Array.from(values).sort();
    const compare = jest.fn(byValue);
    symbols.qsort(values, values.length, 4, compare);
    expect(values).toEqual(sorted);
    expect(compare.mock.calls.length).toBeGreaterThan(values.length);
  });

  test('sorts texts, which the function gets as strings', () => {
    const fruits = ['pear', 'fig', 'kiwi', 'plum'].map((fruit) => fruit.padEnd(6, '\0'));
    const words = Buffer.from(fruits.join(''));
    symbols.qsortTexts(words, fruits.length, 6, (one, other) =>
      (one ?? '').localeCompare(other ?? ''),
    );
    expect(words.toString().split(/\0+/)).toEqual(['fig', 'kiwi', 'pear', 'plum', '']);
  });

  test('sorts inside of a comparison of another sort', () => {
    const outer = Int32Array.of(3, 1, 2);
    symbols.qsort(outer, outer.length, 4, (one, other) => {
      const inner = Int32Array.of(read(one, 'int'), read(other, 'int'));
      symbols.qsort(inner, inner.length, 4, byValue);
      return inner[0] === read(one, 'int') ? -1 : 1;
    });
    expect([...outer]).toEqual([1, 2, 3]);
  });

  test('ends with the exception of the comparison', () => {
    const failure = new Error('incomparable');
    const compare = () => {
      throw failure;
    };
    expect(() => symbols.qsort(Int32Array.of(2, 1), 2, 4, compare)).toThrow(failure);
  });
});

describe('bsearch', () => {
  const words = Buffer.from('aa\0bb\0dd\0');
  const compare = (one: string | null, other: string | null) =>
    (one ?? '').localeCompare(other ?? '');

  test('finds by a function of JavaScript', () => {
    expect(symbols.bsearch('dd', words, 3, 3, compare)).toBe('dd');
  });

  test('gives null for what is not there', () => {
    expect(symbols.bsearch('cc', words, 3, 3, compare)).toBeNull();
  });
});

describe('a structure as the result', () => {
  test.each([
    [17, 5, { quot: 3, rem: 2 }],
    [-17, 5, { quot: -3, rem: -2 }],
  ])('div(%d, %d) is %p', (numerator, denominator, expected) => {
    expect(symbols.div(numerator, denominator)).toEqual(expected);
  });

  test('that needs two registers', () => {
    const most = 2n ** 63n - 1n;
    expect(symbols.ldiv(most, 10)).toEqual({ quot: most / 10n, rem: 7n });
  });

  test('that needs memory', () => {
    const { arena, uordblks, fordblks } = symbols.mallinfo2();
    expect(uordblks).toBeGreaterThan(0n);
    expect(uordblks + fordblks).toBe(arena);
  });
});

describe('a parameter that gives a value back', () => {
  test('is the rest of the text, for strtod', () => {
    const rest: Holder<string | null> = {};
    expect(symbols.strtod('2.5e3 apples', rest)).toBe(2500);
    expect(rest.value).toBe(' apples');
  });

  test('is an address, for strtol', () => {
    const text = symbols.keep('-42;');
    const end = { value: 0n };
    expect(symbols.strtol(text, end, 10)).toBe(-42n);
    expect(end.value - text).toBe(3n);
    symbols.free(text);
  });

  test('may be left out with null', () => {
    expect(symbols.strtod('1.5', null)).toBe(1.5);
  });
});

describe('the environment', () => {
  const name = 'DYNAMIC_RELOAD_REAL_LIBC';
  afterEach(() => symbols.unsetenv(name));

  test('is a variable that lists texts', () => {
    symbols.setenv(name, 'listed', 1);
    expect(textsAt(symbols.environ)).toContain(`${name}=listed`);
  });

  test('has the variables of this process', () => {
    expect(textsAt(symbols.environ)).toContain(`PATH=${process.env['PATH']!}`);
  });

  test('is read by name', () => {
    expect(symbols.getenv(name)).toBeNull();
    symbols.setenv(name, 'grün', 1);
    expect(symbols.getenv(name)).toBe('grün');
  });
});

describe('texts', () => {
  test('are counted in bytes, and wide ones in characters', () => {
    expect(symbols.strlen('grün')).toBe(5n);
    expect(symbols.strlen('')).toBe(0n);
    expect(symbols.wcslen('grün 🍏')).toBe(6n);
  });

  test('are copied and freed when the function gives them away', () => {
    expect(symbols.strdup('mine now')).toBe('mine now');
    expect(symbols.wcsdup('grün 🍏')).toBe('grün 🍏');
  });

  test('that are given away leave no memory behind', () => {
    const text = 'x'.repeat(1000);
    const before = symbols.mallinfo2().uordblks;
    for (let i = 0; i < 60_000; ++i) symbols.strdup(text);
    expect(symbols.mallinfo2().uordblks - before).toBeLessThan(30_000_000n);
  });
});

describe('memory', () => {
  test('is copied from one buffer to another, without copies in between', () => {
    const source = Float64Array.of(1, 2, 3);
    const destination = new Float64Array(3);
    const address = symbols.memcpy(destination.subarray(1), source, 16);
    expect([...destination]).toEqual([0, 1, 2]);
    expect(symbols.memcmp(source, address, 16)).toBe(0);
  });

  test('of a character is a number', () => {
    expect(String.fromCharCode(symbols.toupper('q'.charCodeAt(0)))).toBe('Q');
  });
});

describe('errno', () => {
  const { ENOENT, EBADF } = constants.errno;
  const missing = '/does/not/exist';

  test('is what the last call left', () => {
    library.errno = 0;
    expect(symbols.open(missing, fs.O_RDONLY)).toBe(-1);
    expect(library.errno).toBe(ENOENT);
    expect(symbols.close(-1)).toBe(-1);
    expect(library.errno).toBe(EBADF);
  });

  test('stays through a call that succeeds, and through what JavaScript does meanwhile', () => {
    symbols.open(missing, fs.O_RDONLY);
    expect(existsSync(__filename)).toBe(true);
    expect(symbols.strlen('abc')).toBe(3n);
    expect(library.errno).toBe(ENOENT);
  });

  test('is what the next call begins with', () => {
    library.errno = EBADF;
    expect(symbols.toupper(97)).toBe(65);
    expect(library.errno).toBe(EBADF);
    expect(symbols.strerror(library.errno)).toBe('Bad file descriptor');
  });

  test('comes back from another thread', async () => {
    library.errno = 0;
    expect(await symbols.openLater(missing, fs.O_RDONLY)).toBe(-1);
    expect(library.errno).toBe(ENOENT);
  });

  test('is untouched where the call opens what is there', () => {
    library.errno = 0;
    const file = symbols.open(__filename, fs.O_RDONLY);
    expect(file).toBeGreaterThan(2);
    expect(symbols.close(file)).toBe(0);
    expect(library.errno).toBe(0);
  });
});
