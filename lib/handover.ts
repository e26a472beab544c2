// What a new version takes over from the old one in one reload.

import type { NativeImage } from '../binding';
import { PreservedVariables } from './preserve';
import type { StateFunctions } from './state-functions';

/**
 * First what the library saves itself, which runs code of it, and at the very end the variables, when
 * nothing can change them any more.
 */
export class Handover {
  readonly #functions: StateFunctions | undefined;
  readonly #variables: PreservedVariables;
  #state: Uint8Array | undefined;

  constructor(functions: StateFunctions | undefined, preserve: readonly string[]) {
    this.#functions = functions;
    this.#variables = new PreservedVariables(preserve);
  }

  /** @throws ERR_SYMBOL_NOT_FOUND */
  check(next: NativeImage): void {
    this.#functions?.check(next);
  }

  /** Takes out what the old version saves. */
  save(old: NativeImage): void {
    this.#state = this.#functions?.save(old);
  }

  restore(next: NativeImage): void {
    if (this.#state !== undefined) this.#functions?.restore(next, this.#state);
  }

  takeVariables(old: NativeImage, nextPath: string): void {
    this.#variables.take(old, nextPath);
  }

  /** Returns what is to be warned of. Cannot fail. */
  giveVariables(next: NativeImage): readonly string[] {
    this.#variables.give(next);
    return this.#variables.refusals;
  }
}
