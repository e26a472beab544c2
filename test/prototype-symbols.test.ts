// C prototypes and headers as the symbols of a library, from their text to a call.

import { cdef, DynamicReload, enumeration, inout, out, struct, union, type Holder } from '../lib';
import { codedError } from './support/coded-error';
import { compile } from './support/compiler';
import { useTemporaryDirectory } from './support/temporary-directory';
import { nextEvent } from './support/wait';

const HEADER = `
  #define SIDES 4
  enum color { RED, GREEN = 5, BLUE };
  typedef struct point { double x, y; } point_t;
  union word { unsigned int bits; float number; };
  struct shape { enum color color; point_t corners[SIDES]; const char *name; };
  typedef int (*visit_t)(int value, void *context);

  int add(int a, int b);
  double length(struct point p);
  point_t middle(const point_t *points, size_t count);
  enum color next(enum color color);
  union word flip(union word word);
  struct shape move(struct shape shape, point_t by);
  int each(const int *values, size_t count, visit_t visit, void *context);
  int sum(int count, ...);
  int split(const char *text, char separator, size_t *index);
  void swap(int *one, int *other);
  extern unsigned long counter;
`;

const SOURCE = `
  #include <math.h>
  #include <stdarg.h>
  #include <stddef.h>
  #include <string.h>
  ${HEADER}
  #ifndef VALUE
  #define VALUE 0
  #endif
  unsigned long counter = VALUE;
  int add(int a, int b) { return a + b + VALUE; }
  double length(struct point p) { return p.x * p.x + p.y * p.y; }
  point_t middle(const point_t *points, size_t count) {
    point_t sum = { 0, 0 };
    for (size_t i = 0; i < count; ++i) sum = (point_t){ sum.x + points[i].x, sum.y + points[i].y };
    return (point_t){ sum.x / (double)count, sum.y / (double)count };
  }
  enum color next(enum color color) { return color == RED ? GREEN : color == GREEN ? BLUE : color + 1; }
  union word flip(union word word) { return (union word){ .bits = word.bits ^ 0x80000000u }; }
  struct shape move(struct shape shape, point_t by) {
    for (int i = 0; i < SIDES; ++i) {
      shape.corners[i].x += by.x;
      shape.corners[i].y += by.y;
    }
    shape.color = next(shape.color);
    return shape;
  }
  int each(const int *values, size_t count, visit_t visit, void *context) {
    int sum = 0;
    for (size_t i = 0; i < count; ++i) sum += visit(values[i], context);
    return sum;
  }
  int sum(int count, ...) {
    int sum = 0;
    va_list numbers;
    va_start(numbers, count);
    while (count-- > 0) sum += va_arg(numbers, int);
    va_end(numbers);
    return sum;
  }
  int split(const char *text, char separator, size_t *index) {
    const char *found = strchr(text, separator);
    if (found == NULL) return -1;
    *index = (size_t)(found - text);
    return 0;
  }
  void swap(int *one, int *other) { int kept = *one; *one = *other; *other = kept; }
`;

const directory = useTemporaryDirectory();

function build(value = 0): string {
  return compile(SOURCE, directory.file('libshapes.so'), { defines: { VALUE: value } });
}

describe('a prototype', () => {
  test('is called by its key, whatever name it declares', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = await reloader.addLibrary(build(), {
      symbols: { add: 'int add(int a, int b)', plus: 'int add(int, int);' },
    });
    expect([symbols.add(1, 2), symbols.plus(3, 4)]).toEqual([3, 7]);
    expect([symbols.add.name, symbols.plus.name]).toEqual(['add', 'plus']);
    expect(() => symbols.plus(1, '2' as never)).toThrow(
      codedError('ERR_INVALID_ARG_TYPE', { message: 'add: argument 2 is i32' }),
    );
  });

  test("may name types of one's own", async () => {
    await using reloader = new DynamicReload();
    const point = struct({ x: 'f64', y: 'f64' });
    const color = enumeration({ RED: 0, GREEN: 5, BLUE: 6 }, 'u32');
    const { symbols } = await reloader.addLibrary(build(), {
      types: { point, color, point_t: point },
      symbols: {
        length: 'double length(struct point)',
        middle: 'point_t middle(const point_t *points, size_t count)',
        next: 'enum color next(enum color color)',
      },
    });
    expect(symbols.length({ x: 3, y: 4 })).toBe(25);
    expect(symbols.middle(new Float64Array([0, 0, 4, 8]), 2)).toEqual({ x: 2, y: 4 });
    expect([symbols.next('RED'), symbols.next(6)]).toEqual(['GREEN', 7]);
  });

  test('may take functions, and further arguments', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = await reloader.addLibrary(build(), {
      symbols: {
        each: 'int each(const int *, size_t, int (*visit)(int value, void *context), void *)',
        sum: 'int sum(int count, ...)',
      },
    });
    const visit = (value: number, context: bigint) => value * Number(context);
    expect(symbols.each(Int32Array.of(1, 2, 3), 3, visit, 10n)).toBe(60);
    expect(symbols.sum(3, ['i32', 1], ['i32', 2], ['i32', 3])).toBe(6);
  });

  test('may be that of a variable', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = await reloader.addLibrary(build(7), {
      symbols: { count: 'extern unsigned long counter' },
    });
    expect(symbols.count).toBe(7n);
    symbols.count = 2n ** 64n - 1n;
    expect(symbols.count).toBe(2n ** 64n - 1n);
  });

  test('works on after a reload', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = await reloader.addLibrary(build(), {
      symbols: { plus: 'int add(int a, int b)', counter: 'unsigned long counter' },
    });
    const { plus } = symbols;
    const after = nextEvent(reloader, 'after');
    build(100);
    await after;
    expect([plus(1, 2), symbols.counter]).toEqual([103, 100n]);
    expect(symbols.plus).toBe(plus);
  });

  test.each([
    ['int add(int a, intt b)', 'unknown type "intt" at column 16; did you mean "int"?'],
    ['int add(int a', '")" or "," is expected, not the end at column 14'],
    [
      'struct pont f(void)',
      'struct pont has no declaration here at column 8; did you mean "point"?',
    ],
    ['int add(int a, int b) int', 'the end is expected, not "int" at column 23'],
    ['', 'a type is expected, not the end at column 1'],
  ])('with a mistake loads nothing and shows the place: %s', async (text, message) => {
    await using reloader = new DynamicReload();
    const types = { point: struct({ x: 'f64' }) };
    const symbols: Record<string, string> = { plus: text };
    await expect(reloader.addLibrary(build(), { types, symbols })).rejects.toEqual(
      codedError('ERR_SYMBOL_DEFINITION', { message: `Symbol "plus": ${message}` }),
    );
  });

  test('of what the library does not export names the symbol, not the key', async () => {
    await using reloader = new DynamicReload();
    const adding = reloader.addLibrary(build(), { symbols: { plus: 'int ad(int a, int b)' } });
    await expect(adding).rejects.toEqual(
      codedError('ERR_SYMBOL_NOT_FOUND', {
        symbol: 'ad',
        nearest: expect.arrayContaining(['add']),
      }),
    );
  });
});

describe('a header', () => {
  const { symbols: declared, constants } = cdef(HEADER);

  test('gives every symbol of the library', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = await reloader.addLibrary(build(), { symbols: declared });
    expect([symbols.add(1, 2), symbols.length({ x: 3, y: 4 }), symbols.counter]).toEqual([
      3,
      25,
      0n,
    ]);
    expect(symbols.sum(2, ['int', 1], ['int', 2])).toBe(3);
    expect([symbols.next('RED'), symbols.next(constants.GREEN)]).toEqual(['GREEN', 'BLUE']);
    expect(symbols.each(Int32Array.of(1, 2), 2, (value) => value * constants.SIDES, null)).toBe(12);
  });

  test('gives structures with arrays, enumerations and texts inside', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = await reloader.addLibrary(build(), { symbols: declared });
    const corners = [1, 2, 3, 4].map((x) => ({ x, y: -x }));
    expect(symbols.move({ color: 'GREEN', corners, name: 'square' }, { x: 10, y: 20 })).toEqual({
      color: 'BLUE',
      corners: corners.map(({ x, y }) => ({ x: x + 10, y: y + 20 })),
      name: 'square',
    });
  });

  test('gives unions, of which each member is another view', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = await reloader.addLibrary(build(), { symbols: declared });
    expect(symbols.flip({ number: 1.5 })).toEqual({ number: -1.5, bits: 0xbfc00000 });
    expect(symbols.flip({ bits: 0 })).toEqual({ number: -0, bits: 0x80000000 });
    const both = { number: 1.5, bits: 1 } as { number: number };
    expect(() => symbols.flip(both)).toThrow(
      codedError('ERR_INVALID_ARG_TYPE', { message: 'exactly one of the members' }),
    );
  });
});

describe('a holder', () => {
  const Word = union({ bits: 'u32', number: 'f32' });
  const SPLIT = { arguments: ['string', 'char', out('usize')], return: 'i32' } as const;
  const SYMBOLS = {
    split: SPLIT,
    split_later: { ...SPLIT, name: 'split', nonblocking: true },
    swap: { arguments: [inout('i32'), inout('i32')] },
    swap_later: { name: 'swap', arguments: [inout('i32'), inout('i32')], nonblocking: true },
    swap_words: { name: 'swap', arguments: [inout(Word), inout(Word)] },
    swap_colors: {
      name: 'swap',
      arguments: [inout(enumeration({ RED: 0, GREEN: 5 })), inout(enumeration({ RED: 0 }))],
    },
  } as const;
  const SEPARATOR = ':'.charCodeAt(0);

  test('has what C gave out, when C did', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = await reloader.addLibrary(build(), { symbols: SYMBOLS });
    const index: Holder<bigint> = {};
    expect([symbols.split('key:value', SEPARATOR, index), index.value]).toEqual([0, 3n]);
    expect(await symbols.split_later('longer:value', SEPARATOR, index)).toBe(0);
    expect(index.value).toBe(6n);
    expect([symbols.split('text', SEPARATOR, index), index.value]).toEqual([-1, 0n]);
  });

  test('has what C made of what went in, of any type', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = await reloader.addLibrary(build(), { symbols: SYMBOLS });
    const numbers = [{ value: 1 }, { value: -2 }] as const;
    symbols.swap(...numbers);
    expect(numbers).toEqual([{ value: -2 }, { value: 1 }]);
    await symbols.swap_later(...numbers);
    expect(numbers).toEqual([{ value: 1 }, { value: -2 }]);
    const words = [{ value: { bits: 0 } }, { value: { number: 1.5 } }] as const;
    symbols.swap_words(...words);
    expect(words[0].value).toEqual({ bits: 0x3fc00000, number: 1.5 });
    const colors = [{ value: 'GREEN' }, { value: 'RED' }] as const;
    symbols.swap_colors(...colors);
    expect(colors).toEqual([{ value: 'RED' }, { value: 5 }]);
  });

  test.each(['swap', 'swap_later'] as const)(
    'that takes no value is an error of %s',
    async (name) => {
      await using reloader = new DynamicReload();
      const { symbols } = await reloader.addLibrary(build(), { symbols: SYMBOLS });
      const frozen = Object.freeze({ value: 1 });
      const swap = async () => {
        await symbols[name](frozen, { value: 2 });
      };
      await expect(swap()).rejects.toThrow(TypeError);
    },
  );

  test.each([{}, { value: '1' }, { value: undefined }])(
    'without a number is refused: %p',
    async (given) => {
      await using reloader = new DynamicReload();
      const { symbols } = await reloader.addLibrary(build(), { symbols: SYMBOLS });
      expect(() => symbols.swap({ value: 1 }, given as never)).toThrow(
        codedError('ERR_INVALID_ARG_TYPE', { message: 'swap: argument 2.value is i32' }),
      );
      expect(() => symbols.split('a', SEPARATOR, 5 as never)).toThrow(
        codedError('ERR_INVALID_ARG_TYPE', { message: 'argument 3 is out: it must be an object' }),
      );
    },
  );
});
