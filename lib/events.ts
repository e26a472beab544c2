// What users see of a library, and what they hear about it.

import type { BuildError, DynamicReloadError } from './errors';
import type { EventEmitter } from 'node:events';
import type { CallbackDefinition, CallbackFunction } from './ctypes/callback';
import type { ReloadTimings } from './timings';
import type { TraceDecisionName, TracePhaseName, TraceReportName } from './trace-names';
import type { LibraryCallback, LibrarySymbols, SymbolDefinitions } from './types';
import type { LibraryVersion, ResidentReason } from './version-facts';

export type { LibraryVersion, ResidentReason, VersionState } from './version-facts';

/** What every event about a reload tells. */
export interface ReloadEvent {
  readonly library: Library;
  /** The version that is current while the event is delivered. */
  readonly version: number;
}

/** What a new version exports that the old one did not, and the other way round: names, sorted. */
export interface SymbolChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Variables that have another size: whoever was compiled for the old one reads something else. */
  readonly resized: readonly string[];
}

/**
 * The library was replaced. The old version may still be loaded, for those who need it. The library may
 * have been closed since, by a listener that heard of it before.
 */
export interface AfterEvent extends ReloadEvent {
  /** What a `before` listener left there. */
  readonly state: unknown;
  /** The old version that a rollback went back to, by the number it had; null for a new build. */
  readonly rollbackTo: number | null;
  /**
   * Read from the two files when first asked for, which a listener can always do. Null when that is
   * too late, since the old file is gone.
   */
  readonly symbols: SymbolChanges | null;
  /** Where its time went; null for a rollback, to which nothing of this applies. */
  readonly timings: ReloadTimings | null;
}

/** The library is about to be replaced. Its old version is still loaded and works. */
export interface BeforeEvent extends ReloadEvent {
  /**
   * For a listener to leave something for the `after` or `failed` event of the same reload, also while
   * it is waited for: `event.state = await save()`. There is one place for each reload of a library.
   */
  state: unknown;
  /** The old version that a rollback goes back to, by the number it had; null for a new build. */
  readonly rollbackTo: number | null;
  /**
   * The old version is closed before the new one is loaded, unless somebody still needs it: both have
   * thread-local storage that must be there when a thread starts (DF_STATIC_TLS), of which a process
   * has little. Until the reload is over the symbols throw ERR_INVALID_STATE.
   */
  readonly closesFirst: boolean;
  /**
   * Holds the reload back until the promise settles. If it rejects, the reload fails with
   * ERR_BEFORE_LISTENER and the old version stays.
   *
   * @throws ERR_INVALID_STATE once the listener has returned, and during `update()`, which does not
   *   wait for anything
   */
  waitUntil(promise: PromiseLike<unknown>): void;
}

/**
 * What became of the version that was to be replaced. It works as before (`kept`); it had been closed
 * first, and was loaded again without its C state (`reopened`); or even that failed (`lost`), and the
 * symbols throw ERR_INVALID_STATE until the next good build.
 */
export type OldVersion = 'kept' | 'reopened' | 'lost';

/** The reload did not happen. The old version works, unless `oldVersion` says something else. */
export interface FailedEvent extends ReloadEvent {
  readonly error: DynamicReloadError;
  /** What a `before` listener left there. */
  readonly state: unknown;
  /** The old version that a rollback was to go back to; null for a new build. */
  readonly rollbackTo: number | null;
  /** `kept`, unless the event before said `closesFirst`. */
  readonly oldVersion: OldVersion;
}

/** An old version left the address space. */
export interface UnloadedEvent {
  readonly library: Library;
  /** The version that is gone; 0 for one that was refused and stayed at first. */
  readonly version: number;
}

/** An old version is still in memory: somebody needs it, or the system keeps it. */
export interface ResidentEvent extends UnloadedEvent {
  /** Why, as far as that is known. After `in-use` and `shared` there is another event once nobody needs it. */
  readonly reasons: readonly ResidentReason[];
}

/** Something is wrong, and the program goes on. */
export interface WarningEvent {
  readonly library: Library;
  readonly message: string;
  /** What lies behind it, if that is an error: `ERR_WATCH` or `ERR_WATCH_LIMIT`. */
  readonly error?: DynamicReloadError;
}

interface BuildStep {
  /** Those that it builds: none while the first of them is being added. */
  readonly libraries: readonly Library[];
  /** The command, as one line. */
  readonly command: string;
}

export interface BuildStarted extends BuildStep {
  readonly state: 'started';
  /** The sources that changed; none of the first build. */
  readonly sources: readonly string[];
}

/** What the command wrote just now. */
export interface BuildOutput extends BuildStep {
  readonly state: 'output';
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

export interface BuildEnded extends BuildStep {
  readonly state: 'ended';
  /** Why it failed, or null. */
  readonly error: BuildError | null;
}

/** A build was started, wrote something, or ended. */
export type BuildEvent = BuildStarted | BuildOutput | BuildEnded;

interface TraceEntry {
  /** Milliseconds on the clock of `performance.now()`. No entry is before the one that came before it. */
  readonly time: number;
  /** Null for what concerns all of them, and for one that was removed meanwhile. */
  readonly library: Library | null;
}

/** What the system reported about the file of a library, or about a directory on the way to it. */
export interface TraceReport extends TraceEntry {
  readonly kind: 'event';
  readonly what: TraceReportName;
  /** The name in the directory, what was seen, or how many were lost; may be empty. */
  readonly detail: string;
}

/** What was decided because of that, or after a look at the file. */
export interface TraceDecision extends TraceEntry {
  readonly kind: 'decision';
  readonly what: TraceDecisionName;
  readonly reason: string;
}

/** A step of a reload, which begins when it is told; `copy`, which is over by then. */
export interface TracePhase extends TraceEntry {
  readonly kind: 'phase';
  readonly what: TracePhaseName;
  /** Which version, which file or what error; may be empty. */
  readonly detail: string;
}

/** One entry of the trace: what happened, was decided or done, in order. */
export type TraceEvent = TraceReport | TraceDecision | TracePhase;

/** The events of a reloader. Every `before` is followed by exactly one `after` or `failed`. */
export interface DynamicReloadEvents {
  before: [event: BeforeEvent];
  after: [event: AfterEvent];
  /**
   * May also come alone: when a changed file turns out to be no library, or could not be built, nothing
   * was begun.
   */
  failed: [event: FailedEvent];
  unloaded: [event: UnloadedEvent];
  resident: [event: ResidentEvent];
  /**
   * C called a callback that was closed, or that was lent for a call which is over; or a variable could
   * not be preserved; or the system refuses to report changes of the library, which is polled instead.
   */
  warning: [event: WarningEvent];
  /**
   * With `watch: 'events'` changes may go unnoticed from now on: `ERR_WATCH` or `ERR_WATCH_LIMIT`.
   */
  error: [error: DynamicReloadError];
  /** What becomes of the builds of `addLibrary()`. */
  build: [event: BuildEvent];
  /** What is noticed, decided and done, while somebody listens. `DYNAMIC_RELOAD_DEBUG=1` prints it. */
  trace: [entry: TraceEvent];
}

/** Keeps one version of a library loaded. */
export interface LibraryLease extends Disposable {
  readonly version: number;
  /** Does nothing the second time. */
  release(): void;
}

export interface RollbackOptions {
  /** One that is `kept`, by its number. Default: the one that was current before the current one. */
  readonly version?: number;
}

export interface ReloadedOptions {
  readonly version?: number;
  readonly signal?: AbortSignal;
}

/** A library that was added to a reloader. It lives across reloads. */
export interface Library<S extends SymbolDefinitions = SymbolDefinitions>
  extends EventEmitter<LibraryEvents>, AsyncDisposable {
  /** The name it was added with. */
  readonly name: string;
  /** Where it was found, absolute. This file is watched, unless the system's loader found it. */
  readonly originalPath: string;
  /** What the current version was loaded from: a shadow copy, unless the system's loader found it. */
  readonly loadedPath: string;
  /** Number of the current version: 1 at first, one more with each reload. */
  readonly version: number;
  /**
   * Every version since the library was added, the oldest first. Of those that were unloaded long ago
   * the oldest are left out, when there are more than 1,000.
   */
  readonly versions: readonly LibraryVersion[];
  /** The functions and variables it was added with. */
  readonly symbols: LibrarySymbols<S>;
  /**
   * The error number of C: after a call what the call left, and before one what it finds. It is that
   * of the calls of this thread, not of the library, and no code of Node.js comes in between.
   */
  errno: number;
  /**
   * Makes a C function that calls `callee`, for C to keep. Called from another thread it waits for
   * the JavaScript thread, so nobody there may wait for that thread meanwhile.
   *
   * @throws ERR_SYMBOL_DEFINITION, ERR_INVALID_ARG_TYPE, ERR_LIBRARY_CLOSED, or ERR_INVALID_STATE
   *   when there are more callbacks at once than there can be
   */
  callback<const D extends CallbackDefinition>(
    definition: D,
    callee: CallbackFunction<D>,
  ): LibraryCallback;
  /**
   * Keeps the current version loaded, also after a reload, until the lease is released: for addresses
   * into it that C or JavaScript still uses.
   *
   * @throws ERR_LIBRARY_CLOSED
   */
  lease(): LibraryLease;
  /**
   * Resolves when a version is current: `version`, or a later one; without it, the next one.
   *
   * @throws ERR_LIBRARY_CLOSED when the library is closed first; the reason of `signal`
   */
  reloaded(options?: ReloadedOptions): Promise<ReloadEvent>;
  /**
   * Makes an old version that `keepVersions` kept the current one again, under a new number. It goes on
   * where it was left: its image is still loaded, with its C state, and nothing is carried over to it. To
   * listeners it is a reload with `rollbackTo`; `validate` is not asked again. A reload under way and
   * deferrals are waited for, so a `before` listener must not wait for it. Until the file changes once
   * more it stays as it is.
   *
   * Called again it goes back further; by its number a later version can be had again. The libraries of
   * a `group` that were replaced together go back together.
   *
   * @throws ERR_INVALID_STATE when there is no such version, or another one of the group has none; what
   *   the `failed` event says
   */
  rollback(options?: RollbackOptions): Promise<AfterEvent>;
  /** The same as `removeLibrary(this)`: takes one owner away. */
  close(): Promise<void>;
}

/** The events of one library: those of its reloader that concern it. */
export type LibraryEvents = Omit<DynamicReloadEvents, 'error' | 'trace'>;

/** Of these each is about one library alone. */
export type OwnEvents = Omit<LibraryEvents, 'build'>;

/** What `reloader.events()` gives: an event and its name. */
export type NamedEvent = {
  [Name in keyof OwnEvents]: { readonly type: Name } & OwnEvents[Name][0];
}[keyof OwnEvents];

/** What `update()` reports: the events, in the words of the Rust crate. */
export type UpdateState = 'before' | 'after' | 'failed';

/** Called by `update()` for each step of each reload. `error` comes with `'failed'`. */
export type UpdateCallback = (
  state: UpdateState,
  library: Library,
  error?: DynamicReloadError,
) => void;
