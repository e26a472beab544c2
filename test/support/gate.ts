// What the calls of fixtures/nonblocking.c wait for.

import { waitFor } from './wait';

export class Gate {
  /** Hand it to the calls. */
  readonly memory = new Int32Array(2);

  open(): void {
    Atomics.store(this.memory, 0, 1);
  }

  /** How many calls have come to it. */
  get visitors(): number {
    return Atomics.load(this.memory, 1);
  }

  /** Resolves when so many calls are waiting at the gate, each on its thread. */
  async reachedBy(count: number): Promise<void> {
    await waitFor(() => this.visitors === count);
  }
}
