// When changes are carried out: now or later, by themselves or in update().

import type { NativeWatcher } from '../binding';
import { Announcer, type AnnouncerOptions } from './announcer';
import { LibraryCandidate } from './candidate';
import { Deferral, type ReloadDeferral } from './deferral';
import type { PendingChange } from './library-index';
import { reloaderClosed } from './errors';
import type { AfterEvent } from './events';
import type { LibrarySet } from './library-set';
import { throwLater } from './listeners';
import { carryOut, replaceAll } from './reload';
import {
  planRollback,
  RollbackCandidate,
  type RollbackOutcome,
  type RollbackStep,
} from './rollback';
import { TracedCandidate, type CandidateOfLibrary } from './traced-candidate';
import type { Tracing } from './tracer';

export interface ReloadQueueOptions extends Pick<AnnouncerOptions, 'emit' | 'timeoutMs'> {
  readonly libraries: LibrarySet;
  readonly watcher: NativeWatcher;
  /** Nothing is carried out but by `carryOutAll`. */
  readonly manual: boolean;
  readonly tracer: Tracing;
  /** Called when reloads are over. */
  readonly onIdle: () => void;
}

/** Carries out the changes that wait with the libraries of a reloader. */
export class ReloadQueue {
  readonly #options: ReloadQueueOptions;
  readonly #deferral = new Deferral(() => {
    this.wake();
  });
  readonly #rollbacks: { readonly step: RollbackStep; readonly outcome: RollbackOutcome }[] = [];
  #isClosed = false;

  constructor(options: ReloadQueueOptions) {
    this.#options = options;
  }

  /** Something may be carried out that could not be before. */
  wake(): void {
    if (this.#isClosed) return;
    this.#rollBack();
    if (this.#options.manual) return;
    this.carryOutAll({ canWait: true, onThrow: throwLater });
  }

  /** Holds reloads back until the token is released. */
  hold(): ReloadDeferral {
    return this.#deferral.hold();
  }

  /** Nothing is begun any more. */
  close(): void {
    this.#isClosed = true;
    for (const { outcome } of this.#rollbacks.splice(0)) outcome.reject(reloaderClosed());
  }

  /** Goes back to a version that is kept, as soon as nothing is in the way. */
  rollback(step: RollbackStep): Promise<AfterEvent> {
    return new Promise((resolve, reject) => {
      this.#rollbacks.push({ step, outcome: { resolve, reject } });
      this.wake();
    });
  }

  /** Begins with every change that waits. Returns how many those are. */
  carryOutAll(how: Omit<AnnouncerOptions, 'emit' | 'timeoutMs'>): number {
    if (this.#deferral.held !== undefined) return 0;
    const { emit, timeoutMs } = this.#options;
    const announcer = new Announcer({ emit, timeoutMs, ...how });
    let count = 0;
    for (const changes of this.#options.libraries.takePending()) {
      this.#carryOut(changes, announcer);
      count += changes.length;
    }
    return count;
  }

  #carryOut(changes: readonly PendingChange[], announcer: Announcer): void {
    const { watcher } = this.#options;
    const reload = {};
    const candidates = changes.map(
      (pending) => new LibraryCandidate({ ...pending, announcer, watcher, reload }),
    );
    this.#replace(candidates, announcer);
  }

  /** Begins with the rollbacks that nothing is in the way of. */
  #rollBack(): void {
    if (this.#deferral.held !== undefined) return;
    const { emit, timeoutMs, libraries } = this.#options;
    const announcer = new Announcer({ emit, timeoutMs, canWait: true, onThrow: throwLater });
    for (const request of this.#rollbacks.splice(0)) {
      const { step, outcome } = request;
      try {
        const steps = planRollback(step, libraries.groupOf(step.state));
        if (steps.some(({ state }) => state.isBusy)) {
          this.#rollbacks.push(request);
          continue;
        }
        const [own, ...others] = steps;
        const candidates = [
          new RollbackCandidate(own, announcer, outcome),
          ...others.map((other) => new RollbackCandidate(other, announcer)),
        ];
        this.#replace(candidates, announcer);
      } catch (error) {
        outcome.reject(error);
      }
    }
  }

  #replace(plain: readonly CandidateOfLibrary[], announcer: Announcer): void {
    const { tracer } = this.#options;
    const candidates = tracer.isOn ? plain.map((one) => new TracedCandidate(one, tracer)) : plain;
    for (const { state } of candidates) state.isBusy = true;
    const held = () => (announcer.canWait ? this.#deferral.held : undefined);
    const running = carryOut(replaceAll(candidates, held));
    const end = () => {
      for (const { state } of candidates) state.isBusy = false;
      this.#options.onIdle();
      this.#rollBack();
    };
    if (running === undefined) end();
    else
      void running.then(() => {
        end();
        this.wake();
      });
  }
}
