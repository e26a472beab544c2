// zlib, with the structure that it keeps its state in.

import { randomBytes } from 'node:crypto';
import zlib from 'node:zlib';
import { alloc, DynamicReload, enumeration, inout, pointer, read, struct } from '../lib';
import { isSanitized, OWN_SYMBOLS_FIRST } from './support/real-libraries';

const reloader = new DynamicReload();
afterAll(() => reloader.close());

/** What a call ended with. */
const Status = enumeration({
  OK: 0,
  STREAM_END: 1,
  NEED_DICT: 2,
  STREAM_ERROR: -2,
  DATA_ERROR: -3,
  MEM_ERROR: -4,
  BUF_ERROR: -5,
  VERSION_ERROR: -6,
});

/** What a call is to bring out. */
const Flush = enumeration({ NO_FLUSH: 0, SYNC_FLUSH: 2, FINISH: 4 });

/** `z_stream`. */
const Stream = struct({
  next_in: 'pointer',
  avail_in: 'unsigned',
  total_in: 'unsigned long',
  next_out: 'pointer',
  avail_out: 'unsigned',
  total_out: 'unsigned long',
  msg: 'string',
  state: 'pointer',
  zalloc: 'function',
  zfree: 'function',
  opaque: 'pointer',
  data_type: 'int',
  adler: 'unsigned long',
  reserved: 'unsigned long',
});

const { symbols } = reloader.addLibrarySync('libz.so.1', {
  system: true,
  flags: OWN_SYMBOLS_FIRST,
  symbols: {
    zlibVersion: { return: 'string' },
    zError: { arguments: [Status], return: 'string' },
    crc32: { arguments: ['unsigned long', 'buffer', 'unsigned'], return: 'unsigned long' },
    adler32: { arguments: ['unsigned long', 'buffer', 'unsigned'], return: 'unsigned long' },
    compressBound: { arguments: ['unsigned long'], return: 'unsigned long' },
    compress2: {
      arguments: ['buffer', inout('unsigned long'), 'buffer', 'unsigned long', 'int'],
      return: Status,
    },
    uncompress: {
      arguments: ['buffer', inout('unsigned long'), 'buffer', 'unsigned long'],
      return: Status,
    },
    uncompressLater: {
      name: 'uncompress',
      arguments: ['buffer', inout('unsigned long'), 'buffer', 'unsigned long'],
      return: Status,
      nonblocking: true,
    },
    deflateInit_: { arguments: [pointer(Stream), 'int', 'string', 'int'], return: Status },
    deflate: { arguments: [pointer(Stream), Flush], return: Status },
    deflateEnd: { arguments: [pointer(Stream)], return: Status },
    inflateInit_: { arguments: [pointer(Stream), 'string', 'int'], return: Status },
    inflate: { arguments: [pointer(Stream), Flush], return: Status },
    inflateEnd: { arguments: [pointer(Stream)], return: Status },
  },
});

const TEXT = Buffer.from('hot reload '.repeat(20_000));

/** What becomes small, what does not, and what is no smaller than it was. */
const INPUTS: readonly (readonly [name: string, input: Buffer])[] = [
  ['a text', TEXT],
  ['random bytes', randomBytes(100_000)],
  ['nothing', Buffer.alloc(0)],
];

test('zlibVersion gives the version of the library', () => {
  expect(symbols.zlibVersion()).toMatch(/^1\.\d+/);
});

describe('a check value', () => {
  test('of CRC-32', () => {
    expect(symbols.crc32(0, Buffer.from('123456789'), 9)).toBe(0xcbf43926n);
  });

  test('goes on where the last one ended', () => {
    const half = TEXT.length / 2;
    const first = symbols.crc32(0, TEXT, half);
    expect(symbols.crc32(first, TEXT.subarray(half), half)).toBe(
      symbols.crc32(0, TEXT, TEXT.length),
    );
  });

  test('of nothing is what the function begins with', () => {
    expect(symbols.crc32(5, null, 0)).toBe(0n);
    expect(symbols.adler32(5, null, 0)).toBe(1n);
  });
});

describe('compress2 and uncompress', () => {
  /** A length goes in, and how much of it was used comes out. */
  function compress(input: Buffer, level: number): Buffer {
    const packed = Buffer.alloc(Number(symbols.compressBound(input.length)));
    const length = { value: BigInt(packed.length) };
    expect(symbols.compress2(packed, length, input, input.length, level)).toBe('OK');
    return packed.subarray(0, Number(length.value));
  }

  test.each(INPUTS)('give back %s', (_, input) => {
    const packed = compress(input, 9);
    const unpacked = Buffer.alloc(input.length);
    const length = { value: BigInt(unpacked.length) };
    expect(symbols.uncompress(unpacked, length, packed, packed.length)).toBe('OK');
    expect(length.value).toBe(BigInt(input.length));
    expect(unpacked.equals(input)).toBe(true);
  });

  test('understand Node.js, and the other way round', () => {
    expect(zlib.inflateSync(compress(TEXT, 1)).equals(TEXT)).toBe(true);
    const packed = zlib.deflateSync(TEXT);
    const unpacked = Buffer.alloc(TEXT.length);
    expect(symbols.uncompress(unpacked, { value: TEXT.length }, packed, packed.length)).toBe('OK');
    expect(unpacked.equals(TEXT)).toBe(true);
  });

  test('say that there is too little room', () => {
    const packed = compress(TEXT, 9);
    const length = { value: 10 };
    expect(symbols.uncompress(Buffer.alloc(10), length, packed, packed.length)).toBe('BUF_ERROR');
    expect(symbols.zError('BUF_ERROR')).toBe('buffer error');
  });

  test('work on many threads at once', async () => {
    const packed = compress(TEXT, 9);
    const unpack = async () => {
      const unpacked = Buffer.alloc(TEXT.length);
      const length = { value: BigInt(TEXT.length) };
      expect(await symbols.uncompressLater(unpacked, length, packed, packed.length)).toBe('OK');
      expect(length.value).toBe(BigInt(TEXT.length));
      return unpacked.equals(TEXT);
    };
    const all = await Promise.all(Array.from({ length: 16 }, unpack));
    expect(all).not.toContain(false);
  });
});

// Mixed with the zlib of Node.js, of which the state looks otherwise, it would crash.
(isSanitized ? describe.skip : describe)('a stream', () => {
  type StreamMemory = ReturnType<typeof newStream>;

  /** zlib knows a stream by its address, so it needs memory that stays. */
  const newStream = () => alloc(Stream);

  /** Lets `step` work until the input is used up, with room for `room` bytes at a time. */
  function pump(
    stream: StreamMemory,
    input: Buffer,
    room: number,
    step: typeof symbols.deflate,
  ): Buffer {
    const parts: Buffer[] = [];
    stream.value = { ...stream.value, next_in: input, avail_in: input.length };
    for (;;) {
      const output = Buffer.alloc(room);
      stream.value = { ...stream.value, next_out: output, avail_out: room };
      const status = step(stream.pointer, 'FINISH');
      parts.push(output.subarray(0, room - stream.value.avail_out));
      if (status === 'STREAM_END') return Buffer.concat(parts);
      expect(['OK', 'BUF_ERROR']).toContain(status);
    }
  }

  function deflate(input: Buffer, room: number): Buffer {
    using stream = newStream();
    const { pointer: at } = stream;
    expect(symbols.deflateInit_(at, 6, symbols.zlibVersion(), Stream.size)).toBe('OK');
    const packed = pump(stream, input, room, symbols.deflate);
    expect(stream.value).toMatchObject({
      total_in: BigInt(input.length),
      total_out: BigInt(packed.length),
      adler: symbols.adler32(1, input, input.length),
    });
    expect(symbols.deflateEnd(at)).toBe('OK');
    return packed;
  }

  function inflate(packed: Buffer, room: number): Buffer {
    using stream = newStream();
    const { pointer: at } = stream;
    expect(symbols.inflateInit_(at, symbols.zlibVersion(), Stream.size)).toBe('OK');
    const unpacked = pump(stream, packed, room, symbols.inflate);
    expect(symbols.inflateEnd(at)).toBe('OK');
    return unpacked;
  }

  test('is as large as the library says', () => {
    expect(Stream.size).toBe(112);
    using stream = newStream();
    const { pointer: at } = stream;
    const version = symbols.zlibVersion();
    expect(symbols.inflateInit_(at, version, Stream.size - 1)).toBe('VERSION_ERROR');
  });

  test.each(INPUTS)('gives back %s, in small pieces', (_, input) => {
    const packed = deflate(input, 100);
    expect(zlib.inflateSync(packed).equals(input)).toBe(true);
    expect(inflate(packed, 1000).equals(input)).toBe(true);
  });

  test('tells what is wrong with its input, in a member', () => {
    using stream = newStream();
    expect(symbols.inflateInit_(stream.pointer, symbols.zlibVersion(), Stream.size)).toBe('OK');
    const input = Buffer.from('no zlib data');
    const output = Buffer.alloc(100);
    stream.value = {
      ...stream.value,
      ...{ next_in: input, avail_in: input.length },
      ...{ next_out: output, avail_out: output.length },
    };
    expect(symbols.inflate(stream.pointer, 'NO_FLUSH')).toBe('DATA_ERROR');
    expect(read(stream.pointer, Stream).msg).toBe('incorrect header check');
    expect(symbols.inflateEnd(stream.pointer)).toBe('OK');
  });

  test('that was never begun is refused', () => {
    expect(symbols.deflate(null, 'FINISH')).toBe('STREAM_ERROR');
    expect(symbols.deflate(newStream().pointer, 'FINISH')).toBe('STREAM_ERROR');
  });
});
