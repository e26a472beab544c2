// The functions with which a library saves and restores its state.

import type { NativeImage } from '../binding';
import { describe, DynamicReloadError } from './errors';
import { toSignature } from './signature';
import { SymbolTable } from './symbols';
import type { StateFunctionNames } from './version-options';

interface Functions {
  readonly save: (buffer: Uint8Array | null, capacity: number) => bigint;
  readonly restore: (data: Uint8Array, size: number) => number;
}

/** What `save` returns to refuse: `(size_t)-1`. */
const REFUSED = 2n ** 64n - 1n;
/** A state that grows while it is saved has other threads that change it: so often it is tried. */
const MOST_ATTEMPTS = 8;

export class StateFunctions {
  readonly #names: StateFunctionNames;
  readonly #originalPath: string;

  constructor(names: StateFunctionNames, originalPath: string) {
    this.#names = names;
    this.#originalPath = originalPath;
  }

  /** @throws ERR_SYMBOL_NOT_FOUND */
  check(image: NativeImage): void {
    this.#use(image, () => undefined);
  }

  /** @throws ERR_VALIDATION */
  save(image: NativeImage): Uint8Array {
    return this.#use(image, ({ save }) => {
      let buffer: Uint8Array | null = null;
      for (let attempt = 0; attempt <= MOST_ATTEMPTS; attempt += 1) {
        const capacity: number = buffer?.length ?? 0;
        const size = save(buffer, capacity);
        if (size === REFUSED) throw this.#refusal(`${this.#names.save}() refused to save it`);
        if (buffer !== null && size <= capacity) return buffer.subarray(0, Number(size));
        buffer = this.#allocate(size);
      }
      throw this.#refusal(`${this.#names.save}() asked for more each time`);
    });
  }

  /** @throws ERR_VALIDATION */
  restore(image: NativeImage, state: Uint8Array): void {
    this.#use(image, ({ restore }) => {
      const answer = restore(state, state.length);
      if (answer !== 0) throw this.#refusal(`${this.#names.restore}() refused it with ${answer}`);
    });
  }

  #use<T>(image: NativeImage, use: (functions: Functions) => T): T {
    const { save, restore } = this.#names;
    const table = new SymbolTable(this.#originalPath, () => undefined);
    const definitions = {
      save: { name: save, arguments: ['buffer', 'usize'], return: 'usize' },
      restore: { name: restore, arguments: ['buffer', 'usize'], return: 'i32' },
    } as const;
    const signatures = Object.entries(definitions).map(
      ([key, definition]) => [key, toSignature(key, definition, {})] as const,
    );
    try {
      table.define(new Map(signatures), image);
      return use(table.object as unknown as Functions);
    } catch (cause) {
      if (cause instanceof DynamicReloadError) throw cause;
      throw this.#refusal(describe(cause), { cause }); // Of a callback.
    } finally {
      table.close();
    }
  }

  #allocate(size: bigint): Uint8Array {
    try {
      return new Uint8Array(Number(size));
    } catch (cause) {
      throw this.#refusal(`there is no memory for ${size} bytes`, { cause });
    }
  }

  #refusal(why: string, options?: ErrorOptions): DynamicReloadError {
    const message = `The state of ${this.#originalPath} was not handed over: ${why}.`;
    return new DynamicReloadError('ERR_VALIDATION', message, options);
  }
}
