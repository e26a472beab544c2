// How a library is made: watched or not, and whom it tells what becomes of it.

import type { NativeWatcher } from '../binding';
import { AddonKind } from './addon';
import type { AfterEvent, OwnEvents } from './events';
import { isVerified } from './inspection';
import { LibraryState } from './library';
import { keyOf, systemKey } from './library-index';
import { plainLibrary, type LibraryKind } from './library-kind';
import type { LibraryRequest } from './library-request';
import type { RollbackStep } from './rollback';
import { checkShareable, shareLibrary } from './shared-kind';

export interface LibraryFactoryOptions {
  readonly watcher: NativeWatcher;
  /** Whether the versions of libraries are those of other environments, too. */
  readonly shareVersions: boolean;
  readonly emit: <Name extends keyof OwnEvents>(name: Name, event: OwnEvents[Name][0]) => void;
  /** How long hooks and probes may take with a first version; undefined is the default of each. */
  readonly timeoutMs: number | undefined;
  /** Called to make an old version of a library the current one. */
  readonly onRollback: (step: RollbackStep) => Promise<AfterEvent>;
  /** Called when the last owner of a library is gone. */
  readonly onClose: (state: LibraryState) => void;
}

export class LibraryFactory {
  readonly #options: LibraryFactoryOptions;

  constructor(options: LibraryFactoryOptions) {
    this.#options = options;
  }

  /** One of which the watcher reports the file, as it is now and each time that it changes. */
  makeWatched(path: string, request: LibraryRequest): LibraryState {
    const { watcher } = this.#options;
    const patchLater = isVerified(request.settings);
    const watch = watcher.add(path, { ...request.settings, patchLater });
    try {
      return this.#make(keyOf(path, request), request, path, watch);
    } catch (error) {
      watcher.remove(watch);
      throw error;
    }
  }

  /** One that the system's loader finds by its bare name. */
  makeSystem(request: LibraryRequest): LibraryState {
    const { fileName } = request;
    return this.#make(systemKey(fileName), request, fileName);
  }

  #make(key: string, request: LibraryRequest, path: string, watch?: number): LibraryState {
    const { watcher, emit, timeoutMs, onRollback, onClose } = this.#options;
    const { name, settings, signatures } = request;
    const kind = this.#kindOf(request, path, watch);
    const state: LibraryState = new LibraryState({
      ...{ key, name, originalPath: path, kind, settings, signatures, watch },
      probeTimeoutMs: timeoutMs,
      onRollback: (target) => onRollback({ state, target }),
      onDeadCall: () => {
        const message = 'C called a callback whose time is over; it got zero.';
        emit('warning', { library: state.handle, message });
      },
      onUnloaded: ({ number }) => {
        this.#emitLater('unloaded', { library: state.handle, version: number });
      },
      onResident: ({ number }, reasons) => {
        this.#emitLater('resident', { library: state.handle, version: number, reasons });
      },
      onUnused: (copy) => {
        if (watch !== undefined) watcher.discard(copy);
      },
      onClose: () => {
        onClose(state);
      },
    });
    return state;
  }

  #kindOf(request: LibraryRequest, path: string, watch: number | undefined): LibraryKind {
    const { watcher, shareVersions } = this.#options;
    if (request.isAddon) return new AddonKind(path);
    if (!shareVersions || watch === undefined) return plainLibrary;
    checkShareable(request);
    return shareLibrary(watcher, watch, path, request);
  }

  // A version may be unloaded in the middle of a call, before its result was read. No code of the user
  // may run there: it could call, too.
  #emitLater<Name extends keyof OwnEvents>(name: Name, event: OwnEvents[Name][0]): void {
    queueMicrotask(() => {
      this.#options.emit(name, event);
    });
  }
}
