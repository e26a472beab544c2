// The versions of one library: those that are loaded, and what became of the others.

import type { NativeImage } from '../binding';
import type { LibraryVersion, ResidentReason } from './events';
import { Version } from './version';

export interface VersionHistoryOptions {
  /** After so many milliseconds an old version that somebody still needs is said to be `in-use`. */
  readonly drainTimeoutMs: number;
  /** Called when a version is gone, and when one stays for these reasons. */
  readonly onUnloaded: (version: Version) => void;
  readonly onResident: (version: Version, reasons: readonly ResidentReason[]) => void;
  /** Called when nothing is loaded from a file any more. */
  readonly onUnused: (path: string) => void;
}

/** Asking looks at every thread of the process, so a reload asks for this many at most. */
const MOST_RETRIED = 8;

/** Of those that are unloaded, this many are remembered. */
const MOST_REMEMBERED = 1000;

export class VersionHistory {
  readonly #options: VersionHistoryOptions;
  readonly #closing = new Set<Promise<void>>();
  readonly #versions: Version[] = [];
  /** Where the next retry begins. */
  #nextRetried = 0;

  constructor(options: VersionHistoryOptions) {
    this.#options = options;
  }

  /** All of them, the oldest first. */
  get versions(): readonly LibraryVersion[] {
    return this.#versions.map(({ info }) => info);
  }

  add(version: Version): void {
    this.#versions.push(version);
    if (this.#versions.length > MOST_REMEMBERED) this.#forgetOldest();
  }

  /** A version has a new number, which is the greatest. */
  moveToEnd(version: Version): void {
    this.#versions.splice(this.#versions.indexOf(version), 1);
    this.#versions.push(version);
  }

  /** Unloads a version when nobody needs it any more, and tells. */
  retire(version: Version): void {
    this.#track((done) => {
      const timer = setTimeout(() => {
        this.#options.onResident(version, ['in-use']);
      }, this.#options.drainTimeoutMs).unref();
      version.retire(() => {
        clearTimeout(timer);
        if (version.state === 'unloaded') this.#onGone(version);
        else this.#options.onResident(version, version.info.reasons);
        done();
      });
    });
  }

  /** Closes a version that never became current. Its file is left. */
  abandon(image: NativeImage, path: string): void {
    const version = new Version(0, image, path);
    this.#track((done) => {
      version.retire(() => {
        if (version.state === 'resident') {
          this.add(version);
          this.#options.onResident(version, version.info.reasons);
        }
        done();
      });
    });
  }

  /** Resolves when every version that is to be closed is closed. */
  async whenClosed(): Promise<void> {
    await Promise.all(this.#closing);
  }

  /** Whether none is to be closed, and the system keeps none. */
  get isGone(): boolean {
    return this.#closing.size === 0 && !this.#versions.some(({ state }) => state === 'resident');
  }

  /** Asks the system once more for the versions that it keeps, for a reason or any. Returns how many it let go. */
  reap(reason?: ResidentReason): number {
    const kept = this.#versions.filter(({ state }) => state === 'resident');
    return this.#ask(kept.filter((version) => reason === undefined || version.staysFor(reason)));
  }

  /** The same for those that may go by now, but at most so many, in turn. */
  retry(most = MOST_RETRIED): void {
    const all = this.#versions.filter(({ mayGo }) => mayGo);
    const first = this.#nextRetried < all.length ? this.#nextRetried : 0;
    const some = [...all.slice(first), ...all.slice(0, first)].slice(0, most);
    // Those that go leave no gap.
    this.#nextRetried = first + some.length - this.#ask(some);
  }

  /** Returns how many went. */
  #ask(versions: readonly Version[]): number {
    const gone = versions.filter((version) => version.reap());
    for (const version of gone) this.#onGone(version);
    return gone.length;
  }

  #forgetOldest(): void {
    const oldest = this.#versions.findIndex(({ state }) => state === 'unloaded');
    if (oldest !== -1) this.#versions.splice(oldest, 1);
  }

  #onGone(version: Version): void {
    this.#options.onUnused(version.path);
    this.#options.onUnloaded(version);
  }

  /** Closing waits for what `start` begins, until it calls `done`. That may be at once. */
  #track(start: (done: () => void) => void): void {
    const closing = new Promise<void>(start);
    this.#closing.add(closing);
    void closing.then(() => this.#closing.delete(closing));
  }
}
