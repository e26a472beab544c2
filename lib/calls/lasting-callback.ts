// C functions that call JavaScript for as long as the user wants.

import { toCallback } from '../ctypes/callback';
import { describe, DynamicReloadTypeError } from '../errors';
import type { LibraryCallback } from '../types';
import { makeFunction, type CallbackFunction } from './callback';
import { noteClosed } from './closed-callbacks';
import type { Library } from './interpreter';

export class LastingCallback implements LibraryCallback {
  readonly pointer: bigint;
  readonly #function: CallbackFunction;
  readonly #library: Library;
  readonly #onClose: () => void;

  /** @throws ERR_SYMBOL_DEFINITION, ERR_INVALID_ARG_TYPE, ERR_INVALID_STATE */
  constructor(definition: unknown, callee: unknown, library: Library, onClose: () => void) {
    const type = toCallback(definition);
    if (typeof callee !== 'function') {
      throw new DynamicReloadTypeError(
        'ERR_INVALID_ARG_TYPE',
        `callback: what C calls must be a function, not ${describe(callee)}`,
      );
    }
    this.#function = makeFunction(type);
    this.#function.use = {
      callee: callee as (...values: unknown[]) => unknown,
      reader: () => library.reader,
    };
    this.#library = library;
    this.#onClose = onClose;
    this.pointer = this.#function.native.address ?? 0n;
  }

  ref(): this {
    this.#function.native.ref();
    return this;
  }

  unref(): this {
    this.#function.native.unref();
    return this;
  }

  /** For good: C code that keeps the address too long must not call somebody else's function. */
  close(): void {
    if (this.#function.use === undefined) return;
    this.#function.use = undefined;
    this.#function.native.close(this.#library.onDeadCall);
    noteClosed(this);
    this.#onClose();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
