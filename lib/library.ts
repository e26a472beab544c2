// One library: its current version, and what becomes of the others.

import type { NativeChange, NativeImage } from '../binding';
import { DynamicReloadError } from './errors';
import { native } from './native';
import type { Signature } from './signature';
import { SymbolTable, type Addresses } from './symbols';
import type { Library, LibrarySymbols, SymbolDefinitions } from './types';

interface Version {
  readonly image: NativeImage;
  /** The file it was loaded from. */
  readonly path: string;
}

/** What users see of a library. */
class LibraryHandle implements Library {
  readonly #state: LibraryState;

  constructor(state: LibraryState) {
    this.#state = state;
  }

  get name(): string {
    return this.#state.name;
  }

  get originalPath(): string {
    return this.#state.originalPath;
  }

  get loadedPath(): string {
    return this.#state.loadedPath;
  }

  get version(): number {
    return this.#state.version;
  }

  get symbols(): LibrarySymbols<SymbolDefinitions> {
    return this.#state.table.object as LibrarySymbols<SymbolDefinitions>;
  }

  close(): Promise<void> {
    return this.#state.removeOwner();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

export interface LibraryStateOptions {
  readonly name: string;
  readonly originalPath: string;
  readonly flags: number | undefined;
  /** The symbols that the first owner wants. */
  readonly signatures: ReadonlyMap<string, Signature>;
  /** Its number at the native watcher; undefined for a library that is not watched. */
  readonly watch?: number | undefined;
  /** Called when nothing is loaded from a file any more. */
  readonly onUnused: (path: string) => void;
  /** Called when the last owner is gone. */
  readonly onClose: () => void;
}

/** A library that was added, from its first version to its end. */
export class LibraryState {
  readonly name: string;
  originalPath: string;
  readonly watch: number | undefined;
  readonly table: SymbolTable;
  readonly handle: Library = new LibraryHandle(this);
  /** Resolves once the first version was loaded, or could not be. */
  readonly settled: Promise<void>;
  /** A reload is under way. */
  reloading = false;
  version = 0;
  closed = false;
  /** Why the first version could not be loaded; undefined while it may be. */
  failure: unknown;

  readonly #options: LibraryStateOptions;
  readonly #closing = new Set<Promise<void>>();
  #settle!: () => void;
  #owners = 1;
  #current: Version | undefined;
  #pending: NativeChange | undefined;

  constructor(options: LibraryStateOptions) {
    this.#options = options;
    this.name = options.name;
    this.originalPath = options.originalPath;
    this.watch = options.watch;
    this.table = new SymbolTable(options.originalPath);
    this.settled = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  get isLoading(): boolean {
    return this.#current === undefined && !this.closed;
  }

  get loadedPath(): string {
    return this.#current?.path ?? '';
  }

  /** Loads the first version. All or nothing, like everything here that can fail. */
  loadFirst(path: string): void {
    const image = this.open(path);
    try {
      this.table.define(this.#options.signatures, image);
    } catch (error) {
      this.abandon(image);
      throw error;
    }
    // What the system's loader searched for it found somewhere.
    if (this.watch === undefined) this.originalPath = image.path;
    this.#current = { image, path: this.watch === undefined ? image.path : path };
    this.version = 1;
    this.#settle();
  }

  /** Ends a library of which no version was ever loaded. */
  fail(error: unknown): void {
    this.failure = error;
    this.closed = true;
    this.#settle();
  }

  /** Adds an owner, who may bring symbols of their own. */
  addOwner(signatures: ReadonlyMap<string, Signature>): void {
    if (this.#current === undefined) throw closedError(this.name);
    this.table.define(signatures, this.#current.image);
    this.#owners += 1;
  }

  /** Takes an owner away, and closes the library with the last one. */
  removeOwner(): Promise<void> {
    this.#owners -= 1;
    if (this.#owners <= 0) this.close();
    return this.whenClosed();
  }

  /** Keeps a change until it can be carried out. It replaces an older one. */
  setPending(change: NativeChange): void {
    this.#dropPending();
    this.#pending = change;
  }

  /** The change to carry out now, if there is one and no reload is under way. */
  takePending(): NativeChange | undefined {
    if (this.reloading) return undefined;
    const change = this.#pending;
    this.#pending = undefined;
    return change;
  }

  /** Opens another version. Nothing uses it yet. */
  open(path: string): NativeImage {
    if (this.closed) throw closedError(this.name);
    return new native.Image(path, this.originalPath, this.#options.flags);
  }

  /** Closes a version that never became current. Its file is left. */
  abandon(image: NativeImage): void {
    this.#closeImage(image, () => undefined);
  }

  /** Makes a version the current one. Returns what closes the one before, when all is told. */
  commit(image: NativeImage, addresses: Addresses, path: string): () => void {
    const old = this.#current;
    this.table.commit(image, addresses);
    this.#current = { image, path };
    this.version += 1;
    return () => {
      if (old !== undefined) this.#retire(old);
    };
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.table.close();
    if (this.#current !== undefined) this.#retire(this.#current);
    this.#dropPending();
    this.#options.onClose();
  }

  /** Resolves when every version that is to be closed is closed. */
  async whenClosed(): Promise<void> {
    await Promise.all(this.#closing);
  }

  #dropPending(): void {
    if (this.#pending?.copy !== undefined) this.#options.onUnused(this.#pending.copy);
    this.#pending = undefined;
  }

  #retire({ image, path }: Version): void {
    this.#closeImage(image, () => this.#options.onUnused(path));
  }

  #closeImage(image: NativeImage, onClosed: () => void): void {
    const closing = new Promise<void>((resolve) => {
      image.close(() => {
        onClosed();
        resolve();
      });
    });
    this.#closing.add(closing);
    void closing.then(() => this.#closing.delete(closing));
  }
}

function closedError(name: string): DynamicReloadError {
  return new DynamicReloadError('ERR_LIBRARY_CLOSED', `The library ${name} is closed.`);
}
