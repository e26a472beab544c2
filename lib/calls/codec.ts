// Values of C types in memory: what every codec can do.

import type { Callback, Type } from '../ctypes/type';
import type { Place } from './scratch';

/** What a value may need beyond its own bytes, for as long as C may use them. */
export interface Surroundings {
  /** Memory that is all zeros. */
  allocate(size: number, alignment: number): Place;
  /**
   * Writes the address of a buffer, which has to have `size` bytes, when no code of the user can take
   * its memory away any more; and keeps it.
   */
  pointTo(place: Place, buffer: object, size: number): void;
  /** The value has this address itself: what an earlier one brought may be there. */
  mention?(address: bigint): void;
  /** Keeps an object from being collected. */
  keep(object: object): void;
  /** Runs `action` when the function has returned, and its result was read. */
  whenReturned(action: (reader: Reader) => void): void;
  /** A C function that calls `callee`. */
  callbackAddress(type: Callback, callee: (...values: unknown[]) => unknown): bigint;
}

/** What reading needs: some library. */
export interface Reader {
  /** The function that a pointer leads to. */
  functionAt(type: Callback, address: bigint): unknown;
  /** Hands memory to the function with this name, which frees it. */
  free(symbol: string, address: bigint): void;
}

/** A function of C as JavaScript calls it. */
export type Call = (...values: unknown[]) => unknown;

/** Finds the codec of another type. */
export type FindCodec = (type: Type) => Codec;

export interface Codec {
  readonly type: Type;
  /**
   * Checks the value and writes it; `place` is all zeros. May run code of the user's objects.
   *
   * @throws {Misfit}
   */
  write(place: Place, value: unknown, around: Surroundings): void;
  read(place: Place, reader: Reader): unknown;
}
