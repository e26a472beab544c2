// How long JavaScript keeps what C has an address of, and where it lies.

import { alloc, callback, DynamicReload, inout, out, pointer, string, struct, write } from '../lib';
import { codedError } from './support/coded-error';
import { compile } from './support/compiler';
import { collectGarbage, isCollected } from './support/garbage';
import { useTemporaryDirectory } from './support/temporary-directory';
import { waitFor } from './support/wait';

const SOURCE = `
  #include <stdint.h>
  #include <string.h>
  void *kept;
  char *name = "name";
  struct entry { const char *text; void *bytes; } entry;
  uint64_t address(void *bytes) { return (uint64_t)bytes; }
  uint64_t length(const char *text) { return strlen(text); }
  int both(void *bytes, const char *text) { return bytes && text; }
  void (*visit)(void);
  void keep(void (*callback)(void)) { visit = callback; }
  int differing(const unsigned char *bytes, int count) {
    int differing = 0;
    if (visit) visit();
    for (int i = 0; i < count; ++i) differing += bytes[i] != 7;
    return differing;
  }
  int first(void *bytes, int number) { return number; }
`;

const Entry = struct({ text: 'string', bytes: 'pointer' });
const Line = struct({ a: 'i32' }, { align: 64 });
const Page = struct({ a: 'i32' }, { align: 4096 });

const directory = useTemporaryDirectory();

function add(reloader: DynamicReload) {
  return reloader.addLibrarySync(compile(SOURCE, directory.file('lib.so')), {
    symbols: {
      kept: { type: 'pointer' },
      entry: { type: Entry },
      typed: { name: 'kept', type: pointer(Line) },
      address: { arguments: ['pointer'], return: 'u64' },
      address_of_line: { name: 'address', arguments: [pointer(Line)], return: 'u64' },
      address_of_page: { name: 'address', arguments: [pointer(Page)], return: 'u64' },
      address_of_out: { name: 'address', arguments: [out(Line)], return: 'u64' },
      address_of_inout: { name: 'address', arguments: [inout(Line)], return: 'u64' },
      address_soon: {
        name: 'address',
        arguments: [pointer(Line)],
        return: 'u64',
        nonblocking: true,
      },
      keep: { arguments: [callback({})] },
      differing: { arguments: ['buffer', 'i32'], return: 'i32' },
      length: { arguments: ['string'], return: 'u64' },
      both: { arguments: ['buffer', 'buffer'], return: 'i32' },
      first: { arguments: ['buffer', 'i32'], return: 'i32' },
    },
  });
}

/** Waits until the process has no more memory of a kind: some of it goes in its own time. */
async function shrinksTo(kind: keyof NodeJS.MemoryUsage, size: number): Promise<void> {
  await waitFor(() => {
    collectGarbage();
    return process.memoryUsage()[kind] < size;
  });
}

describe('a buffer that nobody would keep for C is refused', () => {
  const NEEDS = codedError('ERR_INVALID_ARG_TYPE', { message: 'needs no memory of its own' });

  test('by a variable', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = add(reloader);
    expect(() => (symbols.kept = Buffer.alloc(8) as never)).toThrow(NEEDS);
    expect(() => (symbols.typed = new Int32Array(16) as never)).toThrow(NEEDS);
    expect(() => (symbols.typed = { a: 1 } as never)).toThrow(NEEDS);
    expect(() => (symbols.entry = { text: null, bytes: Buffer.alloc(8) as never })).toThrow(NEEDS);
    expect(symbols.kept).toBe(0n);
    using memory = alloc('i32', 5);
    symbols.kept = memory.pointer;
    expect(symbols.kept).toBe(memory.pointer);
  });

  test('by write', () => {
    using memory = alloc('pointer', 5n);
    expect(() => write(memory.pointer, 'pointer', Buffer.alloc(8))).toThrow(NEEDS);
    expect(memory.value).toBe(5n);
  });
});

describe('an address is aligned as its type is', () => {
  const COUNT = 50;
  const many = (address: () => bigint) => Array.from({ length: COUNT }, address);

  test('in memory of alloc', () => {
    const lines = Array.from({ length: COUNT }, () => alloc(Line, { a: 3 }));
    expect(lines.every(({ pointer: at }) => at % 64n === 0n)).toBe(true);
    expect(lines.every(({ value, bytes }) => value.a === 3 && bytes.length === 64)).toBe(true);
    const pages = Array.from({ length: COUNT }, () => alloc(Page));
    expect(pages.every(({ pointer: at }) => at % 4096n === 0n)).toBe(true);
  });

  test('in what an allocation points to', () => {
    const Holding = struct({ line: pointer(Line) });
    const all = Array.from({ length: COUNT }, () => alloc(Holding, { line: { a: 1 } }));
    expect(all.every(({ value }) => value.line % 64n === 0n)).toBe(true);
  });

  test('as an argument', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = add(reloader);
    const lines = many(() => symbols.address_of_line({ a: 1 }));
    expect(lines.every((at) => at % 64n === 0n)).toBe(true);
    const pages = many(() => symbols.address_of_page({ a: 1 }));
    expect(pages.every((at) => at % 4096n === 0n)).toBe(true);
    const holders = many(() => symbols.address_of_out({}));
    expect(holders.every((at) => at % 64n === 0n)).toBe(true);
    const filled = many(() => symbols.address_of_inout({ value: { a: 1 } }));
    expect(filled.every((at) => at % 64n === 0n)).toBe(true);
  });

  test('as an argument of a nonblocking function', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = add(reloader);
    const calls = Array.from({ length: COUNT }, () => symbols.address_soon({ a: 1 }));
    expect((await Promise.all(calls)).every((at) => at % 64n === 0n)).toBe(true);
  });
});

describe('the value of an allocation', () => {
  const Node = struct({ first: 'pointer', second: 'pointer' });

  /** Assigns in a function of its own: what it uses cannot be reached from here afterwards. */
  function assign(memory: { value: unknown }, make: (bytes: Uint8Array) => unknown) {
    const bytes = new Uint8Array(1000);
    memory.value = make(bytes);
    return new WeakRef(bytes);
  }

  test('keeps a buffer that it points to', async () => {
    using memory = alloc(Node);
    const bytes = assign(memory, (first) => ({ first, second: null }));
    await Promise.resolve();
    collectGarbage();
    expect(bytes.deref()).toHaveLength(1000);
    expect(memory.value.second).toBe(0n);
  });

  test('lets go of what the value before it pointed to', async () => {
    using memory = alloc(Node);
    const bytes = assign(memory, (first) => ({ first, second: null }));
    memory.value = { first: null, second: null };
    await isCollected(bytes);
  });

  test('keeps what it points to by an address of the value before it', async () => {
    using memory = alloc(Node);
    const first = assign(memory, (buffer) => ({ first: buffer, second: null }));
    const { first: address } = memory.value;
    const second = assign(memory, (buffer) => ({ first: buffer, second: address + 8n }));
    memory.value = { first: null, second: memory.value.second };
    await isCollected(second);
    expect(first.deref()).toHaveLength(1000);
  });

  test('lets go of a text when there is another', async () => {
    using memory = alloc(string({ encoding: 'utf16' }));
    const text = 'x'.repeat(1 << 20);
    collectGarbage();
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 50; i++) memory.value = text;
    await shrinksTo('arrayBuffers', before + (20 << 20));
    expect(memory.value).toBe(text);
  });
});

test('a large argument stays as long as the call', async () => {
  await using reloader = new DynamicReload();
  const library = add(reloader);
  const { keep, differing } = library.symbols;
  const size = 1 << 20;
  const call = (count: number) => differing(new Uint8Array(count).fill(7), count);
  for (let i = 0; i < 20_000; i++) call(1); // So that the engine optimizes it.
  using collecting = library.callback({}, () => {
    collectGarbage();
    for (let i = 0; i < 20; i++) new Uint8Array(size).fill(9);
  });
  keep(collecting);
  for (let i = 0; i < 20; i++) expect(call(size)).toBe(0);
});

describe('a large argument is not kept', () => {
  test('when the call is refused', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = add(reloader);
    const refuse = () => {
      const bytes = new Uint8Array(1 << 20);
      expect(() => symbols.both(bytes, 'wrong' as never)).toThrow();
      return new WeakRef(bytes);
    };
    await isCollected(refuse());
  });

  test('when it is a text', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = add(reloader);
    const size = 50 << 20;
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    const call = () => symbols.length('x'.repeat(size));
    expect(call()).toBe(BigInt(size));
    await shrinksTo('heapUsed', before + size / 2);
  });

  test('when it is a small part of a large buffer', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = add(reloader);
    const call = () => {
      const bytes = new Uint8Array(1 << 20).subarray(0, 10);
      for (let i = 0; i < 100; i++) symbols.first(bytes, i);
      return new WeakRef(bytes.buffer);
    };
    await isCollected(call());
  });
});
