// Where a change of a library waits until it can be carried out.

import type { NativeChange } from '../binding';

export interface PendingSlotOptions {
  /** Whether a copy is still one to load. */
  readonly isNews: (copy: string) => boolean;
  /** Called with a copy that nobody will load. */
  readonly discard: (copy: string) => void;
}

/** Holds the newest one. */
export class PendingSlot {
  readonly #options: PendingSlotOptions;
  #change: NativeChange | undefined;

  constructor(options: PendingSlotOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#change === undefined;
  }

  /** It replaces an older one. */
  set(change: NativeChange): void {
    this.drop();
    this.#change = change;
  }

  /** There is nothing to carry out any more. */
  drop(): void {
    if (this.#change?.copy !== undefined) this.#options.discard(this.#change.copy);
    this.#change = undefined;
  }

  take(): NativeChange | undefined {
    const copy = this.#change?.copy;
    if (copy !== undefined && !this.#options.isNews(copy)) this.drop();
    const change = this.#change;
    this.#change = undefined;
    return change;
  }
}
