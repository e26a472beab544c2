// The symbols of one library, bound to whichever version is current.

import { distance } from 'fastest-levenshtein';
import type { NativeImage, NativeSlot } from '../binding';
import { makeLender } from './calls/callback';
import { makeFunction } from './calls/function';
import { LastingCallback } from './calls/lasting-callback';
import { FunctionPointers } from './calls/function-pointers';
import type { Library } from './calls/interpreter';
import { makeVariable } from './calls/variable';
import { DynamicReloadTypeError, SymbolNotFoundError } from './errors';
import { native } from './native';
import type { WantedSymbol } from './probe-report';
import { sameSignature, type Signature } from './signature';
import type { LibraryCallback, LibrarySymbols, SymbolDefinitions } from './types';

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
  readonly object = Object.create(null) as LibrarySymbols<SymbolDefinitions>;
  readonly #entries = new Map<string, Entry>();
  readonly #originalPath: string;
  readonly #library: Library;
  readonly #pointers: FunctionPointers;
  readonly #callbacks = new Set<LastingCallback>();

  /** `originalPath` is what errors call the library. */
  constructor(originalPath: string, onDeadCall: () => void) {
    this.#originalPath = originalPath;
    this.#pointers = new FunctionPointers(originalPath, () => this.#library);
    const pointers = this.#pointers;
    this.#library = {
      get reader() {
        return pointers.reader;
      },
      lend: makeLender(() => pointers.reader, onDeadCall),
      onDeadCall,
    };
  }

  get signatures(): ReadonlyMap<string, Signature> {
    return new Map([...this.#entries].map(([key, { signature }]) => [key, signature]));
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
    const properties = new Map(
      [...added].map(([key, entry]) => [key, toProperty(key, entry, this.#library)]),
    );
    bindAll(addresses, image);
    this.#pointers.image = image;
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
    this.#pointers.image = image;
  }

  /**
   * Lets go of the current version before there is another one: until the next commit every use fails
   * with ERR_INVALID_STATE. Returns what takes that back.
   */
  suspend(): () => void {
    const resumes = [...this.#entries.values()].map(({ slot }) => suspendSlot(slot));
    const { image } = this.#pointers;
    resumes.push(...this.#pointers.slots.map((slot) => suspendSlot(slot)));
    return () => {
      if (image === undefined) return;
      for (const resume of resumes) resume(image);
    };
  }

  /**
   * Makes a table of the same symbols for a version that is not the current one. To be closed.
   *
   * @throws ERR_SYMBOL_NOT_FOUND
   */
  boundTo(image: NativeImage): SymbolTable {
    const table = new SymbolTable(this.#originalPath, this.#library.onDeadCall);
    table.define(this.signatures, image);
    return table;
  }

  /** Makes a C function that calls `callee` until it, or the library, is closed. */
  makeCallback(definition: unknown, callee: unknown): LibraryCallback {
    const made = new LastingCallback(definition, callee, this.#library, () => {
      this.#callbacks.delete(made);
    });
    this.#callbacks.add(made);
    return made;
  }

  /** From now on every use fails with ERR_LIBRARY_CLOSED. */
  close(): void {
    for (const { slot } of this.#entries.values()) slot.unbind('closed');
    this.#pointers.image = undefined;
    for (const callback of this.#callbacks) callback.close();
  }

  #findAll(entries: Iterable<Entry>, image: NativeImage): Addresses {
    const addresses = new Map<Entry, bigint | null>();
    for (const entry of entries) {
      const { symbol, optional, kind } = entry.signature;
      const address = image.find(symbol, kind);
      if (address === null && !optional) throw this.#notFound(symbol, image);
      const free = freeOf(entry.signature);
      if (free !== undefined && image.find(free, 'anywhere') === null)
        throw this.#notFound(free, image);
      addresses.set(entry, address);
    }
    return addresses;
  }

  #notFound(symbol: string, image: NativeImage): Error {
    return symbolNotFound(symbol, this.#originalPath, image.path);
  }
}

/** `path` is what was loaded, or is to be. */
export function symbolNotFound(symbol: string, originalPath: string, path: string): Error {
  return new SymbolNotFoundError(symbol, originalPath, nearestNames(symbol, path));
}

/** What has to be found in a library for them, in words that another process understands. */
export function wantedSymbols(signatures: Iterable<Signature>): WantedSymbol[] {
  return [...signatures].flatMap((signature): WantedSymbol[] => {
    const { symbol, optional, kind } = signature;
    const free = freeOf(signature);
    const own = { symbol, what: kind, optional };
    return free === undefined ? [own] : [own, { symbol: free, what: 'anywhere', optional: false }];
  });
}

/** The symbol that frees its results. */
function freeOf(signature: Signature): string | undefined {
  const isText = signature.kind === 'function' && signature.return.kind === 'string';
  return isText ? signature.return.free : undefined;
}

function suspendSlot(slot: NativeSlot): (image: NativeImage) => void {
  if (slot.isMissing) return () => undefined;
  const { address } = slot;
  slot.unbind('suspended');
  return (image) => {
    slot.bind(image, address);
  };
}

function bindAll(addresses: Addresses, image: NativeImage): void {
  for (const [{ slot }, address] of addresses) {
    if (address === null) slot.unbind('missing');
    else slot.bind(image, address);
  }
}

/** Exported names that may be meant by `symbol`: at most a third of it is spelled otherwise. */
function nearestNames(symbol: string, path: string): string[] {
  return (native.files.exports(path) ?? [])
    .map(({ name }) => ({ name, distance: distance(symbol, name) }))
    .filter((candidate) => candidate.distance <= Math.max(2, symbol.length / 3))
    .sort((one, other) => one.distance - other.distance)
    .slice(0, 3)
    .map((candidate) => candidate.name);
}

function toProperty(key: string, { signature, slot }: Entry, library: Library): PropertyDescriptor {
  const { optional } = signature;
  if (signature.kind === 'function') {
    const callable = makeFunction(key, signature, slot, library);
    if (!optional) return { value: callable, enumerable: true };
    return { get: () => (slot.isMissing ? null : callable), enumerable: true };
  }
  const variable = makeVariable(key, signature, slot, library);
  return {
    get: () => (optional && slot.isMissing ? null : variable.get()),
    set: (value: unknown) => {
      variable.set(value);
    },
    enumerable: true,
  };
}
