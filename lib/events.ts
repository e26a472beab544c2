import type { DynamicReloadError } from './errors';
import type { Library } from './types';

/** What every event about a reload tells. */
export interface ReloadEvent {
  readonly library: Library;
  /** The version that is current while the event is delivered. */
  readonly version: number;
}

/** The library is about to be replaced. Its old version is still loaded and works. */
export interface BeforeEvent extends ReloadEvent {
  /**
   * Holds the reload back until the promise settles. If it rejects, the reload fails with
   * ERR_BEFORE_LISTENER and the old version stays.
   *
   * @throws ERR_INVALID_STATE once the listener has returned, and during `update()`, which does not
   *   wait for anything
   */
  waitUntil(promise: PromiseLike<unknown>): void;
}

/** The reload did not happen. The old version is still loaded and works. */
export interface FailedEvent extends ReloadEvent {
  readonly error: DynamicReloadError;
}

/** The events of a reloader. Every `before` is followed by exactly one `after` or `failed`. */
export interface DynamicReloadEvents {
  before: [event: BeforeEvent];
  after: [event: ReloadEvent];
  /** May also come alone: when a changed file turns out to be no library, nothing was begun. */
  failed: [event: FailedEvent];
  /** Changes may go unnoticed from now on: `ERR_WATCH` or `ERR_WATCH_LIMIT`. */
  error: [error: DynamicReloadError];
}

/** What `update()` reports: the events, in the words of the Rust crate. */
export type UpdateState = 'before' | 'after' | 'failed';

/** Called by `update()` for each step of each reload. `error` comes with `'failed'`. */
export type UpdateCallback = (
  state: UpdateState,
  library: Library,
  error?: DynamicReloadError,
) => void;
