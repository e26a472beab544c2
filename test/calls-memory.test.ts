// Arguments and results that are addresses: pointer, buffer, function and string.

import { DynamicReload } from '../lib';
import { codedError } from './support/coded-error';
import { fixture } from './support/fixtures';

const reloader = new DynamicReload();
afterAll(() => reloader.close());

const { symbols } = reloader.addLibrarySync(fixture('libcalls.so'), {
  symbols: {
    identity_pointer: { arguments: ['pointer'], return: 'pointer' },
    address_of_buffer: { name: 'identity_pointer', arguments: ['buffer'], return: 'buffer' },
    identity_function: {
      name: 'identity_pointer',
      arguments: ['function'],
      return: 'function',
    },
    text_in_buffer: { name: 'identity_pointer', arguments: ['buffer'], return: 'string' },
    is_null: { arguments: ['pointer'], return: 'bool' },
    null_pointer: { return: 'pointer' },
    sum_bytes: { arguments: ['buffer', 'usize'], return: 'u64' },
    fill_bytes: { arguments: ['buffer', 'usize', 'u8'] },
    identity_string: { arguments: ['string'], return: 'string' },
    string_length: { arguments: ['string'], return: 'usize' },
    string_is_null: { name: 'is_null', arguments: ['string'], return: 'bool' },
    null_string: { return: 'string' },
    greeting: { return: 'string' },
    upper_case: { arguments: ['string'], return: 'string' },
  },
});

type Refused = (value: unknown) => unknown;

describe('a pointer', () => {
  test.each([0n, 1n, 2n ** 64n - 1n])('takes the address %p', (address) => {
    expect(symbols.identity_pointer(address)).toBe(address);
  });

  test('is 0n for null', () => {
    expect(symbols.identity_pointer(null)).toBe(0n);
    expect(symbols.is_null(null)).toBe(true);
    expect(symbols.null_pointer()).toBe(0n);
  });

  test('takes bytes by their address', () => {
    const bytes = new ArrayBuffer(16);
    const address = symbols.identity_pointer(bytes);
    expect(address).not.toBe(0n);
    expect(symbols.identity_pointer(new Uint8Array(bytes, 5))).toBe(address + 5n);
    expect(symbols.identity_pointer(new DataView(bytes, 7))).toBe(address + 7n);
    expect(symbols.address_of_buffer(bytes)).toBe(address);
  });

  test.each([-1n, 2n ** 64n])('does not hold %p', (address) => {
    expect(() => symbols.identity_pointer(address)).toThrow(
      codedError('ERR_OUT_OF_RANGE', { message: 'argument 1 is pointer: it must be a bigint' }),
    );
  });

  test.each([0, 1, '0', true, undefined, {}, [1], () => 0])('is not made of %p', (value) => {
    expect(() => (symbols.identity_pointer as Refused)(value)).toThrow(
      codedError('ERR_INVALID_ARG_TYPE', {
        message: 'it must be a bigint address, an ArrayBuffer, a view of one or null, not ',
      }),
    );
  });
});

describe('a buffer', () => {
  const EVERY_KIND = [
    new Int8Array([1, 2, 3, 4, 5, 6, 7, 8]),
    new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]),
    new Uint8ClampedArray([1, 2, 3, 4, 5, 6, 7, 8]),
    new Int16Array([0x0102, 0x0304, 0x0506, 0x0708]),
    new Uint16Array([0x0102, 0x0304, 0x0506, 0x0708]),
    new Int32Array([0x01020304, 0x05060708]),
    new Uint32Array([0x01020304, 0x05060708]),
    new BigInt64Array([0x0102030405060708n]),
    new BigUint64Array([0x0102030405060708n]),
    new Float32Array(new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]).buffer),
    new Float64Array(new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]).buffer),
    new DataView(new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]).buffer),
    new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]).buffer,
    Buffer.from([1, 2, 3, 4, 5, 6, 7, 8]),
  ].map((bytes) => [bytes.constructor.name, bytes] as const);

  test.each(EVERY_KIND)('of kind %s is read where it is', (_kind, bytes) => {
    expect(symbols.sum_bytes(bytes, bytes.byteLength)).toBe(36n);
  });

  test.each(EVERY_KIND)('of kind %s is written where it is', (_kind, bytes) => {
    symbols.fill_bytes(bytes, bytes.byteLength, 0xa5);
    const buffer = bytes instanceof ArrayBuffer ? bytes : bytes.buffer;
    const offset = bytes instanceof ArrayBuffer ? 0 : bytes.byteOffset;
    const written = new Uint8Array(buffer, offset, bytes.byteLength);
    expect([...written]).toEqual(Array.from(written, () => 0xa5));
  });

  test.each([
    ['Uint8Array', (all: ArrayBuffer) => new Uint8Array(all, 2, 3)],
    ['Uint16Array', (all: ArrayBuffer) => new Uint16Array(all, 2, 1)],
    ['DataView', (all: ArrayBuffer) => new DataView(all, 2, 3)],
    ['Buffer', (all: ArrayBuffer) => Buffer.from(all).subarray(2, 5)],
  ])('that is a part of another begins where the part does: %s', (_kind, view) => {
    const all = new Uint8Array([1, 2, 4, 8, 16, 32, 64, 128]);
    const part = view(all.buffer);
    const expected = all.slice(2, 2 + part.byteLength).reduce((sum, byte) => sum + byte, 0);
    expect(symbols.sum_bytes(part, part.byteLength)).toBe(BigInt(expected));
    symbols.fill_bytes(part, part.byteLength, 0);
    expect([all[1], all[2], all[2 + part.byteLength]]).toEqual([2, 0, 2 ** (2 + part.byteLength)]);
  });

  test('may be shared between threads', () => {
    const shared = new Uint8Array(new SharedArrayBuffer(4));
    symbols.fill_bytes(shared, 4, 3);
    expect(symbols.sum_bytes(shared, 4)).toBe(12n);
    expect([...shared]).toEqual([3, 3, 3, 3]);
  });

  test('may be large, empty or null', () => {
    const large = new Uint8Array(1 << 20).fill(1);
    expect(symbols.sum_bytes(large, large.length)).toBe(1n << 20n);
    for (const nothing of [new Uint8Array(0), new ArrayBuffer(0), Buffer.alloc(0)]) {
      expect(symbols.sum_bytes(nothing, 0)).toBe(0n);
    }
    expect(symbols.sum_bytes(null, 0)).toBe(0n);
    expect(symbols.address_of_buffer(null)).toBe(0n);
  });

  test('that was transferred has no bytes any more, and is refused', () => {
    const buffer = new ArrayBuffer(8);
    const views = [new Uint8Array(buffer), new DataView(buffer), buffer];
    structuredClone(buffer, { transfer: [buffer] });
    for (const bytes of views) {
      const refusal = codedError('ERR_INVALID_ARG_TYPE', { message: 'argument 1 is ' });
      expect(() => symbols.address_of_buffer(bytes)).toThrow(refusal);
      expect(() => symbols.identity_pointer(bytes)).toThrow(refusal);
    }
  });

  test.each([1n, 0, 'bytes', undefined, {}, [1], new Proxy(new Uint8Array(1), {})])(
    'is not made of %p',
    (value) => {
      expect(() => (symbols.address_of_buffer as Refused)(value)).toThrow(
        codedError('ERR_INVALID_ARG_TYPE', {
          message: 'argument 1 is buffer: it must be an ArrayBuffer, a view of one or null, not ',
        }),
      );
    },
  );
});

describe('a string', () => {
  test.each([
    ['nothing', ''],
    ['ASCII', 'hello'],
    ['two bytes a character', 'Grüße'],
    ['three bytes a character', '日本語'],
    ['a pair of surrogates', 'a𝄞b'],
    ['a joined emoji', '👩‍👩‍👧'],
    ['all control characters but NUL', '\x01\x1f\x7f\r\n'],
  ])('of %s goes in and comes out', (_what, text) => {
    expect(symbols.identity_string(text)).toBe(text);
    expect(symbols.string_length(text)).toBe(BigInt(Buffer.byteLength(text)));
  });

  test.each([254, 255, 256, 257, 4096, 1_000_000])('of %d characters is whole', (length) => {
    const text = 'abcdefgh'.repeat(length / 8 + 1).slice(0, length);
    expect(symbols.string_length(text)).toBe(BigInt(length));
    expect(symbols.identity_string(text)).toBe(text);
  });

  test('replaces half a pair of surrogates, which UTF-8 cannot say', () => {
    expect(symbols.identity_string('a\ud800b')).toBe('a\ufffdb');
  });

  test('is null for null, both ways', () => {
    expect(symbols.string_is_null(null)).toBe(true);
    expect(symbols.identity_string(null)).toBeNull();
    expect(symbols.null_string()).toBeNull();
  });

  test.each(['\0', 'a\0b', 'a\0', `${'x'.repeat(500)}\0`])('cannot hold NUL: %j', (text) => {
    // The second time it is one that was just passed.
    for (let time = 0; time < 3; time++) {
      expect(() => symbols.string_length(text)).toThrow(
        codedError('ERR_OUT_OF_RANGE', {
          message:
            'string_length: argument 1 is string: it must be a string without NUL characters or null',
        }),
      );
    }
  });

  test.each([1, 1n, true, undefined, {}, ['a'], Buffer.from('a'), Object('a') as object])(
    'is not made of %p',
    (value) => {
      expect(() => (symbols.string_length as Refused)(value)).toThrow(
        codedError('ERR_INVALID_ARG_TYPE', { message: 'argument 1 is string' }),
      );
    },
  );

  test('that comes out is read as UTF-8', () => {
    expect(symbols.greeting()).toBe('hello, wörld');
    expect(symbols.text_in_buffer(Buffer.from([0xff, 0x41, 0]))).toBe('\ufffdA');
  });

  test('that comes out is a copy, which the library cannot change any more', () => {
    const first = symbols.upper_case('first');
    expect(symbols.upper_case('second')).toBe('SECOND');
    expect(first).toBe('FIRST');
  });
});

describe('a function pointer', () => {
  test('takes an address or null', () => {
    expect(symbols.identity_function(symbols.greeting.pointer)).toBe(symbols.greeting.pointer);
    expect(symbols.identity_function(null)).toBe(0n);
  });

  test.each([0, undefined, 'f', new Uint8Array(8), symbols.greeting, () => 0])(
    'is not made of %p',
    (value) => {
      expect(() => (symbols.identity_function as Refused)(value)).toThrow(
        codedError('ERR_INVALID_ARG_TYPE', { message: 'it must be a bigint address or null' }),
      );
    },
  );
});
