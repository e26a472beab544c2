// Memory that JavaScript shares with C: what is where, and who may look at it.

import {
  alignof,
  alloc,
  array,
  bits,
  callback,
  DynamicReload,
  enumeration,
  inout,
  offsetof,
  out,
  pointer,
  read,
  sizeof,
  string,
  struct,
  toArrayBuffer,
  union,
  view,
  write,
  type Allocation,
  type AnyType,
} from '../lib';
import { codedError } from './support/coded-error';
import { fixture } from './support/fixtures';
import { collectGarbage } from './support/garbage';

const reloader = new DynamicReload();
afterAll(() => reloader.close());

const { symbols } = reloader.addLibrarySync(fixture('libcalls.so'), {
  symbols: {
    variable_i32: { type: 'i32' },
    address_of_i32: { name: 'variable_pointer', type: 'pointer' },
    variable_string: { type: 'string' },
    address_of_text: { name: 'variable_string', type: 'pointer' },
    fill_bytes: { arguments: ['pointer', 'usize', 'u8'] },
    sum_bytes: { arguments: ['pointer', 'usize'], return: 'u64' },
    string_length: { arguments: ['pointer'], return: 'usize' },
    identity_pointer: { arguments: ['pointer'], return: 'pointer' },
    greeting: { return: 'string' },
  },
});

const Point = struct({ x: 'f64', y: 'f64' });
const Word = union({ number: 'f32', bits: 'u32', bytes: array('u8', 4) });
const Color = enumeration({ RED: 0, GREEN: 5 }, 'u8');
const Entry = struct({ tag: 'char', name: 'string', at: Point, next: pointer(Point) });
const Flags = struct({ low: bits('u32', 3), high: bits('u32', 5), rest: 'u16' });
const Packed = struct({ tag: 'u8', value: 'i64' }, { packed: true });
const Function = callback({ arguments: ['i32'] });
const Wide = string({ encoding: 'wide' });

/** Without the checks of the compiler. */
type Untyped = (...values: unknown[]) => unknown;
const [allocate, readAny, writeAny, viewAny] = [alloc, read, write, view] as unknown as readonly [
  Untyped,
  Untyped,
  Untyped,
  Untyped,
];

const ADDRESS_SIZE = 8;

describe('sizeof, alignof and offsetof', () => {
  test.each<[AnyType, number, number]>([
    ['bool', 1, 1],
    ['char', 1, 1],
    ['i16', 2, 2],
    ['unsigned int', 4, 4],
    ['f64', 8, 8],
    ['size_t', 8, 8],
    ['complex64', 8, 4],
    ['pointer', ADDRESS_SIZE, ADDRESS_SIZE],
    ['string', ADDRESS_SIZE, ADDRESS_SIZE],
    [Function, ADDRESS_SIZE, ADDRESS_SIZE],
    [pointer(Entry), ADDRESS_SIZE, ADDRESS_SIZE],
    [Color, 1, 1],
    [array('i16', 5), 10, 2],
    [array(Point, 0), 0, 8],
    [Word, 4, 4],
    [Entry, 40, 8],
    [Flags, 4, 4],
    [Packed, 9, 1],
    [struct({ x: 'i8' }, { align: 16 }), 16, 16],
  ])('tell of %p what C tells', (type, size, alignment) => {
    expect([sizeof(type), alignof(type)]).toEqual([size, alignment]);
  });

  test('tell where members are', () => {
    expect(['tag', 'name', 'at', 'next'].map((name) => offsetof(Entry, name))).toEqual([
      0, 8, 16, 32,
    ]);
    expect(offsetof(Packed, 'value')).toBe(1);
    expect(['number', 'bits', 'bytes'].map((name) => offsetof(Word, name))).toEqual([0, 0, 0]);
  });

  test.each(['void', 'i33', undefined, 4, { kind: 'scalar', size: 4 }, out('i32'), inout(Point)])(
    'refuse %p, which is no type of a value',
    (type) => {
      for (const ask of [sizeof, alignof, (given: never) => offsetof(given, 'x')]) {
        expect(() => ask(type as never)).toThrow(codedError('ERR_SYMBOL_DEFINITION'));
      }
    },
  );

  test('know no members of what has none', () => {
    expect(() => offsetof('i32', 'x')).toThrow(codedError('ERR_SYMBOL_DEFINITION'));
    expect(() => offsetof(pointer(Point), 'x')).toThrow(codedError('ERR_SYMBOL_DEFINITION'));
    expect(() => offsetof(Point, 'z')).toThrow(
      codedError('ERR_INVALID_ARG_TYPE', { message: "offsetof: 'z' is no member" }),
    );
  });
});

const VALUES: readonly [AnyType, unknown][] = [
  ['bool', true],
  ['char', 65],
  ['i8', -128],
  ['int', -(2 ** 31)],
  ['u32', 2 ** 32 - 1],
  ['i64', -(2n ** 63n)],
  ['usize', 2n ** 64n - 1n],
  ['f32', -0.5],
  ['f64', 0.1],
  ['complex128', { re: 1, im: -2 }],
  ['pointer', 0x1234n],
  [pointer(Point), 0n],
  [Color, 'GREEN'],
  [Color, 7],
  [array('i16', 3), [1, -2, 3]],
  [array(Point, 1), [{ x: 1, y: 2 }]],
  [Point, { x: 0.5, y: -0.5 }],
  [Flags, { low: 5, high: 17, rest: 60000 }],
  [Packed, { tag: 200, value: -1n }],
  [Function, null],
  ['string', null],
];

describe('memory', () => {
  test.each(VALUES)('of alloc has a value of %p: %p', (type, value) => {
    using memory = allocate(type, value) as Allocation;
    expect(memory.bytes).toHaveLength(sizeof(type));
    expect(Number(memory.pointer) % alignof(type)).toBe(0);
    expect(memory.value).toEqual(value);
  });

  test.each(VALUES)('is written and read at an address: %p %p', (type, value) => {
    using memory = alloc(array('u8', sizeof(type) + 16));
    memory.bytes.fill(0xa5);
    const at = memory.pointer + 8n;
    writeAny(at, type, value);
    expect(readAny(at, type)).toEqual(value);
    const around = [...memory.bytes.subarray(0, 8), ...memory.bytes.subarray(-8)];
    expect(around.every((byte) => byte === 0xa5)).toBe(true);
  });

  test('of alloc is zeros at first, and what C writes later', () => {
    using memory = alloc(Point);
    expect(memory.value).toEqual({ x: 0, y: 0 });
    memory.value = { x: 1, y: 2 };
    expect(memory.value).toEqual({ x: 1, y: 2 });
    symbols.fill_bytes(memory.pointer, sizeof(Point), 0);
    expect(memory.value).toEqual({ x: 0, y: 0 });
    memory.bytes[7] = 0xc0;
    expect(memory.value.x).toBe(-2);
  });

  test('of alloc is passed by its address, its bytes or itself', () => {
    using memory = alloc(array('u8', 3), [1, 2, 3]);
    expect(symbols.sum_bytes(memory.pointer, 3)).toBe(6n);
    expect(symbols.sum_bytes(memory.bytes, 3)).toBe(6n);
    expect(symbols.identity_pointer(memory.bytes)).toBe(memory.pointer);
  });

  test('of the library is what its variables are', () => {
    const at = view(symbols.address_of_i32, 'i32');
    symbols.variable_i32 = 77;
    expect([at.value, read(symbols.address_of_i32, 'i32')]).toEqual([77, 77]);
    at.value = -5;
    expect(symbols.variable_i32).toBe(-5);
    write(symbols.address_of_i32, 'i32', 6);
    expect([at.value, symbols.variable_i32]).toEqual([6, 6]);
  });

  test('is copied into a buffer, which nobody else changes', () => {
    const text = toArrayBuffer(symbols.address_of_text, 4);
    expect(Buffer.from(text).toString()).toBe('text');
    new Uint8Array(text).fill(0);
    expect(symbols.variable_string).toBe('text');
  });

  test.each([
    ['string', 'grün'],
    [Wide, 'grün 𝄞'],
    [string({ encoding: 'utf16' }), 'grün 𝄞'],
  ] as const)('of alloc keeps the text of %p', (type, text) => {
    using memory = alloc(type, text);
    collectGarbage();
    for (let i = 0; i < 1000; i++) alloc(type, 'another text');
    expect(memory.value).toBe(text);
  });

  test('of alloc keeps values and texts inside of values', () => {
    using memory = alloc(Entry, { tag: 1, name: 'name', at: { x: 1, y: 2 }, next: { x: 3, y: 4 } });
    collectGarbage();
    for (let i = 0; i < 1000; i++) alloc(Point, { x: -1, y: -1 });
    expect(memory.value).toEqual({
      tag: 1,
      name: 'name',
      at: { x: 1, y: 2 },
      next: expect.any(BigInt),
    });
    expect(read(memory.value.next, Point)).toEqual({ x: 3, y: 4 });
  });
});

describe('memory that was given back', () => {
  test('has no address, no bytes and no value', () => {
    const memory = alloc('i32', 5);
    memory[Symbol.dispose]();
    memory[Symbol.dispose]();
    expect([memory.pointer, memory.bytes]).toEqual([0n, new Uint8Array()]);
    const refusal = codedError('ERR_INVALID_ARG_TYPE', { message: 'given back' });
    expect(() => memory.value).toThrow(refusal);
    expect(() => (memory.value = 5)).toThrow(refusal);
  });
});

describe('a value that does not fit', () => {
  test.each<[AnyType, unknown, 'ERR_INVALID_ARG_TYPE' | 'ERR_OUT_OF_RANGE', string]>([
    ['i32', '5', 'ERR_INVALID_ARG_TYPE', 'the value is i32'],
    ['u8', 256, 'ERR_OUT_OF_RANGE', 'the value is u8'],
    ['string', 'a\0b', 'ERR_OUT_OF_RANGE', 'the value is string'],
    [Point, { x: 1 }, 'ERR_INVALID_ARG_TYPE', 'the value.y is f64'],
    [Point, new Uint8Array(15), 'ERR_OUT_OF_RANGE', '16 bytes'],
    [array('u8', 2), [1, 256], 'ERR_OUT_OF_RANGE', 'the value[1] is u8'],
    [array('u8', 2), [1], 'ERR_OUT_OF_RANGE', 'the value is '],
    [Word, {}, 'ERR_INVALID_ARG_TYPE', 'exactly one of the members'],
    [Color, 'BLUE', 'ERR_INVALID_ARG_TYPE', 'RED, GREEN or a number'],
    [Function, () => 0, 'ERR_INVALID_ARG_TYPE', 'callback'],
  ])('%p: %p is refused, and nothing is written', (type, value, code, message) => {
    expect(() => allocate(type, value)).toThrow(codedError(code, { message: `alloc: ` }));
    using memory = alloc(type);
    memory.bytes.fill(0x5a);
    const assign = () => (memory.value = value as never);
    expect(assign).toThrow(codedError(code, { message }));
    expect(() => writeAny(memory.pointer, type, value)).toThrow(codedError(code, { message }));
    expect(memory.bytes.every((byte) => byte === 0x5a)).toBe(true);
  });

  test.each<[AnyType, unknown]>([
    ['string', 'text'],
    [pointer(Point), { x: 1, y: 2 }],
    [struct({ name: 'string' }), { name: 'text' }],
  ])('cannot be written where nobody would free it: %p %p', (type, value) => {
    using memory = alloc(type);
    expect(() => writeAny(memory.pointer, type, value)).toThrow(
      codedError('ERR_INVALID_ARG_TYPE', { message: 'a value that needs no memory of its own' }),
    );
  });

  test('a function is read by symbols only', () => {
    using memory = alloc('usize', symbols.greeting.pointer);
    expect(() => readAny(memory.pointer, Function)).toThrow(codedError('ERR_INVALID_ARG_TYPE'));
  });
});

describe('an address', () => {
  test.each([0n, -1n, 2n ** 64n, 4096, null, undefined, '0x1000', new Uint8Array(4)])(
    'cannot be %p',
    (address) => {
      const refusal = codedError('ERR_INVALID_ARG_TYPE', { message: 'is no address to look at' });
      const at = address as bigint;
      expect(() => read(at, 'i32')).toThrow(refusal);
      expect(() => write(at, 'i32', 1)).toThrow(refusal);
      expect(() => view(at, 'i32')).toThrow(refusal);
      expect(() => toArrayBuffer(at, 1)).toThrow(refusal);
    },
  );

  test.each([-1, 0.5, NaN, Infinity, 2 ** 52, 2 ** 53, '4', 4n, undefined])(
    'has no %p bytes',
    (length) => {
      expect(() => toArrayBuffer(symbols.address_of_text, length as number)).toThrow(
        codedError('ERR_OUT_OF_RANGE', { message: 'is no number of bytes' }),
      );
    },
  );

  test.each(['void', out('i32'), 'i33', array('i32')])('leads to no %p', (type) => {
    const refusal = codedError('ERR_SYMBOL_DEFINITION');
    for (const use of [readAny, writeAny, viewAny]) {
      expect(() => use(symbols.address_of_i32, type, 1)).toThrow(refusal);
    }
    expect(() => allocate(type)).toThrow(refusal);
  });
});
