// What an addon exports, in whichever version is current.

import { describe, DynamicReloadError, SymbolNotFoundError, SystemCallError } from './errors';
import { follow } from './follower';

/**
 * Holds what users see as `addon.exports`. A reload changes what is behind it and nothing else, so
 * the object is made once, and so is each function that somebody takes out of it.
 */
export class AddonExports {
  readonly #originalPath: string;
  readonly #functions = new Map<PropertyKey, object>();
  #object: object | undefined;
  #current: object | undefined;
  #isClosed = false;

  /** `originalPath` is what errors call the addon. */
  constructor(originalPath: string) {
    this.#originalPath = originalPath;
  }

  /** @throws ERR_INVALID_STATE while no version is current */
  get object(): object {
    return this.#object ?? this.#now;
  }

  /**
   * Whether what a version exports can take the place of what is current.
   *
   * @throws ERR_LIBRARY_LOAD
   */
  check(exported: unknown): asserts exported is object {
    const kind = kindOf(exported);
    const expected = kindOf(this.#object) ?? kind;
    if (kind !== undefined && kind === expected) return;
    const wanted = expected === undefined ? 'an object or a function' : KINDS[expected];
    const given = kind === undefined ? describe(exported) : KINDS[kind];
    throw new SystemCallError(
      'ERR_LIBRARY_LOAD',
      `Cannot load ${this.#originalPath}: its exports must be ${wanted}, not ${given}.`,
      { path: this.#originalPath },
    );
  }

  /** Makes `object` stand for this, which was checked. */
  follow(exported: object): void {
    this.#current = exported;
    this.#object ??= follow(
      {
        current: () => this.#now,
        see: (key, value) => this.#see(key, value),
      },
      kindOf(exported) ?? 'object',
    );
  }

  /** From now on every use fails with ERR_LIBRARY_CLOSED. */
  close(): void {
    this.#isClosed = true;
    this.#current = undefined;
  }

  get #now(): object {
    if (this.#current !== undefined) return this.#current;
    const what = `The addon ${this.#originalPath}`;
    if (this.#isClosed) throw new DynamicReloadError('ERR_LIBRARY_CLOSED', `${what} is closed.`);
    throw new DynamicReloadError('ERR_INVALID_STATE', `${what} has no version yet.`);
  }

  #see(key: PropertyKey, value: unknown): unknown {
    return typeof value === 'function' && this.#isMember(key) ? this.#functionAt(key) : value;
  }

  /** Every object has its `constructor`, and every function has `call`, which belong to JavaScript. */
  #isMember(key: PropertyKey): boolean {
    const exported = this.#now;
    if (Object.hasOwn(exported, key)) return true;
    return typeof exported !== 'function' && key !== 'constructor';
  }

  #functionAt(key: PropertyKey): object {
    const known = this.#functions.get(key);
    if (known !== undefined) return known;
    const made = follow(
      {
        current: () => this.#currentFunction(key),
        // Native code may look for something of its own in the object of its exports.
        self: (receiver) => (receiver === this.#object ? this.#now : receiver),
      },
      'function',
    );
    this.#functions.set(key, made);
    return made;
  }

  #currentFunction(key: PropertyKey): object {
    const value: unknown = Reflect.get(this.#now, key);
    if (typeof value === 'function') return value;
    throw new SymbolNotFoundError(String(key), this.#originalPath, []);
  }
}

const KINDS = { function: 'a function', object: 'an object' } as const;

function kindOf(exported: unknown): keyof typeof KINDS | undefined {
  if (typeof exported === 'function') return 'function';
  return typeof exported === 'object' && exported !== null ? 'object' : undefined;
}
