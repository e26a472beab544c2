// What users see of a library.

import { EventEmitter } from 'node:events';
import { inspect } from 'node:util';
import { abortable } from './abortable';
import { errorNumber, setErrorNumber } from './calls/error-number';
import type { CallbackDefinition, CallbackFunction } from './ctypes/callback';
import type {
  AfterEvent,
  Library,
  LibraryEvents,
  LibraryLease,
  LibraryVersion,
  ReloadedOptions,
  ReloadEvent,
  RollbackOptions,
} from './events';
import type { LibraryCallback, LibrarySymbols, SymbolDefinitions } from './types';

/** What stands behind a handle. */
export interface LibrarySource {
  readonly name: string;
  readonly originalPath: string;
  readonly loadedPath: string;
  readonly version: number;
  readonly versions: readonly LibraryVersion[];
  readonly symbols: LibrarySymbols<SymbolDefinitions>;
  /** Aborted when the library is closed; the reason says so. */
  readonly ended: AbortSignal;
  makeCallback(definition: unknown, callee: unknown): LibraryCallback;
  lease(): LibraryLease;
  rollback(options: RollbackOptions): Promise<AfterEvent>;
  removeOwner(): Promise<void>;
}

export class LibraryHandle extends EventEmitter<LibraryEvents> implements Library {
  readonly #source: LibrarySource;
  #next: Promise<void> | undefined;

  constructor(source: LibrarySource) {
    super();
    this.#source = source;
  }

  get name(): string {
    return this.#source.name;
  }

  get originalPath(): string {
    return this.#source.originalPath;
  }

  get loadedPath(): string {
    return this.#source.loadedPath;
  }

  get version(): number {
    return this.#source.version;
  }

  get versions(): readonly LibraryVersion[] {
    return this.#source.versions;
  }

  get symbols(): LibrarySymbols<SymbolDefinitions> {
    return this.#source.symbols;
  }

  get errno(): number {
    return errorNumber();
  }

  set errno(value: number) {
    setErrorNumber(value);
  }

  callback<const D extends CallbackDefinition>(
    definition: D,
    callee: CallbackFunction<D>,
  ): LibraryCallback {
    return this.#source.makeCallback(definition, callee);
  }

  lease(): LibraryLease {
    return this.#source.lease();
  }

  rollback(options: RollbackOptions = {}): Promise<AfterEvent> {
    return this.#source.rollback(options);
  }

  async reloaded(options: ReloadedOptions = {}): Promise<ReloadEvent> {
    const { version = this.version + 1, signal } = options;
    const { ended } = this.#source;
    for (;;) {
      ended.throwIfAborted();
      signal?.throwIfAborted();
      if (this.version >= version) return { library: this, version: this.version };
      this.#next ??= this.#waitForNext();
      await abortable(this.#next, signal);
    }
  }

  /**
   * Resolves with the next reload, or when the library is closed. One listener for all who wait, or
   * Node.js would warn of a leak.
   */
  #waitForNext(): Promise<void> {
    const { ended } = this.#source;
    return new Promise((resolve) => {
      const end = () => {
        this.off('after', end);
        ended.removeEventListener('abort', end);
        this.#next = undefined;
        resolve();
      };
      this.on('after', end);
      ended.addEventListener('abort', end);
    });
  }

  close(): Promise<void> {
    return this.#source.removeOwner();
  }

  /** What console.log() shows. */
  [inspect.custom](): object {
    const { name, version, originalPath, loadedPath, symbols } = this;
    return { name, version, originalPath, loadedPath, symbols: Object.keys(symbols) };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
