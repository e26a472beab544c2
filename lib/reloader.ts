// DynamicReload: what users make to load libraries and to have them reloaded.

import { EventEmitter } from 'node:events';
import type { NativeWatcher } from '../binding';
import type { Addon } from './addon';
import { readAddonRequest, type AddAddonOptions } from './addon-options';
import { Builders } from './builders';
import type { ReloadDeferral } from './deferral';
import { asReloadError, DynamicReloadError, reloaderClosed } from './errors';
import { EventStreams } from './event-stream';
import { addFound } from './first-arrival';
import type { DynamicReloadEvents, Library, OwnEvents, NamedEvent, UpdateCallback } from './events';
import { LibrarySet } from './library-set';
import { native } from './native';
import { checkFunction } from './option-checks';
import type { AddLibraryOptions } from './library-options';
import { checkSync, readLibraryRequest, type LibraryRequest } from './library-request';
import { carefully, tellBoth } from './listeners';
import { ReloadQueue } from './reload-queue';
import {
  readReloaderOptions,
  type DynamicReloadOptions,
  type ReloaderSettings,
} from './reloader-options';
import { findLibrary } from './search';
import type { DeclaredTypes } from './ctypes/prototype/scope';
import { Tracer } from './tracer';
import type { NoSymbols, SymbolSources, SymbolsOf } from './types';

/**
 * Loads native shared libraries and replaces them in the running program when they are rebuilt.
 *
 * Each library is loaded from a private copy, so the original can be overwritten at any time. Its
 * functions are called through `library.symbols` and stay the same objects across reloads. Until a
 * new version is loaded and has every symbol the old one keeps working; after any failure it still
 * does, and the next good build is reloaded.
 *
 * A reloader keeps the process alive, as `fs.watch()` does, until `close()` or `unref()`. It belongs
 * to the thread that made it: every worker makes its own, which may `shareVersions` with others.
 */
export class DynamicReload extends EventEmitter<DynamicReloadEvents> implements AsyncDisposable {
  readonly #settings: ReloaderSettings;
  readonly #watcher: NativeWatcher;
  readonly #libraries: LibrarySet;
  readonly #queue: ReloadQueue;
  readonly #tracer: Tracer;
  readonly #builders: Builders;
  readonly #onAbort = () => void this.close();
  readonly #streams = new EventStreams(this);
  #closing: Promise<void> | undefined;
  #isRefed = true;
  #adding = 0;

  /**
   * @throws ERR_SHADOW_COPY when the shadow directory cannot be made; ERR_WATCH when the system has
   *   no thread left; ERR_INVALID_ARG_TYPE or ERR_OUT_OF_RANGE for an option
   */
  constructor(options: DynamicReloadOptions = {}) {
    super();
    this.#settings = readReloaderOptions(options);
    this.#settings.signal?.throwIfAborted();
    const { shadowParents, debounceMs, watch, beforeTimeoutMs: timeoutMs } = this.#settings;
    const onChange = this.#onChange.bind(this);
    this.#watcher = new native.Watcher(shadowParents, debounceMs, onChange, watch);
    const libraryOf = (number: number) => this.#libraries.byWatch(number);
    this.#tracer = new Tracer({ emitter: this, watcher: this.#watcher, libraryOf });
    const common = { watcher: this.#watcher, tracer: this.#tracer, timeoutMs };
    this.#libraries = new LibrarySet({
      ...common,
      emit: (name, event) => carefully(() => this.#tell(name, event)),
      shareVersions: this.#settings.shareVersions,
      onReady: () => this.#queue.wake(),
      onRollback: (step) => this.#queue.rollback(step),
    });
    this.#queue = new ReloadQueue({
      ...common,
      libraries: this.#libraries,
      manual: this.#settings.manual,
      emit: this.#tell.bind(this),
      onIdle: () => this.#builders.tellFailures(),
    });
    const stateOf = (library: Library) => this.#libraries.stateOf(library);
    this.#builders = new Builders({ ...common, emitter: this, stateOf });
    this.#settings.signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  /**
   * Finds a library, loads it and watches it. A file that is being written is waited for. Adding the
   * same path again gives the same library one more owner; the symbols are added to those it has. Its
   * `flags`, `group`, `validate`, `keepUnique` and `drainTimeoutMs` are those of the first owner: others
   * say the same or nothing.
   *
   * @throws ERR_BUILD, ERR_LIBRARY_NOT_FOUND, ERR_LIBRARY_INCOMPLETE (nobody is writing the file and it is
   *   damaged), ERR_LIBRARY_LOAD, ERR_SYMBOL_NOT_FOUND, ERR_SYMBOL_DEFINITION, ERR_SHADOW_COPY,
   *   ERR_WATCH and ERR_WATCH_LIMIT with `watch: 'events'`, ERR_VALIDATION, ERR_TIMEOUT,
   *   ERR_RELOADER_CLOSED, ERR_INVALID_STATE (another owner said something else), or the reason of
   *   `options.signal`
   */
  async addLibrary<
    const S extends SymbolSources = NoSymbols,
    const T extends DeclaredTypes | undefined = undefined,
  >(name: string, options: AddLibraryOptions<S, T> = {}): Promise<Library<SymbolsOf<S, T>>> {
    return (await this.#add(() => readLibraryRequest(name, options))) as Library<SymbolsOf<S, T>>;
  }

  /**
   * Like {@link addLibrary}, but blocks until the library is loaded: at worst 300 ms for a damaged
   * file, and 10 s for one that is being written.
   */
  addLibrarySync<
    const S extends SymbolSources = NoSymbols,
    const T extends DeclaredTypes | undefined = undefined,
  >(name: string, options: AddLibraryOptions<S, T> = {}): Library<SymbolsOf<S, T>> {
    return this.#addSync(() => readLibraryRequest(name, options)) as Library<SymbolsOf<S, T>>;
  }

  /**
   * Finds a Node-API addon (a `.node` file), loads it and watches it, as {@link addLibrary} does with
   * libraries; but its old versions stay in memory. `E` is the type of what it exports.
   *
   * @throws what addLibrary does, but for symbols. When the addon throws while it is initialised that
   *   is the `cause` of an ERR_LIBRARY_LOAD.
   */
  async addAddon<E extends object = Record<string, unknown>>(
    name: string,
    options: AddAddonOptions<E> = {},
  ): Promise<Addon<E>> {
    return (await this.#add(() => readAddonRequest(name, options as AddAddonOptions))) as Addon<E>;
  }

  /** Like {@link addAddon}, but blocks as {@link addLibrarySync} does. */
  addAddonSync<E extends object = Record<string, unknown>>(
    name: string,
    options: AddAddonOptions<E> = {},
  ): Addon<E> {
    return this.#addSync(() => readAddonRequest(name, options as AddAddonOptions)) as Addon<E>;
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
    checkFunction('callback', callback);
    this.#drain();
    const thrown: unknown[] = [];
    const onThrow = (error: unknown) => thrown.push(error);
    const handled = this.#queue.carryOutAll({ callback, canWait: false, onThrow });
    if (thrown.length > 1) throw new AggregateError(thrown, 'Several listeners of a reload threw.');
    if (thrown.length === 1) throw thrown[0];
    return handled;
  }

  /** How many libraries have a change that was noticed and is not carried out yet. */
  get pending(): number {
    return this.#libraries.pending;
  }

  /**
   * Holds reloads back until the returned token is released. What changes meanwhile is reloaded then,
   * once. A reload under way does not go on to load the new version before that.
   */
  deferReload(): ReloadDeferral {
    return this.#queue.hold();
  }

  /** Asks the system once more to let old versions go. Returns how many are `unloaded` by that. */
  reap(): number {
    return this.#libraries.reap();
  }

  /**
   * Every event from now on but `error`, with its name as `type`. Ends when the reloader is closed. Who
   * does not read keeps the last 1,000; in the place of those before there is one `warning`.
   */
  events(): AsyncIterableIterator<NamedEvent> {
    return this.#streams.open();
  }

  override removeAllListeners(...names: Parameters<EventEmitter['removeAllListeners']>): this {
    super.removeAllListeners(...names);
    this.#tracer.follow();
    return this;
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
    this.#queue.close();
    await Promise.all([this.#builders.close(), this.#libraries.close()]);
    await new Promise<void>((resolve) => this.#watcher.close(resolve));
    this.#streams.end();
  }

  async #add(read: () => LibraryRequest): Promise<Library> {
    const request = this.#admit(read);
    this.#adding += 1;
    this.#updateRef();
    try {
      return await this.#builders.addBuilt(request, () =>
        addFound(this.#libraries, request, this.#settings.search),
      );
    } finally {
      this.#adding -= 1;
      this.#updateRef();
    }
  }

  #addSync(read: () => LibraryRequest): Library {
    const request = this.#admit(read);
    checkSync(request);
    return request.system
      ? this.#libraries.addSystemSync(request)
      : this.#libraries.addSync(findLibrary(request.fileName, this.#settings.search), request);
  }

  #admit(read: () => LibraryRequest): LibraryRequest {
    this.#checkOpen();
    const request = read();
    request.signal?.throwIfAborted();
    return request;
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw reloaderClosed();
  }

  #updateRef(): void {
    if (this.#isRefed || this.#adding > 0) this.#watcher.ref();
    else this.#watcher.unref();
  }

  // Called by the doorbell, out of native code: nothing may be thrown here.
  #onChange(): void {
    if (this.#closing !== undefined) return;
    this.#drain();
    this.#queue.wake();
  }

  #drain(): void {
    if (this.#tracer.isOn) this.#tracer.drain();
    this.#libraries.drain((error) => carefully(() => this.emit('error', asReloadError(error))));
  }

  #tell<Name extends keyof OwnEvents>(name: Name, event: OwnEvents[Name][0]): void {
    this.#tracer.told(name, event);
    tellBoth(this, name, event);
  }
}
