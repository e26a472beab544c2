// The libraries of one reloader: how they are added, and what the watcher reports about them.

import type { NativeChange, NativeWatcher } from '../binding';
import { asReloadError, DynamicReloadError } from './errors';
import { LibraryState } from './library';
import type { LibraryRequest } from './options';
import type { Library } from './types';

/**
 * Holds one {@link LibraryState} for each path, however often it is added. Changes come in through
 * `drain`; each is either the first version of a library that is being added, and settles
 * that, or stays with its library as `pending` until somebody carries it out.
 */
export class LibrarySet {
  readonly #watcher: NativeWatcher;
  readonly #byKey = new Map<string, LibraryState>();
  readonly #byWatch = new Map<number, LibraryState>();
  readonly #byHandle = new WeakMap<Library, LibraryState>();
  readonly #closing = new Set<Promise<void>>();
  #closed = false;

  constructor(watcher: NativeWatcher) {
    this.#watcher = watcher;
  }

  /** Loads the file, or becomes one more owner of it. */
  async add(path: string, request: LibraryRequest): Promise<Library> {
    for (;;) {
      if (this.#closed) throw reloaderClosed();
      const known = this.#byKey.get(path);
      if (known === undefined) return this.#load(path, request);
      if (!known.isLoading) return this.#join(known, request);
      // Whoever adds it at the moment may fail for reasons of their own. Then it is our turn.
      await abortable(known.settled, request.signal);
    }
  }

  addSync(path: string, request: LibraryRequest): Library {
    let state = this.#byKey.get(path);
    if (state !== undefined && !state.isLoading) return this.#join(state, request);
    const ours = state === undefined;
    state ??= this.#watch(path, request);
    if (state.watch !== undefined) this.#take(this.#watcher.waitFor(state.watch));
    if (!ours) return this.addSync(path, request);
    if (state.failure !== undefined) throw state.failure as Error;
    return state.handle;
  }

  /** Lets the system's loader find a library by its bare name. */
  addSystem(fileName: string, request: LibraryRequest): Library {
    const key = `system:${fileName}`;
    const known = this.#byKey.get(key);
    if (known !== undefined) return this.#join(known, request);
    const state = this.#create(key, request, fileName);
    state.loadFirst(fileName);
    this.#byKey.set(key, state);
    return state.handle;
  }

  stateOf(library: Library): LibraryState | undefined {
    return this.#byHandle.get(library);
  }

  /** Those with a change that can be carried out now. */
  *withPendingChange(): Iterable<{ state: LibraryState; change: NativeChange }> {
    for (const state of [...this.#byWatch.values()]) {
      const change = state.takePending();
      if (change !== undefined) yield { state, change };
    }
  }

  /** Takes in what the watcher found. Returns the errors of the watcher itself. */
  drain(): readonly Error[] {
    const { changes, errors } = this.#watcher.drain();
    for (const change of changes) this.#take(change);
    return errors;
  }

  /** Closes everything. Resolves when nothing is loaded any more. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const state of [...this.#byKey.values()]) {
      if (state.isLoading) this.#giveUp(state, reloaderClosed());
      else state.close();
    }
    await Promise.all(this.#closing);
  }

  async #load(path: string, request: LibraryRequest): Promise<Library> {
    const state = this.#watch(path, request);
    try {
      await abortable(state.settled, request.signal);
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
    state.addOwner(request.signatures);
    return state.handle;
  }

  #watch(path: string, request: LibraryRequest): LibraryState {
    const watch = this.#watcher.add(path);
    const state = this.#create(path, request, path, watch);
    this.#byKey.set(path, state);
    this.#byWatch.set(watch, state);
    return state;
  }

  #create(key: string, request: LibraryRequest, path: string, watch?: number): LibraryState {
    const state: LibraryState = new LibraryState({
      name: request.name,
      originalPath: path,
      flags: request.flags,
      signatures: request.signatures,
      watch,
      onUnused: (copy) => {
        if (watch !== undefined) this.#watcher.discard(copy);
      },
      onClose: () => {
        this.#forget(key, state);
        const closing = state.whenClosed();
        this.#closing.add(closing);
        void closing.then(() => this.#closing.delete(closing));
      },
    });
    this.#byHandle.set(state.handle, state);
    return state;
  }

  #take(change: NativeChange): void {
    const state = this.#byWatch.get(change.library);
    if (state === undefined) {
      // It was removed while the change was on its way.
      if (change.copy !== undefined) this.#watcher.discard(change.copy);
    } else if (state.isLoading) {
      this.#loadFirst(state, change);
    } else {
      state.setPending(change);
    }
  }

  #loadFirst(state: LibraryState, { library, copy, error }: NativeChange): void {
    try {
      if (copy === undefined) throw asReloadError(error);
      state.loadFirst(copy);
      this.#watcher.accept(library, copy);
    } catch (failure) {
      if (copy !== undefined) this.#watcher.reject(library, copy);
      this.#giveUp(state, failure);
    }
  }

  #giveUp(state: LibraryState, failure: unknown): void {
    state.fail(failure);
    this.#forget(state.originalPath, state);
  }

  #forget(key: string, state: LibraryState): void {
    this.#byKey.delete(key);
    if (state.watch === undefined) return;
    this.#byWatch.delete(state.watch);
    this.#watcher.remove(state.watch);
  }
}

export function reloaderClosed(): DynamicReloadError {
  return new DynamicReloadError('ERR_RELOADER_CLOSED', 'The reloader is closed.');
}

/** Resolves with the promise, or rejects with the reason of the signal as soon as it is aborted. */
async function abortable(promise: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return promise;
  signal.throwIfAborted();
  const done = new AbortController();
  const aborted = new Promise<never>((_resolve, reject) => {
    const onAbort = () => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', onAbort, { once: true, signal: done.signal });
  });
  try {
    await Promise.race([promise, aborted]);
  } finally {
    done.abort(); // Takes the listener away.
  }
}
