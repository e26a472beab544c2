// The old versions of a library that can be gone back to.

import type { Version } from './version';

/**
 * A line with the current version in it: before it those to go back to, after it those that were gone
 * back from. A new version comes right after the one that it replaces.
 */
export class KeptVersions {
  readonly #most: number;
  readonly #line: Version[] = [];
  #current: Version | undefined;

  /** At most so many are kept. */
  constructor(most: number) {
    this.#most = most;
  }

  /** The one that was current before the current one. */
  get before(): Version | undefined {
    return this.#current && this.#line[this.#line.indexOf(this.#current) - 1];
  }

  find(number: number): Version | undefined {
    return this.#old.find((version) => version.number === number);
  }

  /** The one that came with this reload. */
  findByReload(reload: object): Version | undefined {
    return this.#old.find((version) => version.reload === reload);
  }

  has(version: Version): boolean {
    return this.#old.includes(version);
  }

  /** A version becomes current, a new one or one of these. */
  makeCurrent(version: Version): void {
    if (!this.#line.includes(version)) {
      const place = this.#current === undefined ? -1 : this.#line.indexOf(this.#current);
      this.#line.splice(place + 1, 0, version);
    }
    this.#current = version;
  }

  /**
   * Keeps a version that is not current any more, if it can be. Returns those that are to be unloaded,
   * which may be that one.
   */
  keep(old: Version): readonly Version[] {
    if (old.isClosed) return this.#remove([old]);
    old.keep();
    // The number grows each time that a version becomes current.
    const byAge = [...this.#old].sort((one, other) => one.number - other.number);
    return this.#remove(byAge.slice(0, Math.max(0, byAge.length - this.#most)));
  }

  /** Keeps none any more. Returns those that are to be unloaded. */
  drop(): readonly Version[] {
    return this.#remove(this.#old);
  }

  get #old(): readonly Version[] {
    return this.#line.filter((version) => version !== this.#current);
  }

  #remove(versions: readonly Version[]): readonly Version[] {
    for (const version of versions) this.#line.splice(this.#line.indexOf(version), 1);
    return versions;
  }
}
