// DynamicReload: what users make to load libraries and to have them reloaded.

import { EventEmitter } from 'node:events';
import type { NativeChange, NativeImage, NativeWatcher } from '../binding';
import { Announcer, type AnnouncerOptions } from './announcer';
import { asReloadError, DynamicReloadError } from './errors';
import type { DynamicReloadEvents, UpdateCallback } from './events';
import type { LibraryState } from './library';
import { LibrarySet, reloaderClosed } from './library-set';
import { native } from './native';
import {
  checkCallback,
  readLibraryRequest,
  readReloaderOptions,
  type AddLibraryOptions,
  type DynamicReloadOptions,
  type LibraryRequest,
  type ReloaderSettings,
} from './options';
import { reload, type ReloadSteps } from './reload';
import { findLibrary, platformFileName } from './search';
import type { Addresses } from './symbols';
import type { Library, NoSymbols, SymbolDefinitions } from './types';

/**
 * Loads native shared libraries and replaces them in the running program when they are rebuilt.
 *
 * Each library is loaded from a private copy, so the original can be overwritten at any time. Its
 * functions are called through `library.symbols` and stay the same objects across reloads. Until a
 * new version is loaded and has every symbol the old one keeps working; after any failure it still
 * does, and the next good build is reloaded.
 *
 * A reloader keeps the process alive, as `fs.watch()` does, until `close()` or `unref()`. It belongs
 * to the thread that made it: every worker makes its own.
 */
export class DynamicReload extends EventEmitter<DynamicReloadEvents> implements AsyncDisposable {
  readonly #settings: ReloaderSettings;
  readonly #watcher: NativeWatcher;
  readonly #libraries: LibrarySet;
  readonly #onAbort = () => void this.close();
  #closing: Promise<void> | undefined;
  #isRefed = true;
  #adding = 0;

  /**
   * @throws ERR_SHADOW_COPY when the shadow directory cannot be made; ERR_WATCH or ERR_WATCH_LIMIT;
   *   ERR_INVALID_ARG_TYPE or ERR_OUT_OF_RANGE for an option
   */
  constructor(options: DynamicReloadOptions = {}) {
    super();
    this.#settings = readReloaderOptions(options);
    this.#settings.signal?.throwIfAborted();
    this.#watcher = new native.Watcher(
      this.#settings.shadowParent,
      this.#settings.debounceMs,
      () => {
        this.#onChange();
      },
    );
    this.#libraries = new LibrarySet(this.#watcher);
    this.#settings.signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  /**
   * Finds a library, loads it and watches it. A file that is being written is waited for. Adding the
   * same path again gives the same library one more owner; the symbols are added to those it has, and
   * its `flags` stay.
   *
   * @throws ERR_LIBRARY_NOT_FOUND, ERR_LIBRARY_INCOMPLETE (nobody is writing the file and it is
   *   damaged), ERR_LIBRARY_LOAD, ERR_SYMBOL_NOT_FOUND, ERR_SYMBOL_DEFINITION, ERR_SHADOW_COPY,
   *   ERR_WATCH, ERR_WATCH_LIMIT, ERR_RELOADER_CLOSED, or the reason of `options.signal`
   */
  async addLibrary<const S extends SymbolDefinitions = NoSymbols>(
    name: string,
    options: AddLibraryOptions<S> = {},
  ): Promise<Library<S>> {
    this.#checkOpen();
    const request = readLibraryRequest(name, options);
    request.signal?.throwIfAborted();
    this.#adding += 1;
    this.#updateRef();
    try {
      const library = request.system
        ? this.#libraries.addSystem(fileNameOf(request), request)
        : await this.#libraries.add(this.#find(request), request);
      return library as Library<S>;
    } finally {
      this.#adding -= 1;
      this.#updateRef();
    }
  }

  /**
   * Like {@link addLibrary}, but blocks until the library is loaded: at worst 300 ms for a damaged
   * file, and 10 s for one that is being written.
   */
  addLibrarySync<const S extends SymbolDefinitions = NoSymbols>(
    name: string,
    options: AddLibraryOptions<S> = {},
  ): Library<S> {
    this.#checkOpen();
    const request = readLibraryRequest(name, options);
    request.signal?.throwIfAborted();
    const library = request.system
      ? this.#libraries.addSystem(fileNameOf(request), request)
      : this.#libraries.addSync(this.#find(request), request);
    return library as Library<S>;
  }

  /**
   * Takes one owner of the library away. With the last one its symbols stop working
   * (ERR_LIBRARY_CLOSED) and it is closed. Resolves when it is: after the nonblocking calls that run
   * in it. To be called once for each time the library was added; once closed, it stays closed.
   *
   * @throws ERR_INVALID_STATE when the library belongs to another reloader
   */
  async removeLibrary(library: Library): Promise<void> {
    const state = this.#libraries.stateOf(library);
    if (state === undefined) {
      throw new DynamicReloadError('ERR_INVALID_STATE', 'The library is not one of this reloader.');
    }
    await state.removeOwner();
  }

  /**
   * Handles now every change that was noticed so far, instead of waiting for the event loop; with
   * `reload: 'manual'` nothing else does. `callback` is called beside the listeners. Synchronous:
   * listeners cannot use `waitUntil`, and one that does makes its reload fail.
   *
   * @returns how many libraries were reloaded or failed to
   * @throws ERR_RELOADER_CLOSED, ERR_INVALID_ARG_TYPE, or what a callback or listener threw after a
   *   reload; what they throw before one makes it fail
   */
  update(callback?: UpdateCallback): number {
    this.#checkOpen();
    checkCallback(callback);
    this.#drain();
    const thrown: unknown[] = [];
    const announcer = this.#announcer({
      callback,
      canWait: false,
      onThrow: (error) => thrown.push(error),
    });
    let handled = 0;
    for (const { state, change } of this.#libraries.withPendingChange()) {
      this.#carryOut(state, change, announcer);
      handled += 1;
    }
    if (thrown.length > 1) throw new AggregateError(thrown, 'Several listeners of a reload threw.');
    if (thrown.length === 1) throw thrown[0];
    return handled;
  }

  /** Lets the reloader keep the process alive, as it does at first. */
  ref(): this {
    this.#isRefed = true;
    this.#updateRef();
    return this;
  }

  /** Lets the process end while the reloader is open, except while a library is being added. */
  unref(): this {
    this.#isRefed = false;
    this.#updateRef();
    return this;
  }

  /**
   * Closes every library and removes the shadow directory. Resolves when that is done; calling it
   * again gives the same promise.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#settings.signal?.removeEventListener('abort', this.#onAbort);
    await this.#libraries.close();
    await new Promise<void>((resolve) => {
      this.#watcher.close(resolve);
    });
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw reloaderClosed();
  }

  #updateRef(): void {
    if (this.#isRefed || this.#adding > 0) this.#watcher.ref();
    else this.#watcher.unref();
  }

  #find(request: LibraryRequest): string {
    return findLibrary(fileNameOf(request), this.#settings.search);
  }

  // Called by the doorbell, out of native code: nothing may be thrown here.
  #onChange(): void {
    if (this.#closing !== undefined) return;
    this.#drain();
    if (!this.#settings.manual) this.#reloadPending();
  }

  #drain(): void {
    for (const error of this.#libraries.drain()) {
      try {
        this.emit('error', asReloadError(error));
      } catch (thrown) {
        throwLater(thrown);
      }
    }
  }

  #reloadPending(): void {
    const announcer = this.#announcer({ canWait: true, onThrow: throwLater });
    for (const { state, change } of this.#libraries.withPendingChange()) {
      this.#carryOut(state, change, announcer);
    }
  }

  #announcer(options: Omit<AnnouncerOptions, 'emit'>): Announcer {
    return new Announcer({ emit: this.emit.bind(this), ...options });
  }

  #carryOut(
    state: LibraryState,
    { library, copy, error }: NativeChange,
    announcer: Announcer,
  ): void {
    if (copy === undefined) {
      announcer.failed(state.handle, asReloadError(error));
      return;
    }
    state.reloading = true;
    const running = reload(this.#stepsOf(state, library, copy, announcer));
    if (running === undefined) {
      state.reloading = false;
      return;
    }
    void running.then(() => {
      state.reloading = false;
      // A change that came meanwhile waits for nobody else.
      if (!this.#settings.manual) this.#reloadPending();
    });
  }

  #stepsOf(
    state: LibraryState,
    watch: number,
    copy: string,
    announcer: Announcer,
  ): ReloadSteps<NativeImage, Addresses> {
    let closeOld: (() => void) | undefined;
    return {
      before: () => announcer.before(state.handle),
      open: () => state.open(copy),
      resolve: (image) => state.table.resolve(image),
      commit: (image, addresses) => {
        closeOld = state.commit(image, addresses, copy);
        this.#watcher.accept(watch, copy);
      },
      after: () => {
        announcer.after(state.handle);
        closeOld?.();
      },
      abandon: (image) => {
        state.abandon(image);
      },
      failed: (error) => {
        this.#watcher.reject(watch, copy);
        announcer.failed(state.handle, asReloadError(error));
      },
    };
  }
}

function fileNameOf({ name, platformName }: LibraryRequest): string {
  return platformName ? platformFileName(name) : name;
}

/** What a listener throws reaches the program as an uncaught exception, as from any emitter. */
function throwLater(error: unknown): void {
  process.nextTick(() => {
    throw error;
  });
}
