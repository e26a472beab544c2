// Going back to an old version of a library that was kept.

import type { Announcer } from './announcer';
import { asReloadError, DynamicReloadError, groupError } from './errors';
import type { AfterEvent } from './events';
import type { LibraryState } from './library';
import type { Candidate } from './reload';
import { ReloadEvents } from './reload-events';
import { compareSymbols } from './symbol-diff';
import type { Addresses } from './symbols';
import type { Version } from './version';

/** One library and where it goes back to. */
export interface RollbackStep {
  readonly state: LibraryState;
  readonly target: Version;
}

/**
 * What goes back together: with a library those of its group that were replaced together with its
 * current version, or with the one that it goes to.
 *
 * @throws ERR_INVALID_STATE when they cannot
 */
export function planRollback(
  { state, target }: RollbackStep,
  group: readonly LibraryState[],
): readonly [own: RollbackStep, ...others: RollbackStep[]] {
  const others = group
    .filter((other) => other !== state)
    .flatMap((other) => companionStep(state, target, other) ?? []);
  return [{ state, target }, ...others];
}

function companionStep(
  state: LibraryState,
  target: Version,
  other: LibraryState,
): RollbackStep | undefined {
  const reload = state.current.version?.reload;
  const { version, kept } = other.current;
  if (reload === undefined || version?.reload !== reload) {
    const companion = target.reload && kept.findByReload(target.reload);
    return companion && { state: other, target: companion };
  }
  if (target !== state.current.kept.before) {
    throw refusal(`${state.name} is in a group, which goes back one version at a time.`);
  }
  if (kept.before !== undefined) return { state: other, target: kept.before };
  throw refusal(`${other.name}, of the same group, has no version to go back to.`);
}

function refusal(message: string): DynamicReloadError {
  return new DynamicReloadError('ERR_INVALID_STATE', message);
}

/** Who asked for a rollback. */
export interface RollbackOutcome {
  resolve(event: AfterEvent): void;
  reject(error: unknown): void;
}

/** The way of one library back to a version that was never unloaded. */
export class RollbackCandidate implements Candidate {
  readonly state: LibraryState;
  readonly #target: Version;
  readonly #announcer: Announcer;
  readonly #outcome: RollbackOutcome | undefined;
  readonly #events: ReloadEvents;
  readonly #oldPath: string;
  #addresses: Addresses = new Map();
  #retireOld: (() => void) | undefined;

  /** `outcome` is told how it ended. */
  constructor({ state, target }: RollbackStep, announcer: Announcer, outcome?: RollbackOutcome) {
    this.state = state;
    this.#target = target;
    this.#announcer = announcer;
    this.#outcome = outcome;
    this.#events = new ReloadEvents(state.handle, target.number);
    this.#oldPath = state.loadedPath;
  }

  inspect(): void {
    this.#check();
  }

  announce(): readonly PromiseLike<unknown>[] {
    return this.#announcer.before(this.state.handle, (waitUntil) =>
      this.#events.before(waitUntil, false),
    );
  }

  load(): void {
    this.#check();
  }

  /** It was asked about when it was new. */
  validate(): undefined {
    return undefined;
  }

  /** It goes on with the state that it was left in. */
  transfer(): void {
    return undefined;
  }

  confirm(): void {
    this.#check();
    this.#addresses = this.state.table.resolve(this.#target.image);
  }

  commit(): void {
    this.#retireOld = this.state.current.goBack(this.#target, this.#addresses);
  }

  succeed(): void {
    const compare = () => compareSymbols(this.#oldPath, this.#target.path);
    const event = this.#events.after(compare, null);
    this.#announcer.after(event);
    // The watcher is told nothing: the file is still the one that is known to be no good.
    this.#retireOld?.();
    this.#outcome?.resolve(event);
  }

  fail(error: unknown, other: Candidate | undefined): void {
    const cause =
      other instanceof RollbackCandidate
        ? groupError(this.state.name, other.state.name, error)
        : asReloadError(error);
    this.#announcer.failed(this.#events.failed(cause, 'kept'));
    this.#outcome?.reject(cause);
  }

  /** While others were waited for it may have been closed. */
  #check(): void {
    this.state.checkOpen();
    if (this.state.current.kept.has(this.#target)) return;
    throw refusal(`Version ${this.#target.number} of ${this.state.name} is not kept any more.`);
  }
}
