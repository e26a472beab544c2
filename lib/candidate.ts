// The next version of a library, from the change that was noticed to its commit or its end.

import type { NativeChange, NativeImage, NativeWatcher } from '../binding';
import type { Announcer } from './announcer';
import { asReloadError, groupError, type DynamicReloadError } from './errors';
import type { LibraryState } from './library';
import { carryOut, isPromise, type Candidate } from './reload';
import { ReloadEvents } from './reload-events';
import { Succession } from './succession';
import type { Addresses, SymbolTable } from './symbols';
import { Stopwatch } from './timings';

export interface CandidateOptions {
  readonly state: LibraryState;
  readonly change: NativeChange;
  readonly announcer: Announcer;
  readonly watcher: NativeWatcher;
  /** Stands for the reload, of which there may be several candidates. */
  readonly reload?: object;
}

export class LibraryCandidate implements Candidate {
  readonly state: LibraryState;
  readonly #change: NativeChange;
  readonly #announcer: Announcer;
  readonly #watcher: NativeWatcher;
  readonly #reload: object | undefined;
  readonly #events: ReloadEvents;
  readonly #succession: Succession;
  readonly #stopwatch: Stopwatch | undefined;
  #loaded: { readonly image: NativeImage; readonly addresses: Addresses } | undefined;
  /** What the user is asked about. */
  #table: SymbolTable | undefined;
  #retireOld: (() => void) | undefined;

  constructor({ state, change, announcer, watcher, reload }: CandidateOptions) {
    this.state = state;
    this.#reload = reload;
    this.#events = new ReloadEvents(state.handle);
    this.#succession = new Succession(state, change.copy ?? '');
    this.#change = change;
    this.#announcer = announcer;
    this.#watcher = watcher;
    const { costs } = change;
    const { copy } = state.settings;
    this.#stopwatch = costs && new Stopwatch(costs, copy, () => watcher.now());
    this.#stopwatch?.end('queueMs');
  }

  inspect(): unknown {
    const { copy, error } = this.#change;
    if (copy === undefined) throw asReloadError(error);
    return carryOut(this.state.inspect(copy, this.#announcer));
  }

  announce(): readonly PromiseLike<unknown>[] {
    this.#stopwatch?.end('verifyMs');
    return this.#announcer.before(this.state.handle, (waitUntil) =>
      this.#events.before(waitUntil, this.#succession.closesFirst),
    );
  }

  load(): void {
    this.#stopwatch?.end('beforeMs');
    this.#succession.begin();
    const image = this.state.next.open(this.#copy);
    this.#loaded = { image, addresses: this.state.table.resolve(image) };
    this.#succession.check(image);
  }

  validate(): unknown {
    this.#stopwatch?.end('loadMs');
    this.state.checkOpen(); // While others were asked it may have been closed.
    if (this.#loaded === undefined || this.state.settings.validate === undefined) return undefined;
    const { image } = this.#loaded;
    this.#table = this.state.table.boundTo(image);
    const answer = this.state.next.validate(this.#table);
    if (!isPromise(answer)) return undefined;
    return this.#announcer.wait(answer, 'validate()');
  }

  transfer(): void {
    this.#stopwatch?.end('validateMs');
    this.state.checkOpen();
    if (this.#loaded !== undefined) this.#succession.transfer(this.#loaded.image);
  }

  confirm(): void {
    // While others were waited for it may have been closed, or got an owner with more symbols.
    this.state.checkOpen();
    if (this.#loaded === undefined) return;
    const { image } = this.#loaded;
    this.#loaded = { image, addresses: this.state.table.resolve(image) };
    this.#succession.confirm();
  }

  commit(): void {
    this.#table?.close();
    if (this.#loaded === undefined) return;
    const { image, addresses } = this.#loaded;
    this.#succession.commit(image);
    this.#retireOld = this.state.commit(image, addresses, this.#copy, this.#reload);
  }

  succeed(): void {
    this.#stopwatch?.end('commitMs');
    this.#warn();
    const compare = () => this.#succession.compare();
    this.#announcer.after(this.#events.after(compare, this.#stopwatch?.timings ?? null));
    this.#watcher.accept(this.#change.library, this.#copy); // Wakes a thread, so not before the listeners.
    this.#retireOld?.();
  }

  fail(error: unknown, other: Candidate | undefined): void {
    this.#table?.close();
    this.state.next.abandon();
    const oldVersion = this.#succession.fail();
    this.#warn();
    const { handle } = this.state;
    const tell = (cause: DynamicReloadError) => {
      this.#announcer.failed(this.#events.failed(cause, oldVersion));
    };
    if (other instanceof LibraryCandidate) {
      this.#waitForTheOther();
      tell(groupError(handle.name, other.state.name, error));
    } else {
      this.state.isFaulty = this.state.pending.isEmpty; // Or the next one is there already.
      if (this.#change.copy !== undefined) this.#watcher.reject(this.#change.library, this.#copy);
      tell(asReloadError(error));
    }
  }

  #warn(): void {
    for (const warning of this.#succession.warnings)
      this.#announcer.warn(this.state.handle, warning);
  }

  /** Nothing is wrong with it, so it is tried again together with the next change of the other. */
  #waitForTheOther(): void {
    if (this.state.closed || !this.state.pending.isEmpty) this.#watcher.discard(this.#copy);
    else this.state.pending.set(this.#change);
  }

  get #copy(): string {
    return this.#change.copy ?? '';
  }
}
