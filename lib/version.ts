// One version of a library: what is loaded, who still needs it, and what became of it.

import type { NativeImage, NativeImageTraits } from '../binding';
import type { LibraryVersion, ResidentReason, VersionState } from './events';

/** A thread ends, and destroys what it has to; others that are bound to it go. */
const PASSING: ReadonlySet<ResidentReason> = new Set(['thread', 'tls-destructor', 'dependents']);

export class Version {
  /** Of the version; another one after a rollback to it. */
  #number: number;
  #from: number | null = null;
  #image: NativeImage;
  /** The copy that it came with. */
  readonly path: string;
  #traits: NativeImageTraits | undefined;
  readonly #loadedAt = new Date();
  #state: VersionState = 'current';
  #reasons: readonly ResidentReason[] = [];
  #unloadedAt: Date | null = null;
  #leases = 0;
  #close: (() => void) | undefined;

  /** What stands for the reload that brought it, and other libraries with it. */
  readonly reload: object | undefined;

  constructor(number: number, image: NativeImage, path: string, reload?: object) {
    this.reload = reload;
    this.#number = number;
    this.#image = image;
    this.path = path;
  }

  get number(): number {
    return this.#number;
  }

  get image(): NativeImage {
    return this.#image;
  }

  /** The file it was loaded from: somebody else's copy when it is shared. */
  get loadedPath(): string {
    return this.#image.number === undefined ? this.path : this.#image.path;
  }

  staysFor(reason: ResidentReason): boolean {
    return this.#reasons.includes(reason);
  }

  get state(): VersionState {
    return this.#state;
  }

  get info(): LibraryVersion {
    const { fileSize, buildId } = this.#readTraits();
    return {
      version: this.number,
      from: this.#from,
      state: this.#state,
      reasons: this.#reasons,
      path: this.loadedPath,
      size: fileSize,
      buildId: buildId === '' ? null : buildId,
      loadedAt: this.#loadedAt,
      unloadedAt: this.#unloadedAt,
    };
  }

  /** Whether the system keeps it, for reasons each of which can pass. */
  get mayGo(): boolean {
    return this.#state === 'resident' && this.#reasons.every((reason) => PASSING.has(reason));
  }

  /** Keeps it loaded until the returned function is called, once. */
  hold(): () => void {
    this.#leases += 1;
    return () => {
      this.#leases -= 1;
      if (this.#leases === 0) this.#close?.();
    };
  }

  /** Whether it was given back to the system. */
  get isClosed(): boolean {
    return this.#state === 'unloaded' || this.#state === 'resident';
  }

  get isLeased(): boolean {
    return this.#leases > 0;
  }

  get hasStaticTls(): boolean {
    return this.#image.hasStaticTls;
  }

  /** It is not current any more, and stays loaded. */
  keep(): void {
    this.#state = 'kept';
  }

  /** It is current again. */
  revive(number: number): void {
    this.#from = this.#number;
    this.#number = number;
    this.#state = 'current';
  }

  /** Unloads it at once. Returns false when somebody needs it: then nothing happened. */
  closeNow(): boolean {
    if (this.isLeased) return false;
    this.#readTraits(); // As long as there is a file.
    const reasons = this.image.closeNow();
    if (reasons === null) return false;
    this.#settle(reasons);
    return true;
  }

  /** It was loaded again, after closeNow(). */
  reopen(image: NativeImage): void {
    this.#image = image;
    this.#state = 'current';
    this.#reasons = [];
    this.#unloadedAt = null;
  }

  /** Unloads it as soon as nobody needs it. `onClosed` may be called at once. */
  retire(onClosed: () => void): void {
    if (this.isClosed) {
      onClosed();
      return;
    }
    this.#state = 'retired';
    this.#readTraits(); // As long as there is a file.
    this.#close = () => {
      this.#close = undefined;
      this.image.close((reasons) => {
        this.#settle(reasons);
        onClosed();
      });
    };
    if (this.#leases === 0) this.#close();
  }

  /** Asks the system once more to let it go. Returns whether it did. */
  reap(): boolean {
    this.#settle(this.image.reap());
    return this.#state === 'unloaded';
  }

  /** Not when it is loaded, which has to be quick. */
  #readTraits(): NativeImageTraits {
    this.#traits ??= this.image.traits;
    return this.#traits;
  }

  #settle(reasons: readonly ResidentReason[]): void {
    this.#reasons = reasons;
    this.#state = reasons.length === 0 ? 'unloaded' : 'resident';
    if (reasons.length === 0) this.#unloadedAt = new Date();
  }
}
