/**
 * The shape of the native addon (`build/Release/dynamic_reload.node` or a prebuild). Not public API.
 *
 * Everything here runs on the JavaScript thread of its environment. Native code makes no errors of
 * its own: it hands facts to the function given to `initialize`, and throws what comes back.
 */

/** What native code knows about a failure. */
export interface NativeErrorFacts {
  readonly code: string;
  /** The system's own words, or what is missing. Empty when `expected` says it all. */
  readonly message: string;
  readonly path?: string;
  readonly destination?: string;
  readonly syscall?: string;
  readonly errno?: number;
  readonly symbol?: string;
  /** Index of the argument of `symbol`, from 0; absent when the value of a variable is meant. */
  readonly argument?: number;
  /** Name of the native type that was wanted, with `given` the value that came instead. */
  readonly expected?: string;
  readonly given?: unknown;
}

/** One loaded version of a library. */
export interface NativeImage {
  /** Where the system's loader found the file. */
  readonly path: string;
  /** The address of an exported symbol, or null. */
  find(symbol: string): bigint | null;
  /**
   * Gives the library back to the system once no bound slot and no running nonblocking call needs
   * it, then calls `onClosed`. That may be before this returns.
   */
  close(onClosed: () => void): void;
}

/** The one mutable address that a function or a variable of a library goes through. */
export interface NativeSlot {
  /** Where it points to. Throws while unbound, as every use does. */
  readonly address: bigint;
  /** Unbound because the current version does not export the symbol. */
  readonly isMissing: boolean;
  /** Keeps the image loaded until the slot is bound to another one or unbound. */
  bind(image: NativeImage, address: bigint): void;
  /** Uses from now on fail with the code for `reason`. */
  unbind(reason: 'closed' | 'missing'): void;
}

export interface NativeSignature {
  readonly arguments: readonly string[];
  readonly return: string;
  readonly nonblocking: boolean;
}

/** What happened to a library: a copy that is ready to load, or why there is none. */
export interface NativeChange {
  readonly library: number;
  readonly copy?: string;
  readonly error?: Error;
}

/** The watched libraries of one reloader, and its private shadow directory. */
export interface NativeWatcher {
  /** Watches a file. A first change of the returned library follows in any case. */
  add(path: string): number;
  /** Takes the first change of a library that was just added, and blocks until there is one. */
  waitFor(library: number): NativeChange;
  remove(library: number): void;
  /** The copy runs now; a file that would load as the same is no change. */
  accept(library: number, copy: string): void;
  /** The copy could not be loaded. Deletes it. */
  reject(library: number, copy: string): void;
  /** Deletes a copy that is not loaded any more. */
  discard(copy: string): void;
  /** Takes everything that happened since the last time. */
  drain(): { readonly changes: readonly NativeChange[]; readonly errors: readonly Error[] };
  /** Stops watching, removes the shadow directory, then calls `onClosed`. */
  close(onClosed: () => void): void;
  ref(): void;
  unref(): void;
}

export interface NativeBinding {
  /** Must be called before anything else. `makeError` must not throw. */
  initialize(makeError: (facts: NativeErrorFacts) => Error): void;
  /** `originalPath` is what errors name. `flags` are those of dlopen(3). */
  readonly Image: new (path: string, originalPath: string, flags?: number) => NativeImage;
  /** `originalPath` is what errors name. */
  readonly Slot: new (symbol: string, originalPath: string) => NativeSlot;
  /** `onChange` is called when there is something to drain. It must not throw. */
  readonly Watcher: new (
    shadowParent: string,
    debounceMs: number,
    onChange: () => void,
  ) => NativeWatcher;
  createFunction(
    slot: NativeSlot,
    signature: NativeSignature,
  ): (...values: readonly unknown[]) => unknown;
  readVariable(slot: NativeSlot, type: string): unknown;
  writeVariable(slot: NativeSlot, type: string, value: unknown): void;
  /** Closes every watcher at once, before a process ends that runs no cleanup hooks. */
  stopWatchers(): void;
  /** Names that the library file exports; empty when it cannot be read. */
  exportedSymbols(path: string): string[];
}
