// The libraries of one reloader: how they are added, and what the watcher reports about them.

import type { NativeChange, NativeWatcher } from '../binding';
import {
  asReloadError,
  cannotWait,
  describe,
  type DynamicReloadError,
  isWaitedFor,
  reloaderClosed,
} from './errors';
import type { Library } from './events';
import { IMPATIENT, patient, type Patience } from './patience';
import { LibraryState } from './library';
import { LibraryFactory, type LibraryFactoryOptions } from './library-factory';
import { keyOf, LibraryIndex, systemKey, type PendingChange } from './library-index';
import type { LibraryRequest } from './library-request';
import { checkSameSettings } from './library-settings';
import { abortable } from './abortable';
import { carryOut, type Steps } from './reload';
import type { Tracing } from './tracer';

export interface LibrarySetOptions extends Omit<LibraryFactoryOptions, 'onClose'> {
  /** Called when a change may be carried out that had to wait. */
  readonly onReady: () => void;
  readonly tracer: Tracing;
}

/**
 * Holds one {@link LibraryState} for each path, however often it is added. Changes come in through
 * `drain`; each is either the first version of a library that is being added, and settles
 * that, or stays with its library as `pending` until somebody carries it out.
 */
export class LibrarySet {
  readonly #watcher: NativeWatcher;
  readonly #index = new LibraryIndex();
  readonly #closing = new Set<Promise<void>>();
  readonly #emit: LibrarySetOptions['emit'];
  /** Of addLibrary(). */
  readonly #patience: Patience;
  readonly #onReady: () => void;
  readonly #tracer: Tracing;
  readonly #factory: LibraryFactory;
  readonly #shareVersions: boolean;
  #closed = false;

  constructor(options: LibrarySetOptions) {
    const { watcher, emit, timeoutMs, onReady } = options;
    this.#watcher = watcher;
    this.#emit = emit;
    this.#patience = patient(timeoutMs);
    this.#onReady = onReady;
    this.#shareVersions = options.shareVersions;
    this.#tracer = options.tracer;
    this.#factory = new LibraryFactory({
      ...options,
      onClose: (state) => {
        this.#onClose(state);
      },
    });
  }

  /** Loads the file, or becomes one more owner of it. */
  add(path: string, request: LibraryRequest): Promise<Library> {
    return this.#add(keyOf(path, request), request, () => this.#watch(path, request));
  }

  addSync(path: string, request: LibraryRequest): Library {
    let state = this.#index.byKey(keyOf(path, request));
    if (state?.isLoading === true && state.isBusy) throw cannotWait();
    if (state?.isLoading === true && state.settings.waitForFile) throw isWaitedFor(path);
    if (state !== undefined && !state.isLoading) return this.#join(state, request);
    const ours = state === undefined;
    state ??= this.#watch(path, request);
    if (state.watch !== undefined) this.#take(this.#watcher.waitFor(state.watch), IMPATIENT);
    if (!ours) return this.addSync(path, request);
    if (state.isLoading) this.#giveUp(state, cannotWait());
    if (state.failure !== undefined) throw state.failure as Error;
    return state.handle;
  }

  /** Lets the system's loader find a library by its bare name. */
  addSystem(request: LibraryRequest): Promise<Library> {
    const { fileName } = request;
    return this.#add(systemKey(fileName), request, () => this.#openSystem(fileName, request));
  }

  addSystemSync(request: LibraryRequest): Library {
    const { fileName } = request;
    const known = this.#index.byKey(systemKey(fileName));
    if (known?.isLoading === true) throw cannotWait();
    if (known !== undefined) return this.#join(known, request);
    const state = this.#openSystem(fileName, request);
    if (state.isLoading) this.#giveUp(state, cannotWait());
    if (state.failure !== undefined) throw state.failure as Error;
    return state.handle;
  }

  stateOf(library: Library): LibraryState | undefined {
    return this.#index.byHandle(library);
  }

  groupOf(state: LibraryState): readonly LibraryState[] {
    return this.#index.groupOf(state);
  }

  byWatch(watch: number): Library | undefined {
    return this.#index.byWatch(watch)?.handle;
  }

  get pending(): number {
    return this.#index.pending;
  }

  /** The changes that can be carried out now: each list all or none. */
  takePending(): Iterable<readonly PendingChange[]> {
    return this.#index.takePending();
  }

  /** Asks the system once more for the old versions that it keeps. Returns how many it let go. */
  reap(): number {
    return this.#index.reap();
  }

  /** Takes in what the watcher found. `onError` gets the errors of the watcher itself. */
  drain(onError: (error: Error) => void): void {
    this.#watcher.drain(
      (library, copy, error, costs) => {
        this.#take({ library, copy, error, costs });
      },
      (library, error) => {
        this.#warn(library, asReloadError(error));
      },
      onError,
    );
    if (this.#shareVersions) this.#index.reap('shared'); // The others may have let go of it.
  }

  /** Closes everything. Resolves when nothing is loaded any more. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const state of this.#index.open) {
      if (state.isLoading) this.#giveUp(state, reloaderClosed());
      else state.close();
    }
    await Promise.all(this.#closing);
  }

  async #add(key: string, request: LibraryRequest, begin: () => LibraryState): Promise<Library> {
    for (;;) {
      if (this.#closed) throw reloaderClosed();
      const known = this.#index.byKey(key);
      if (known === undefined) return this.#load(begin(), request);
      if (!known.isLoading) return this.#join(known, request);
      // Whoever adds it at the moment may fail for reasons of their own. Then it is our turn.
      await abortable(known.settled, request.signal);
    }
  }

  async #load(state: LibraryState, { signal }: LibraryRequest): Promise<Library> {
    try {
      await abortable(state.settled, signal);
    } catch (reason) {
      if (state.isLoading) this.#giveUp(state, reason);
      else await state.removeOwner();
      throw reason;
    }
    if (state.failure !== undefined) throw state.failure as Error;
    if (this.#closed) throw reloaderClosed();
    return state.handle;
  }

  #join(state: LibraryState, request: LibraryRequest): Library {
    checkSameSettings(request, state);
    state.addOwner(request.signatures);
    return state.handle;
  }

  #watch(path: string, request: LibraryRequest): LibraryState {
    const state = this.#factory.makeWatched(path, request);
    this.#index.add(state);
    return state;
  }

  #openSystem(fileName: string, request: LibraryRequest): LibraryState {
    const state = this.#factory.makeSystem(request);
    this.#index.add(state);
    this.#carryOut(state, this.#loadSystem(state, fileName));
    return state;
  }

  *#loadSystem(state: LibraryState, fileName: string): Steps {
    try {
      yield* this.#begin(state, fileName, this.#patience);
    } catch (failure) {
      this.#giveUp(state, failure);
    }
  }

  #warn(watch: number, error: DynamicReloadError): void {
    const state = this.#index.byWatch(watch);
    if (state === undefined) return; // It was removed meanwhile.
    const message = `${error.message} It is polled instead.`;
    this.#emit('warning', { library: state.handle, message, error });
  }

  #onClose(state: LibraryState): void {
    this.#forget(state);
    if (state.settings.group !== undefined) this.#onReady(); // Others may wait for it no longer.
  }

  #take(change: NativeChange, patience = this.#patience): void {
    const state = this.#index.byWatch(change.library);
    if (state === undefined) {
      // It was removed while the change was on its way.
      if (change.copy !== undefined) this.#watcher.discard(change.copy);
    } else if (state.isLoading && !state.isBusy) {
      this.#carryOut(state, this.#loadFirst(state, change, patience));
    } else {
      state.isFaulty = false;
      // The file may be what runs already, again: then there is nothing to do but for others.
      if (change.copy === undefined && change.error === undefined) state.pending.drop();
      else state.pending.set(change);
    }
  }

  #carryOut(state: LibraryState, steps: Steps): void {
    state.isBusy = true;
    const loading = carryOut(steps);
    if (loading === undefined) {
      state.isBusy = false;
      return;
    }
    void loading.then(() => {
      state.isBusy = false;
      this.#onReady();
    });
  }

  *#loadFirst(state: LibraryState, change: NativeChange, patience: Patience): Steps {
    const { library, copy, error } = change;
    try {
      if (copy === undefined) throw asReloadError(error);
      yield* this.#begin(state, copy, patience);
      this.#watcher.accept(library, copy);
    } catch (failure) {
      if (copy !== undefined) this.#watcher.reject(library, copy);
      this.#giveUp(state, failure);
    }
  }

  *#begin(state: LibraryState, path: string, patience: Patience): Steps {
    this.#tracer.phase(state.handle, 'load', 'version 1');
    yield* state.loadFirst(path, patience);
    this.#tracer.phase(state.handle, 'commit', 'version 1');
  }

  #giveUp(state: LibraryState, failure: unknown): void {
    if (state.closed) return;
    this.#tracer.phase(state.handle, 'failed', describe(failure));
    state.fail(failure);
    this.#forget(state);
  }

  /** It may be added anew. Closing waits for what is loaded of it, and what stays can be reaped. */
  #forget(state: LibraryState): void {
    this.#index.hide(state);
    if (state.watch !== undefined) this.#watcher.remove(state.watch);
    const closing = state.whenClosed();
    this.#closing.add(closing);
    void closing.then(() => {
      this.#closing.delete(closing);
      this.#index.removeIfGone(state);
    });
  }
}
