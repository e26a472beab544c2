// How the libraries of one reloader are found.

import type { NativeChange } from '../binding';
import type { Library, ResidentReason } from './events';
import type { LibraryState } from './library';
import type { LibraryRequest } from './library-request';

/** A library and the change that waits to be carried out. */
export interface PendingChange {
  readonly state: LibraryState;
  readonly change: NativeChange;
}

/** What a library of a path is found by. One file can be both, an addon and a library. */
export function keyOf(path: string, { isAddon }: LibraryRequest): string {
  return isAddon ? `addon:${path}` : path;
}

/** What a library is found by that the system's loader searches for. */
export function systemKey(fileName: string): string {
  return `system:${fileName}`;
}

export class LibraryIndex {
  readonly #byKey = new Map<string, LibraryState>();
  readonly #byWatch = new Map<number, LibraryState>();
  readonly #byHandle = new WeakMap<Library, LibraryState>();
  /** Also closed ones of which a version is still in memory. */
  readonly #all = new Set<LibraryState>();

  add(state: LibraryState): void {
    this.#byKey.set(state.key, state);
    if (state.watch !== undefined) this.#byWatch.set(state.watch, state);
    this.#byHandle.set(state.handle, state);
    this.#all.add(state);
  }

  /** From now on it is found by its handle only, and may be added anew. */
  hide(state: LibraryState): void {
    if (this.#byKey.get(state.key) === state) this.#byKey.delete(state.key);
    if (state.watch !== undefined) this.#byWatch.delete(state.watch);
  }

  /** Forgets a closed one of which nothing is in memory any more. */
  removeIfGone(state: LibraryState): void {
    if (state.isGone) this.#all.delete(state);
  }

  byKey(key: string): LibraryState | undefined {
    return this.#byKey.get(key);
  }

  byWatch(watch: number): LibraryState | undefined {
    return this.#byWatch.get(watch);
  }

  byHandle(library: Library): LibraryState | undefined {
    return this.#byHandle.get(library);
  }

  /** Those that are not closed. */
  get open(): readonly LibraryState[] {
    return [...this.#byKey.values()];
  }

  get pending(): number {
    return [...this.#byWatch.values()].filter(({ pending }) => !pending.isEmpty).length;
  }

  /** The changes that can be carried out now: each list all or none. */
  *takePending(): Iterable<readonly PendingChange[]> {
    const taken = new Set<LibraryState>();
    for (const state of [...this.#byWatch.values()]) {
      if (taken.has(state)) continue;
      const group = this.groupOf(state);
      for (const member of group) taken.add(member);
      if (group.some(({ isBusy, isFaulty }) => isBusy || isFaulty)) continue;
      const changes = group.flatMap((member) => {
        const change = member.pending.take();
        return change === undefined ? [] : [{ state: member, change }];
      });
      if (changes.length > 0) yield changes;
    }
  }

  /** Asks the system once more for the old versions that it keeps, for a reason or any. Returns how many it let go. */
  reap(reason?: ResidentReason): number {
    let count = 0;
    for (const state of [...this.#all]) {
      count += state.reap(reason);
      this.removeIfGone(state);
    }
    return count;
  }

  groupOf(state: LibraryState): readonly LibraryState[] {
    const { group } = state.settings;
    if (group === undefined) return [state];
    return [...this.#byWatch.values()].filter((other) => other.settings.group === group);
  }
}
