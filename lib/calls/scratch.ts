// The memory that JavaScript shares with native code.

import { native } from '../native';

/** Bytes at an address that does not change. */
export interface Memory {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly address: bigint;
  /** What the address is a multiple of, at least. */
  readonly alignment: number;
}

/** A place for one value. */
export interface Place {
  readonly memory: Memory;
  readonly offset: number;
}

export function placeAt({ memory, offset }: Place, further: number): Place {
  return { memory, offset: offset + further };
}

export function addressOf({ memory, offset }: Place): bigint {
  return memory.address + BigInt(offset);
}

export function writeAddress({ memory, offset }: Place, address: bigint): void {
  memory.view.setBigUint64(offset, address, true);
}

/** New memory. It stays as long as somebody holds it. */
export function newMemory(size: number, alignment = ALIGNED_TO): Memory {
  if (alignment <= ALIGNED_TO) return describeMemory(new ArrayBuffer(Math.max(size, 1)));
  const larger = new ArrayBuffer(size + alignment);
  const beyond = Number((native.calls.addressOf(larger) ?? 0n) % BigInt(alignment));
  return describeMemory(larger, { start: alignment - beyond, size, alignment });
}

/** What the engine aligns the memory of every buffer to, as malloc() does: C11, 7.22.3. */
const ALIGNED_TO = 16;

function describeMemory(
  buffer: ArrayBuffer,
  { start = 0, size = buffer.byteLength, alignment = ALIGNED_TO } = {},
): Memory {
  const bytes = new Uint8Array(buffer, start, size);
  const address = native.calls.addressOf(bytes) ?? 0n;
  return { bytes, view: new DataView(buffer, start, size), address, alignment };
}

const { layout } = native.calls;
const buffer = native.calls.scratchBuffer();

/** Where things are in the scratch, in bytes: what native/napi/scratch.h says. */
export const SCRATCH = {
  ...layout,
  memory: describeMemory(buffer),
  i32: new Int32Array(buffer),
  u32: new Uint32Array(buffer),
  f32: new Float32Array(buffer),
  f64: new Float64Array(buffer),
  i64: new BigInt64Array(buffer),
  u64: new BigUint64Array(buffer),
} as const;

/** What `status` in native/napi/scratch.h can be. */
export const BAD_VALUE = 3;

/** What `job` is there when no call is done. */
export const NO_JOB = 0xffff_ffff;

export const RESULT: Place = { memory: SCRATCH.memory, offset: layout.result };
