// What the value of an allocation leads to, for as long as it does.

import type { Type } from '../ctypes/type';
import { nameOf } from '../ctypes/type';
import { native } from '../native';
import { AwaitedBuffers, bytesOf } from './buffers';
import type { Surroundings } from './codec';
import { encode } from './encode';
import { Misfit } from './misfit';
import { newMemory, type Place } from './scratch';

/** Memory that the value points to: a copy of something, or a buffer of the user's. */
interface Piece {
  readonly object: object;
  readonly start: bigint;
  readonly size: number;
}

/** One value of an allocation, with everything that it points to. */
export class Assignment {
  readonly bytes: Uint8Array;
  readonly #pieces: Piece[] = [];
  readonly #callbacks: object[] = [];
  /** Those before this one with pieces that this value points to by their address. */
  readonly #earlier = new Set<Assignment>();

  /** @throws ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE */
  constructor(type: Type, value: unknown, before: Assignment | undefined) {
    const buffers = new AwaitedBuffers();
    const around = this.#surroundings(type, buffers, before);
    const whose = { symbol: 'alloc', what: 'the value' };
    const { memory } = encode(type, value, whose, around, buffers);
    this.bytes = memory.bytes.subarray(0, type.size);
  }

  #surroundings(type: Type, buffers: AwaitedBuffers, before: Assignment | undefined): Surroundings {
    return {
      allocate: (size, alignment) => this.#allocate(size, alignment),
      pointTo: (place, object, size) => {
        buffers.add(place, object, size);
        const start = native.calls.addressOf(object) ?? 0n;
        this.#pieces.push({ object, start, size: bytesOf(object)?.length ?? 0 });
      },
      mention: (address) => {
        const owner = before?.ownerOf(address);
        if (owner !== undefined) this.#earlier.add(owner);
      },
      keep: (callback) => this.#callbacks.push(callback),
      whenReturned: () => undefined,
      callbackAddress: (_type, callee) => {
        const accepted = 'a value without functions: a callback of lib.callback() can be kept';
        throw new Misfit('ERR_INVALID_ARG_TYPE', nameOf(type), accepted, callee);
      },
    };
  }

  #allocate(size: number, alignment: number): Place {
    const memory = newMemory(size, alignment);
    this.#pieces.push({ object: memory, start: memory.address, size });
    return { memory, offset: 0 };
  }

  /** Whose piece is at an address. The end of one counts: pointers may go there. */
  ownerOf(address: bigint): Assignment | undefined {
    const isOwn = this.#pieces.some(
      ({ start, size }) => address >= start && address <= start + BigInt(size),
    );
    if (isOwn) return this;
    for (const one of this.#earlier) {
      const owner = one.ownerOf(address);
      if (owner !== undefined) return owner;
    }
    return undefined;
  }
}
