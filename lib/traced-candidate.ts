// A candidate whose steps are written down.

import { LibraryCandidate } from './candidate';
import { describe } from './errors';
import type { LibraryState } from './library';
import type { Candidate } from './reload';
import type { TracePhaseName } from './trace-names';
import type { Tracing } from './tracer';
import type { Version } from './version';

/** A candidate that knows its library. */
export interface CandidateOfLibrary extends Candidate {
  readonly state: LibraryState;
}

/** Does what the candidate does. While nobody reads a trace, none of these is made. */
export class TracedCandidate implements CandidateOfLibrary {
  readonly #inner: CandidateOfLibrary;
  readonly #tracer: Tracing;
  #old: Version | undefined;

  constructor(inner: CandidateOfLibrary, tracer: Tracing) {
    this.#inner = inner;
    this.#tracer = tracer;
  }

  get state(): LibraryState {
    return this.#inner.state;
  }

  inspect(): unknown {
    return this.#inner.inspect();
  }

  announce(): readonly PromiseLike<unknown>[] {
    this.#phase('before', `version ${this.state.version} is current`);
    return this.#inner.announce();
  }

  load(): void {
    if (this.#isNew) this.#phase('load', `version ${this.state.version + 1}`);
    this.#inner.load();
  }

  validate(): unknown {
    if (this.#isNew && this.state.settings.validate !== undefined) this.#phase('validate');
    return this.#inner.validate();
  }

  transfer(): void {
    this.#inner.transfer();
  }

  confirm(): void {
    this.#inner.confirm();
  }

  commit(): void {
    this.#old = this.state.current.version;
    this.#phase('commit', `version ${this.state.version + 1}`);
    this.#inner.commit();
  }

  succeed(): void {
    this.#phase('after', `version ${this.state.version}`);
    this.#inner.succeed();
    const old = this.#old;
    if (old === undefined || old.state === 'kept') return;
    this.#phase('retired', `version ${old.number}`);
  }

  fail(error: unknown, other: Candidate | undefined): void {
    this.#phase('failed', describe(error));
    this.#inner.fail(error, other instanceof TracedCandidate ? other.#inner : other);
  }

  /** Of a rollback nothing is loaded. */
  get #isNew(): boolean {
    return this.#inner instanceof LibraryCandidate;
  }

  #phase(what: TracePhaseName, detail?: string): void {
    this.#tracer.phase(this.state.handle, what, detail);
  }
}
