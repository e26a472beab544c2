// What a reload cost: where the time went, and how much was copied.

import type { NativeCosts } from '../binding';

/** What a private copy has in it: all of the file, or what is loaded of it. */
export type CopyExtent = 'full' | 'loadable';

/**
 * Where the time of a reload went, in milliseconds with fractions, from the first event of the change to
 * the `after` event. The phases follow each other without gaps, so that `totalMs` is their sum. With a
 * `group` a phase ends when the next one of the same library begins, and so includes those of the others.
 */
export interface ReloadTimings {
  /** From the first event until the file was finished and left alone: mostly the writing of it. */
  readonly waitMs: number;
  /** To see that it is finished, whole, and not the same as the version that runs. */
  readonly checkMs: number;
  /** To make the copies. */
  readonly copyMs: number;
  /** Until it was the turn of the reload: the thread was busy, or reloads were held back. */
  readonly queueMs: number;
  /** In `verify`, `allow`, `abiTag` and `probe`. */
  readonly verifyMs: number;
  /** In `before` listeners, with what they asked to wait for. */
  readonly beforeMs: number;
  /** To load it, and to find its symbols. */
  readonly loadMs: number;
  /** In `validate`. */
  readonly validateMs: number;
  /** To hand over the state, and to make it the current version. */
  readonly commitMs: number;
  readonly totalMs: number;
  /** What was copied of each file. */
  readonly copy: CopyExtent;
  /** In bytes: of the library and, with `watchDependencies`, of what was copied with it. */
  readonly copiedBytes: number;
}

/** A phase on the JavaScript thread. */
type Phase = 'queueMs' | 'verifyMs' | 'beforeMs' | 'loadMs' | 'validateMs' | 'commitMs';

/** Goes on with the time of a change where the watcher thread left it. */
export class Stopwatch {
  readonly #costs: NativeCosts;
  readonly #now: () => number;
  readonly #phases: Record<Phase, number> = {
    ...{ queueMs: 0, verifyMs: 0, beforeMs: 0, loadMs: 0, validateMs: 0, commitMs: 0 },
  };
  readonly #copy: CopyExtent;
  #last: number;

  /** @param now is the clock of `costs` */
  constructor(costs: NativeCosts, copy: CopyExtent, now: () => number) {
    this.#copy = copy;
    this.#costs = costs;
    this.#now = now;
    this.#last = costs[2];
  }

  /** What happened since the phase before belongs to this one. */
  end(phase: Phase): void {
    const now = this.#now();
    this.#phases[phase] = now - this.#last;
    this.#last = now;
  }

  /** Up to the end of the last phase. */
  get timings(): ReloadTimings {
    const [noticed, looked, ready, copyMs, copiedBytes] = this.#costs;
    return {
      waitMs: looked - noticed,
      checkMs: ready - looked - copyMs,
      copyMs,
      ...this.#phases,
      totalMs: this.#last - noticed,
      copy: this.#copy,
      copiedBytes,
    };
  }
}
