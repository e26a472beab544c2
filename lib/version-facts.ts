// What is known about each version of a library.

/**
 * Why an old version stays in memory: somebody needs it (`in-use`); a thread runs in it (`thread`), or
 * has a thread_local object of it to destroy (`tls-destructor`); others may be bound to it (`unique`,
 * `dependents`); another environment that shares it has not let go of it (`shared`); it asked for it
 * (`nodelete`, `go`, `objc`); Node.js keeps it (`addon`); or the system never unloads (`musl`).
 *
 * `thread`, `tls-destructor` and `dependents` can pass: for those the system is asked once more after
 * each reload of the library, and when it is closed.
 */
export type ResidentReason =
  | 'in-use'
  | 'unique'
  | 'nodelete'
  | 'tls-destructor'
  | 'thread'
  | 'dependents'
  | 'shared'
  | 'go'
  | 'objc'
  | 'addon'
  | 'musl';

/**
 * `current` is what the symbols go to. `kept` is an old version that can be gone back to, `retired` one
 * that somebody still needs.
 * `unloaded` is gone from the address space; `resident` is an old version that the system keeps.
 */
export type VersionState = 'current' | 'kept' | 'retired' | 'unloaded' | 'resident';

/** One version of a library, as it was when it was asked for. */
export interface LibraryVersion {
  /** 0 for one that never became current: it was refused, and the system keeps it or did at first. */
  readonly version: number;
  /** The number that it had before a rollback made it current again; else null. */
  readonly from: number | null;
  readonly state: VersionState;
  /** Why it is resident; else empty. */
  readonly reasons: readonly ResidentReason[];
  /** What it was loaded from. */
  readonly path: string;
  /** Of that file, in bytes. */
  readonly size: number;
  /** What the linker wrote into it to tell builds apart, hexadecimal; null when it did not. */
  readonly buildId: string | null;
  readonly loadedAt: Date;
  readonly unloadedAt: Date | null;
}
