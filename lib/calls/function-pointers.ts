// Functions that a library hands out by their address.

import type { NativeImage, NativeSlot } from '../../binding';
import { keyOf } from '../ctypes/key';
import { VOID } from '../ctypes/names';
import { ADDRESS, type Callback } from '../ctypes/type';
import { SymbolNotFoundError } from '../errors';
import { native } from '../native';
import type { Call, Reader } from './codec';
import { keepingErrorNumber } from './error-number';
import { makeFunction } from './function';
import type { FunctionSignature } from '../signature';
import type { Library } from './interpreter';

/** `void free(void *)` */
const FREE: Callback = {
  kind: 'callback',
  arguments: [{ kind: 'pointer', ...ADDRESS }],
  return: VOID,
  ...ADDRESS,
};

/**
 * Makes them callable, as long as the version is the current one that they came from: where they
 * point to afterwards nobody knows.
 */
export class FunctionPointers {
  /** For what comes from the current version. */
  reader: Reader;
  readonly #originalPath: string;
  readonly #library: () => Library;
  readonly #known = new Map<string, { readonly call: Call; readonly slot: NativeSlot }>();
  #image: NativeImage | undefined;

  constructor(originalPath: string, library: () => Library) {
    this.#originalPath = originalPath;
    this.#library = library;
    this.reader = this.#readerOf(undefined);
  }

  /** Of what comes from the current version. */
  get slots(): readonly NativeSlot[] {
    return [...this.#known.values()].map(({ slot }) => slot);
  }

  get image(): NativeImage | undefined {
    return this.#image;
  }

  /** The current version. */
  set image(image: NativeImage | undefined) {
    if (image === this.#image) return;
    this.#image = image;
    this.reader = this.#readerOf(image);
    for (const { slot } of this.#known.values()) slot.unbind(this.#whyUnbound);
    this.#known.clear();
  }

  /** Why what comes from another version than the current one cannot be called. */
  get #whyUnbound(): 'closed' | 'replaced' {
    return this.#image === undefined ? 'closed' : 'replaced';
  }

  #readerOf(image: NativeImage | undefined): Reader {
    return {
      functionAt: (type, address) => this.#functionOf(image, type, address),
      free: (symbol, address) => {
        const free = image?.find(symbol, 'anywhere');
        if (free === undefined || free === null) {
          throw new SymbolNotFoundError(symbol, this.#originalPath, []);
        }
        keepingErrorNumber(() => {
          this.#free(image, free, address);
        });
      },
    };
  }

  /** Also of a version that is not the current one any more: the call that gave the text keeps it. */
  #free(image: NativeImage | undefined, free: bigint, address: bigint): void {
    if (image === undefined || image === this.#image) {
      this.#functionOf(image, FREE, free)(address);
      return;
    }
    const { call, slot } = this.#make(FREE, free);
    slot.bind(image, free);
    try {
      call(address);
    } finally {
      slot.unbind('replaced');
    }
  }

  #functionOf(image: NativeImage | undefined, type: Callback, address: bigint): Call {
    const isCurrent = image !== undefined && image === this.#image;
    const key = `${address} ${keyOf(type)}`;
    const known = isCurrent ? this.#known.get(key) : undefined;
    if (known !== undefined) return known.call;
    const { call, slot } = this.#make(type, address);
    if (isCurrent) {
      slot.bind(image, address);
      this.#known.set(key, { call, slot });
    } else {
      slot.unbind(this.#whyUnbound);
    }
    return call;
  }

  /** Not bound yet. */
  #make(type: Callback, address: bigint): { readonly call: Call; readonly slot: NativeSlot } {
    const name = `function at 0x${address.toString(16)}`;
    const slot = new native.Slot(name, this.#originalPath);
    return { call: makeFunction(name, signatureOf(name, type), slot, this.#library()), slot };
  }
}

function signatureOf(symbol: string, type: Callback): FunctionSignature {
  const { arguments: list, return: result } = type;
  const flags = { optional: false, nonblocking: false, variadic: false };
  return { kind: 'function', symbol, ...flags, arguments: list, return: result };
}
