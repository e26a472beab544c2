// Holding reloads back.

/** Holds reloads back until it is released. */
export interface ReloadDeferral extends Disposable {
  /** Does nothing the second time. */
  release(): void;
}

export class Deferral {
  readonly #onRelease: () => void;
  #holders = 0;
  #held: Promise<void> | undefined;
  #release: () => void = () => undefined;

  /** `onRelease` is called when the last one has let go. */
  constructor(onRelease: () => void) {
    this.#onRelease = onRelease;
  }

  /** Resolves when nobody holds reloads back any more; undefined when nobody does. */
  get held(): Promise<void> | undefined {
    return this.#held;
  }

  hold(): ReloadDeferral {
    this.#holders += 1;
    this.#held ??= new Promise((resolve) => {
      this.#release = resolve;
    });
    let isHeld = true;
    const release = () => {
      if (!isHeld) return;
      isHeld = false; // First: a listener of the reload that follows may release it again.
      this.#letGo();
    };
    return { release, [Symbol.dispose]: release };
  }

  #letGo(): void {
    this.#holders -= 1;
    if (this.#holders > 0) return;
    this.#held = undefined;
    this.#release();
    this.#onRelease();
  }
}
