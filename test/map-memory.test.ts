// What happens to the arrays of a map while it runs.

import { callback, DynamicReload } from '../lib';
import { codedError } from './support/coded-error';
import { compile } from './support/compiler';
import { useTemporaryDirectory } from './support/temporary-directory';

const VISIT = { arguments: ['i32'], return: 'i32' } as const;
const COUNT = 100_000;

const directory = useTemporaryDirectory();

async function add(owner: DynamicReload) {
  const file = compile({ file: 'callbacks.c' }, directory.file('lib.so'));
  return owner.addLibrary(file, {
    symbols: {
      keep: { arguments: [callback(VISIT)] },
      visit: { name: 'visit_kept', arguments: ['i32'], return: 'i32' },
    },
  });
}

/** The libraries of TypeScript that this project uses do not know these yet. */
type Resizable = ArrayBuffer & { resize(length: number): void };

function resizable(length: number): Int32Array & { readonly buffer: Resizable } {
  const buffer = Reflect.construct(ArrayBuffer, [length, { maxByteLength: length }]) as Resizable;
  return new Int32Array(buffer);
}

function transfer(buffer: ArrayBuffer): void {
  structuredClone(buffer, { transfer: [buffer] });
}

describe('an array that a callback takes the memory of', () => {
  const LOST = codedError('ERR_INVALID_ARG_TYPE', { message: /visit_kept: an array of map lost/ });

  test.each([
    ['shrinks it', (array: Int32Array) => (array.buffer as Resizable).resize(0)],
    ['transfers it', (array: Int32Array) => transfer(array.buffer as ArrayBuffer)],
  ])('is not touched any more when it %s', async (_how, take) => {
    await using owner = new DynamicReload();
    const library = await add(owner);
    const [input, output] = [resizable(4 * COUNT), resizable(4 * COUNT)];
    for (const lost of [input, output]) {
      let calls = 0;
      using visitor = library.callback(VISIT, (value) => {
        if (++calls === 10) take(lost);
        return value;
      });
      library.symbols.keep(visitor);
      const other = new Int32Array(COUNT);
      const [from, to] = lost === input ? [input, other] : [other, output];
      expect(() => library.symbols.visit.map(from, to)).toThrow(LOST);
    }
  });

  test('may be gone when it threw, which is what is told', async () => {
    await using owner = new DynamicReload();
    const library = await add(owner);
    const values = new Int32Array(COUNT);
    using visitor = library.callback(VISIT, () => {
      transfer(values.buffer);
      throw new Error('taken');
    });
    library.symbols.keep(visitor);
    expect(() => library.symbols.visit.map(values, values)).toThrow('taken');
  });
});

test('an exception leaves the results that there were', async () => {
  await using owner = new DynamicReload();
  const library = await add(owner);
  using visitor = library.callback(VISIT, (value) => {
    if (value === 5000) throw new Error('enough');
    return value + 1;
  });
  library.symbols.keep(visitor);
  const output = new Int32Array(COUNT).fill(-1);
  const values = Int32Array.from(output, (_value, index) => index);
  expect(() => library.symbols.visit.map(values, output)).toThrow('enough');
  expect(output.subarray(0, 5000)).toEqual(values.subarray(1, 5001));
  expect(output.subarray(5000).every((value) => value === -1)).toBe(true);
});

describe('a result that is an element further on', () => {
  const SOURCE = `
    #include <stdint.h>
    int32_t add(int32_t a, int32_t b) { return a + b; }
    int32_t widen(int8_t a) { return a + 1; }
  `;

  function addArithmetic(owner: DynamicReload) {
    return owner.addLibrarySync(compile(SOURCE, directory.file('add.so')), {
      symbols: {
        add: { arguments: ['i32', 'i32'], return: 'i32' },
        widen: { arguments: ['i8'], return: 'i32' },
      },
    }).symbols;
  }

  test('is what the call for that element gets', async () => {
    await using owner = new DynamicReload();
    const all = new Int32Array(2001).fill(1);
    const [before, after] = [all.subarray(0, -1), all.subarray(1)];
    addArithmetic(owner).add.map(before, new Int32Array(2000).fill(1), after);
    expect(all).toEqual(Int32Array.from(all, (_value, index) => index + 1));
  });

  test('is so also where the elements have another size', async () => {
    await using owner = new DynamicReload();
    const all = new Int8Array(40);
    addArithmetic(owner).widen.map(all.subarray(0, 10), new Int32Array(all.buffer));
    // The bytes of the first result are the elements that follow.
    expect([...new Int32Array(all.buffer)]).toEqual([1, 1, 1, 1, 2, 1, 1, 1, 2, 1]);
  });

  test('changes nothing when it takes the place of its own element', async () => {
    await using owner = new DynamicReload();
    const all = Int32Array.from({ length: 3000 }, (_value, index) => index);
    addArithmetic(owner).add.map(all, all, all);
    expect(all).toEqual(Int32Array.from(all, (_value, index) => 2 * index));
  });
});
