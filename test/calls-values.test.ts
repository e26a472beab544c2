// Values that are awkward: without end, with strange names, beyond what a number holds.

import { alloc, array, bits, DynamicReload, enumeration, pointer, struct } from '../lib';
import { codedError } from './support/coded-error';
import { compile } from './support/compiler';
import { useTemporaryDirectory } from './support/temporary-directory';

const directory = useTemporaryDirectory();

interface Node {
  value: number;
  next: Node | null;
}
const Node = struct({ value: 'i32', next: pointer((): never => Node as never) });

function list(length: number): Node {
  let first: Node = { value: 0, next: null };
  for (let value = 1; value < length; value++) first = { value, next: first };
  return first;
}

describe('a list of values that point to each other', () => {
  const SOURCE = `
    struct node { int value; struct node *next; };
    int count(struct node *node) { return node ? 1 + count(node->next) : 0; }
  `;

  function add(reloader: DynamicReload) {
    return reloader.addLibrarySync(compile(SOURCE, directory.file('lib.so')), {
      symbols: { count: { arguments: [pointer(Node)], return: 'i32' } },
    });
  }

  test('reaches C', async () => {
    await using reloader = new DynamicReload();
    expect(add(reloader).symbols.count(list(500) as never)).toBe(500);
  });

  test('is refused when it has no end', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = add(reloader);
    const endless: Node = { value: 1, next: null };
    endless.next = { value: 2, next: endless };
    const refusal = codedError('ERR_INVALID_ARG_TYPE', { message: /^count: argument 1.*itself/ });
    expect(() => symbols.count(endless as never)).toThrow(refusal);
    expect(() => alloc(Node, endless as never)).toThrow(
      codedError('ERR_INVALID_ARG_TYPE', { message: 'itself' }),
    );
    const twice = list(2);
    expect(symbols.count({ value: 1, next: twice } as never)).toBe(3);
  });

  test('is refused when it is too long', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = add(reloader);
    expect(() => symbols.count(list(100_000) as never)).toThrow(codedError('ERR_OUT_OF_RANGE'));
  });
});

describe('a member called __proto__', () => {
  const Strange = struct({ ['__proto__']: 'i32', y: bits('u32', 3) });
  const Plain = struct({ ['__proto__']: 'i32', y: 'i32' });

  test.each([Strange, Plain])('is one like the others: %#', async (type) => {
    await using reloader = new DynamicReload();
    const source = 'struct s { int x; unsigned y : 3; }; struct s same(struct s s) { return s; }';
    const { symbols } = reloader.addLibrarySync(compile(source, directory.file('lib.so')), {
      symbols: { same: { arguments: [type], return: type } },
    });
    const value = { ['__proto__']: 5, y: 3 };
    const returned = symbols.same(value);
    expect(Object.entries(returned)).toEqual([
      ['__proto__', 5],
      ['y', 3],
    ]);
    expect(Object.entries(alloc(type, value as never).value)).toHaveLength(2);
  });
});

describe('an enumeration of 64 bits', () => {
  const SOURCE = `
    #include <stdint.h>
    uint64_t same(uint64_t value) { return value; }
    int64_t same_signed(int64_t value) { return value; }
  `;
  const Unsigned = enumeration({ ONE: 1, LAST: 2 ** 53 - 1 }, 'u64');
  const Signed = enumeration({ MINUS: -1 }, 'i64');

  test('is exact where a number is not', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = reloader.addLibrarySync(compile(SOURCE, directory.file('lib.so')), {
      symbols: {
        same: { arguments: [Unsigned], return: Unsigned },
        same_signed: { arguments: [Signed], return: Signed },
      },
    });
    expect(symbols.same(2n ** 63n + 1n)).toBe(2n ** 63n + 1n);
    expect(symbols.same(2n ** 53n)).toBe(2n ** 53n);
    expect([symbols.same('LAST'), symbols.same(1n), symbols.same(2)]).toEqual(['LAST', 'ONE', 2]);
    expect(symbols.same_signed(-(2n ** 63n))).toBe(-(2n ** 63n));
    expect([symbols.same_signed(-1), symbols.same_signed(-2n)]).toEqual(['MINUS', -2]);
    expect(alloc(array(Unsigned, 1), [2n ** 63n]).value).toEqual([2n ** 63n]);
  });
});

describe('a buffer that was transferred is told from one of a wrong type', () => {
  const SOURCE = 'int count(void *bytes) { return 0; }';

  test.each(['pointer', 'buffer', pointer('i32'), array('i32', 1)])('as %p', async (type) => {
    await using reloader = new DynamicReload();
    const { symbols } = reloader.addLibrarySync(compile(SOURCE, directory.file('lib.so')), {
      symbols: { count: { arguments: [type as 'pointer'], return: 'i32' } },
    });
    const bytes = new Int32Array(2);
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
    expect(() => symbols.count(bytes)).toThrow(
      codedError('ERR_INVALID_ARG_TYPE', { message: 'must be a buffer that was not transferred' }),
    );
    expect(() => symbols.count({} as never)).toThrow(
      codedError('ERR_INVALID_ARG_TYPE', { message: /argument 1/ }),
    );
  });
});
