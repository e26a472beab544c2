// Calls inside calls: nothing of the outer one gets lost.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { array, callback, DynamicReload, out, struct } from '../lib';
import { codedError } from './support/coded-error';
import { compile } from './support/compiler';

const reloader = new DynamicReload();
const directory = mkdtempSync(path.join(tmpdir(), 'dynamic-reload-nested-'));
afterAll(async () => {
  await reloader.close();
  rmSync(directory, { recursive: true });
});

const Point = struct({ x: 'f64', y: 'f64' });
const Visit = callback({ arguments: ['i32'], return: 'i32' });
const SOURCE = readFileSync(path.join(__dirname, 'abi', 'nested.c'), 'utf8');
const file = compile(SOURCE, path.join(directory, 'libnested.so'), { flags: ['-O2', '-pthread'] });

const library = reloader.addLibrarySync(file, {
  symbols: {
    visit: { arguments: [Visit, 'i32'], return: 'i32' },
    visit_deep: { arguments: [Visit, 'i32'], return: 'i32' },
    visit_often: { arguments: [Visit, 'i64'], return: 'i64' },
    visit_both: { arguments: [Visit, Visit, 'i32'], return: 'i32' },
    visit_first: {
      arguments: [Visit, Point, 'string', array('i32', 2), out('i64')],
      return: Point,
    },
    visit_on_threads: { arguments: [Visit, 'i32'], return: 'i64', nonblocking: true },
    visit_later: { name: 'visit', arguments: [Visit, 'i32'], return: 'i32', nonblocking: true },
    add_points: { arguments: [Point, Point], return: Point },
    add_numbers: { arguments: ['i32', 'i64'], return: 'i64' },
    length_of: { arguments: ['string'], return: 'i32' },
    frames_left: { type: 'i32' },
  },
});
const { symbols } = library;

/** Calls that write every kind of register and every scratch memory. */
function disturb(): void {
  symbols.add_points({ x: -1, y: -2 }, { x: -3, y: -4 });
  symbols.add_numbers(-1, -2n);
  symbols.length_of('another text');
  symbols.visit_first((value) => value, { x: 0, y: 0 }, 'text', [7, 8], {});
}

describe('a callback', () => {
  test('may call the function that calls it', () => {
    const sum = (count: number): number =>
      count === 0 ? 0 : symbols.visit((value) => value + sum(count - 1), count) - 1;
    expect(sum(100)).toBe(5050);
  });

  test('may call other functions, and the outer call keeps its arguments', () => {
    const holder: { value?: bigint } = {};
    const visitor = (value: number) => {
      disturb();
      return value + 4;
    };
    const point = symbols.visit_first(visitor, { x: 1, y: 2 }, 'four', [20, 22], holder);
    expect(point).toEqual({ x: 5, y: 7 });
    expect(holder.value).toBe(42n);
  });

  test('is the one that was passed, when there are two', () => {
    expect(
      symbols.visit_both(
        (value) => value * 2,
        (value) => value + 3,
        4,
      ),
    ).toBe(14);
    const nested = (value: number): number =>
      symbols.visit_both(
        (one) => one * 10,
        (other) => other + 1,
        value,
      );
    expect(symbols.visit_both(nested, nested, 1)).toBe(210);
  });

  test('may be called a hundred thousand times', () => {
    const count = 100_000;
    expect(symbols.visit_often((value) => value, count)).toBe(BigInt((count * (count - 1)) / 2));
  });

  test('may be of any number of signatures, one after the other', () => {
    const count = 300;
    const definitions = Array.from({ length: count }, (_value, index) => {
      const result = struct({ bytes: array('u8', index + 1) });
      const type = callback({ return: result });
      return [`ignore_${index}`, { name: 'ignore', arguments: [type] }] as const;
    });
    const more = reloader.addLibrarySync(file, { symbols: Object.fromEntries(definitions) });
    const ignore = more.symbols as unknown as Record<string, (callee: () => unknown) => void>;
    for (const [name] of definitions) ignore[name]!(() => ({}));
    expect(Object.keys(more.symbols)).toEqual(expect.arrayContaining([`ignore_${count - 1}`]));
  });
});

describe('a getter of an argument', () => {
  test('may call functions, the same one too', () => {
    const point = (x: number, y: number) => ({
      get x() {
        disturb();
        return x;
      },
      get y() {
        disturb();
        return y;
      },
    });
    expect(symbols.add_points(point(1, 2), point(30, 40))).toEqual({ x: 31, y: 42 });
    const found = symbols.visit_first((value) => value, point(1, 2), 'four', [1, 2], {});
    expect(found).toEqual({ x: 5, y: 3 });
  });

  test('that throws lets nothing be called', () => {
    const error = new Error('no x');
    const point = {
      get x(): number {
        throw error;
      },
      y: 1,
    };
    const visitor = jest.fn(() => 0);
    expect(() => symbols.add_points({ x: 1, y: 1 }, point)).toThrow(error);
    expect(() => symbols.visit_first(visitor, point, '', [1, 2], {})).toThrow(error);
    expect(visitor).not.toHaveBeenCalled();
    expect(symbols.add_points({ x: 1, y: 1 }, { x: 1, y: 1 })).toEqual({ x: 2, y: 2 });
  });
});

/** What is thrown by `body`, even if that is no error. */
function thrownBy(body: () => unknown): unknown {
  try {
    body();
  } catch (error) {
    return { thrown: error };
  }
  return 'nothing';
}

describe('an exception', () => {
  test.each([new Error('here'), 'text', undefined, null, 0])(
    '%p gets through frames of C, which all end',
    (thrown) => {
      symbols.frames_left = 0;
      const throwing = () => {
        throw thrown; // eslint-disable-line @typescript-eslint/only-throw-error -- on purpose
      };
      expect(thrownBy(() => symbols.visit_deep(throwing, 9))).toEqual({ thrown });
      expect(symbols.frames_left).toBe(10);
    },
  );

  test('gets through frames of C and JavaScript in turn', () => {
    const error = new Error('inside');
    const descend = (depth: number): number => {
      if (depth === 0) throw error;
      return symbols.visit_deep(() => descend(depth - 1), 2);
    };
    symbols.frames_left = 0;
    expect(thrownBy(() => descend(5))).toEqual({ thrown: error });
    expect(symbols.frames_left).toBe(15);
  });

  test('is over when somebody catches it between', () => {
    const outer = (value: number) => {
      const inner = () => {
        throw new Error('inner');
      };
      return thrownBy(() => symbols.visit(inner, 1)) === 'nothing' ? -1 : value;
    };
    expect(symbols.visit(outer, 5)).toBe(6);
  });

  test('lets C call no more JavaScript', () => {
    const visitor = jest.fn(() => {
      throw new Error('first');
    });
    expect(() => symbols.visit_often(visitor, 1000)).toThrow('first');
    expect(visitor).toHaveBeenCalledTimes(1);
    expect(symbols.visit_often((value) => value, 3)).toBe(3n);
  });
});

describe('a result of a callback', () => {
  test.each([
    ['text', 'ERR_INVALID_ARG_TYPE'],
    [undefined, 'ERR_INVALID_ARG_TYPE'],
    [1n, 'ERR_INVALID_ARG_TYPE'],
    [2 ** 31, 'ERR_OUT_OF_RANGE'],
    [0.5, 'ERR_OUT_OF_RANGE'],
  ] as const)('that is %p is an error of the outer call', (given, code) => {
    const visitor = () => given as number;
    expect(() => symbols.visit(visitor, 1)).toThrow(
      codedError(code, {
        message: 'visitor: its result is i32: it must be ',
        wanted: 'i32',
        given,
      }),
    );
    expect(symbols.visit((value) => value, 1)).toBe(2);
  });
});

describe('a nonblocking call', () => {
  test('may call back, from the thread that it runs on', async () => {
    expect(await symbols.visit_later((value) => value * 2, 21)).toBe(43);
  });

  test('may call back from other threads, several at once', async () => {
    const visited: number[] = [];
    const visitor = (value: number) => {
      visited.push(value);
      disturb();
      return value;
    };
    expect(await symbols.visit_on_threads(visitor, 100)).toBe(4n * 4950n);
    expect(visited).toHaveLength(400);
  });

  test('may call back while blocking calls call back, too', async () => {
    const later = symbols.visit_on_threads((value) => symbols.visit((one) => one, value), 50);
    expect(symbols.visit_often((value) => value, 1000)).toBe(499_500n);
    expect(await later).toBe(4n * (1225n + 50n));
  });
});
