// The events of one reload of one library, which belong together.

import type { DynamicReloadError } from './errors';
import type {
  AfterEvent,
  BeforeEvent,
  FailedEvent,
  Library,
  OldVersion,
  SymbolChanges,
} from './events';
import type { ReloadTimings } from './timings';

export class ReloadEvents {
  readonly #library: Library;
  readonly #rollbackTo: number | null;
  /** What listeners carry from the first event to the last. */
  #state: unknown;

  constructor(library: Library, rollbackTo: number | null = null) {
    this.#library = library;
    this.#rollbackTo = rollbackTo;
  }

  before(waitUntil: BeforeEvent['waitUntil'], closesFirst: boolean): BeforeEvent {
    const read = () => this.#state;
    const write = (value: unknown) => {
      this.#state = value;
    };
    return {
      ...this.#facts,
      closesFirst,
      waitUntil,
      get state() {
        return read();
      },
      set state(value) {
        write(value);
      },
    };
  }

  /** `compare` is called when somebody asks, at most once. */
  after(compare: () => SymbolChanges | null, timings: ReloadTimings | null): AfterEvent {
    let changes: SymbolChanges | null | undefined;
    return {
      ...this.#facts,
      state: this.#state,
      timings,
      get symbols() {
        changes ??= compare();
        return changes;
      },
    };
  }

  failed(error: DynamicReloadError, oldVersion: OldVersion): FailedEvent {
    return { ...this.#facts, error, oldVersion, state: this.#state };
  }

  get #facts() {
    const library = this.#library;
    return { library, version: library.version, rollbackTo: this.#rollbackTo };
  }
}
