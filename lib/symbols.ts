// The symbols of one library, bound to whichever version is current.

import { distance } from 'fastest-levenshtein';
import type { NativeImage, NativeSlot } from '../binding';
import { DynamicReloadTypeError, SymbolNotFoundError } from './errors';
import { native } from './native';
import { sameSignature, type FunctionSignature, type Signature } from './signature';

interface Entry {
  readonly signature: Signature;
  readonly slot: NativeSlot;
}

/** Where each symbol is in one image; null for an optional symbol that it does not export. */
export type Addresses = ReadonlyMap<Entry, bigint | null>;

/**
 * Holds one slot for each symbol. A reload writes slots and nothing else, so the functions in
 * `object` are made once and stay the same.
 */
export class SymbolTable {
  /** What users see as `library.symbols`. */
  readonly object: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  readonly #entries = new Map<string, Entry>();
  readonly #originalPath: string;

  /** `originalPath` is what errors call the library. */
  constructor(originalPath: string) {
    this.#originalPath = originalPath;
  }

  /**
   * Adds symbols and binds them to the image. All or none: an error changes nothing.
   *
   * @throws ERR_SYMBOL_NOT_FOUND, or ERR_SYMBOL_DEFINITION when a key is taken by something else
   */
  define(signatures: ReadonlyMap<string, Signature>, image: NativeImage): void {
    const added = new Map<string, Entry>();
    for (const [key, signature] of signatures) {
      const known = this.#entries.get(key);
      if (known === undefined) {
        added.set(key, { signature, slot: new native.Slot(signature.symbol, this.#originalPath) });
      } else if (!sameSignature(known.signature, signature)) {
        throw new DynamicReloadTypeError(
          'ERR_SYMBOL_DEFINITION',
          `Symbol "${key}": the library already has it with another definition`,
        );
      }
    }
    const addresses = this.#findAll(added.values(), image);
    const properties = new Map([...added].map(([key, entry]) => [key, toProperty(key, entry)]));
    bindAll(addresses, image);
    for (const [key, entry] of added) this.#entries.set(key, entry);
    for (const [key, property] of properties) Object.defineProperty(this.object, key, property);
  }

  /**
   * Finds every symbol in a version that is not current yet.
   *
   * @throws ERR_SYMBOL_NOT_FOUND
   */
  resolve(image: NativeImage): Addresses {
    return this.#findAll(this.#entries.values(), image);
  }

  /** Makes every symbol go to the image. Cannot fail. */
  commit(image: NativeImage, addresses: Addresses): void {
    bindAll(addresses, image);
  }

  /** From now on every use fails with ERR_LIBRARY_CLOSED. */
  close(): void {
    for (const { slot } of this.#entries.values()) slot.unbind('closed');
  }

  #findAll(entries: Iterable<Entry>, image: NativeImage): Addresses {
    const addresses = new Map<Entry, bigint | null>();
    for (const entry of entries) {
      const { symbol, optional } = entry.signature;
      const address = image.find(symbol);
      if (address === null && !optional) {
        const nearest = nearestNames(symbol, image.path);
        throw new SymbolNotFoundError(symbol, this.#originalPath, nearest);
      }
      addresses.set(entry, address);
    }
    return addresses;
  }
}

function bindAll(addresses: Addresses, image: NativeImage): void {
  for (const [{ slot }, address] of addresses) {
    if (address === null) slot.unbind('missing');
    else slot.bind(image, address);
  }
}

/** Exported names that may be meant by `symbol`: at most a third of it is spelled otherwise. */
function nearestNames(symbol: string, path: string): string[] {
  return native
    .exportedSymbols(path)
    .map((name) => ({ name, distance: distance(symbol, name) }))
    .filter((candidate) => candidate.distance <= Math.max(2, symbol.length / 3))
    .sort((one, other) => one.distance - other.distance)
    .slice(0, 3)
    .map((candidate) => candidate.name);
}

function toProperty(key: string, { signature, slot }: Entry): PropertyDescriptor {
  if (signature.kind === 'function') {
    const callable = toFunction(key, signature, slot);
    if (!signature.optional) return { value: callable, enumerable: true };
    return { get: () => (slot.isMissing ? null : callable), enumerable: true };
  }
  const { type, optional } = signature;
  return {
    get: () => (optional && slot.isMissing ? null : native.readVariable(slot, type)),
    set: (value: unknown) => {
      if (type === 'string' || type === 'buffer') {
        throw new DynamicReloadTypeError(
          'ERR_INVALID_ARG_TYPE',
          `${key}: a variable of type ${type} can only be read; declare it as pointer to write it`,
        );
      }
      native.writeVariable(slot, type, value);
    },
    enumerable: true,
  };
}

function toFunction(key: string, signature: FunctionSignature, slot: NativeSlot): unknown {
  return Object.defineProperties(native.createFunction(slot, signature), {
    name: { value: key, configurable: true },
    length: { value: signature.arguments.length, configurable: true },
    pointer: { get: () => slot.address, enumerable: true },
  });
}
