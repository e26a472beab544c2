// What the arguments of one call need until the function has returned.

import type { Callback } from '../ctypes/type';
import { AwaitedBuffers } from './buffers';
import type { Reader, Surroundings } from './codec';
import { newMemory, type Memory, type Place } from './scratch';

/** Memory that frames take from and give back in the reverse order, so nested calls just work. */
export class Arena {
  readonly memory: Memory;
  top = 0;

  constructor(memory: Memory) {
    this.memory = memory;
  }
}

/** That of blocking calls. */
export const BLOCKING = new Arena(newMemory(65536, 64));

/** Makes the C functions that JavaScript functions become for one call. */
export type Lend = (
  type: Callback,
  callee: (...values: unknown[]) => unknown,
) => { readonly address: bigint; giveBack(): void };

export class Frame implements Surroundings {
  readonly arena: Arena;
  readonly #start: number;
  readonly #lend: Lend;
  readonly #kept: object[] = [];
  readonly #buffers = new AwaitedBuffers();
  readonly #whenReturned: ((reader: Reader) => void)[] = [];
  readonly #lent: { giveBack(): void }[] = [];

  constructor(arena: Arena, lend: Lend) {
    this.arena = arena;
    this.#start = arena.top;
    this.#lend = lend;
  }

  allocate(size: number, alignment: number): Place {
    const { memory, top } = this.arena;
    const offset = Math.ceil(top / alignment) * alignment;
    if (offset + size > memory.bytes.length || alignment > memory.alignment) {
      const own = newMemory(size, alignment);
      this.keep(own);
      return { memory: own, offset: 0 };
    }
    memory.bytes.fill(0, offset, offset + size);
    this.arena.top = offset + size;
    return { memory, offset };
  }

  pointTo(place: Place, buffer: object, size: number): void {
    this.keep(buffer);
    this.#buffers.add(place, buffer, size);
  }

  /**
   * All values are written. From now on no code of the user may run before the call.
   *
   * @throws {Misfit}
   */
  settle(): void {
    this.#buffers.writeAddresses();
  }

  keep(object: object): void {
    this.#kept.push(object);
  }

  whenReturned(action: (reader: Reader) => void): void {
    this.#whenReturned.push(action);
  }

  callbackAddress(type: Callback, callee: (...values: unknown[]) => unknown): bigint {
    const lent = this.#lend(type, callee);
    this.#lent.push(lent);
    return lent.address;
  }

  /** The function has returned. */
  returned(reader: Reader): void {
    for (const action of this.#whenReturned) action(reader);
  }

  /** Gives everything back. Whatever happened, this is called once. */
  end(): void {
    for (const lent of this.#lent) lent.giveBack();
    this.arena.top = this.#start;
    this.#kept.length = 0;
  }
}
