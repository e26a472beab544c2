// How a new version of a library follows the old one: beside it or after it, and with what of its state.

import type { NativeImage } from '../binding';
import { describe } from './errors';
import type { OldVersion, SymbolChanges } from './events';
import type { Handover } from './handover';
import type { LibraryState } from './library';
import { native } from './native';
import { compareSymbols } from './symbol-diff';
import type { Version } from './version';

/**
 * The new version is loaded beside the old one, which stays the current one until the commit. Only when
 * the system has no room for both is the old one closed first, and loaded again if that was in vain.
 */
export class Succession {
  readonly #state: LibraryState;
  readonly #old: Version | undefined;
  readonly #nextPath: string;
  readonly #handover: Handover;
  /** What is to be told in the end. */
  warnings: readonly string[] = [];
  #hasClosedFirst = false;
  #closesFirst: boolean | undefined;

  constructor(state: LibraryState, nextPath: string) {
    this.#state = state;
    this.#old = state.current.version;
    this.#nextPath = nextPath;
    this.#handover = state.handover();
  }

  /**
   * Static thread-local storage is taken from a small surplus that all libraries share, and a block that
   * is freed is only used again when it was the last: versions that overlap use it up. See dlopen() of
   * glibc, elf/dl-reloc.c.
   */
  get closesFirst(): boolean {
    this.#closesFirst ??=
      this.#state.canUnload &&
      this.#live?.hasStaticTls === true &&
      native.files.traits(this.#nextPath).hasStaticTls;
    return this.#closesFirst;
  }

  /** Before the new version is loaded. */
  begin(): void {
    const old = this.#live;
    if (old === undefined || !this.closesFirst || old.isLeased) return;
    this.#handover.save(old.image);
    this.#handover.takeVariables(old.image, this.#nextPath);
    this.#hasClosedFirst = this.#state.current.closeFirst();
  }

  /** @throws ERR_SYMBOL_NOT_FOUND when the new version cannot take over the state */
  check(next: NativeImage): void {
    this.#handover.check(next);
  }

  /** Runs code of both. */
  transfer(next: NativeImage): void {
    if (this.#live !== undefined) this.#handover.save(this.#live.image);
    this.#handover.restore(next);
  }

  /** From here on nothing of the old version may change. */
  confirm(): void {
    if (this.#live !== undefined) this.#handover.takeVariables(this.#live.image, this.#nextPath);
  }

  /** Cannot fail. */
  commit(next: NativeImage): void {
    this.warnings = this.#handover.giveVariables(next);
  }

  /** What changed. Null when one of the files is gone. */
  compare(): SymbolChanges | null {
    return this.#old === undefined ? null : compareSymbols(this.#old.path, this.#nextPath);
  }

  /** Returns what became of the old version. */
  fail(): OldVersion {
    if (!this.#hasClosedFirst) return this.#old?.isClosed === true ? 'lost' : 'kept';
    return this.#state.current.reopen((image) => {
      this.#giveBack(image);
    });
  }

  #giveBack(image: NativeImage): void {
    try {
      this.#handover.restore(image);
    } catch (error) {
      this.warnings = [describe(error)];
    }
    this.#handover.giveVariables(image);
  }

  /** The old version, as long as it is loaded. */
  get #live(): Version | undefined {
    return this.#old?.isClosed === true ? undefined : this.#old;
  }
}
