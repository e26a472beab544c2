// Code of the user that runs while a call takes its arguments: getters, and classes of buffers.

import { array, bits, DynamicReload, struct } from '../lib';
import { codedError } from './support/coded-error';
import { compile } from './support/compiler';
import { useTemporaryDirectory } from './support/temporary-directory';

const SOURCE = `
  #include <stdint.h>
  #include <string.h>
  int first(int first, void *bytes) { return first; }
  int add(int a, int b) { return a + b; }
  uint64_t address(void *bytes) { return (uint64_t)bytes; }
  struct flags { unsigned low : 3; };
  int fill(unsigned char *bytes, int count, struct flags flags) {
    if (bytes) memset(bytes, 0xaa, count);
    return 1;
  }
  int sum(struct flags flags, int *numbers) { return numbers[0] + numbers[1]; }
  struct pair { int x, y; };
  int sum_pair(struct pair pair) { return pair.x + pair.y; }
  int sum_pairs(struct pair *pairs, struct flags flags) { return pairs[0].x + pairs[1].y; }
`;

// Bit-fields are not among what is compiled for a signature.
const Flags = struct({ low: bits('u32', 3) });
const Pair = struct({ x: 'i32', y: 'i32' });

const directory = useTemporaryDirectory();

function add(reloader: DynamicReload) {
  return reloader.addLibrarySync(compile(SOURCE, directory.file('lib.so')), {
    symbols: {
      first: { arguments: ['i32', 'buffer'], return: 'i32' },
      add: { arguments: ['i32', 'i32'], return: 'i32' },
      address: { arguments: ['buffer'], return: 'u64' },
      fill: { arguments: ['buffer', 'i32', Flags], return: 'i32' },
      sum: { arguments: [Flags, array('i32', 2)], return: 'i32' },
      sum_pair: { arguments: [Pair], return: 'i32' },
      sum_pairs: { arguments: [array(Pair, 2), Flags], return: 'i32' },
    },
  });
}

function transfer(buffer: ArrayBuffer): ArrayBuffer {
  return structuredClone(buffer, { transfer: [buffer] });
}

/** The libraries of TypeScript that this project uses do not know these yet. */
type Resizable = ArrayBuffer & { resize(length: number): void };

function resizable(length: number, maxByteLength: number): Resizable {
  return Reflect.construct(ArrayBuffer, [length, { maxByteLength }]) as Resizable;
}

describe('a buffer that is passed again and again', () => {
  test('is asked nothing that its class could answer', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = add(reloader);
    class Talkative extends Uint8Array {
      override get length(): number {
        symbols.add(77, 88);
        return super.length;
      }
      override get byteLength(): number {
        symbols.add(77, 88);
        return super.byteLength;
      }
    }
    const bytes = new Talkative(8);
    expect([1, 2, 3].map(() => symbols.first(5, bytes))).toEqual([5, 5, 5]);
  });

  test('is refused once it was transferred, whatever it says of its length', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = add(reloader);
    const buffer = Object.assign(new ArrayBuffer(64), { length: 64 });
    expect(symbols.address(buffer)).toBe(symbols.address(buffer));
    transfer(buffer);
    expect(() => symbols.address(buffer)).toThrow(codedError('ERR_INVALID_ARG_TYPE'));
  });

  test('is found again where it is, when it shrank and grew meanwhile', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = add(reloader);
    const buffer = resizable(64, 128);
    const bytes = new Uint8Array(buffer, 32, 16);
    const address = symbols.address(bytes);
    expect(symbols.address(bytes)).toBe(address);
    buffer.resize(128);
    expect(symbols.address(bytes)).toBe(address);
    buffer.resize(8);
    buffer.resize(64);
    expect(symbols.address(bytes)).toBe(address);
  });
});

describe('a getter of a later argument', () => {
  test('cannot take the memory of a buffer away', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = add(reloader);
    const bytes = new Uint8Array(8);
    let moved = new ArrayBuffer(0);
    const flags = {
      get low() {
        moved = transfer(bytes.buffer);
        return 1;
      },
    };
    expect(() => symbols.fill(bytes, 8, flags)).toThrow(
      codedError('ERR_INVALID_ARG_TYPE', { message: /^fill: .* transferred/ }),
    );
    expect(new Uint8Array(moved)).toEqual(new Uint8Array(8));
  });

  test('cannot make an array too short', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = add(reloader);
    const buffer = resizable(16, 16);
    const flags = {
      get low() {
        buffer.resize(8);
        return 1;
      },
    };
    const pairs = new Int32Array(buffer);
    expect(() => symbols.sum_pairs(pairs, flags)).toThrow(codedError('ERR_INVALID_ARG_TYPE'));
  });
});

describe('a view that lies about its size', () => {
  class Liar extends Int32Array {
    override get byteLength(): number {
      return 8;
    }
  }

  test('is not taken for an array', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = add(reloader);
    expect(symbols.sum({ low: 1 }, Int32Array.of(3, 4))).toBe(7);
    expect(() => symbols.sum({ low: 1 }, Liar.of(3))).toThrow(codedError('ERR_INVALID_ARG_TYPE'));
  });

  test('is not taken for the bytes of a structure', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = add(reloader);
    expect(symbols.sum_pair(Int32Array.of(3, 4) as never)).toBe(7);
    for (const wrong of [Liar.of(3), Liar.of(3, 4, 5)]) {
      expect(() => symbols.sum_pair(wrong as never)).toThrow(codedError('ERR_OUT_OF_RANGE'));
    }
  });
});
