// The version of a library that its symbols go to, and how another one takes its place.

import type { NativeImage } from '../binding';
import type { OldVersion } from './events';
import { KeptVersions } from './kept-versions';
import type { LibraryKind } from './library-kind';
import type { Addresses, SymbolTable } from './symbols';
import { Version } from './version';
import type { VersionHistory } from './version-history';

export interface CurrentVersionOptions {
  readonly table: SymbolTable;
  readonly history: VersionHistory;
  /** So many old ones can be gone back to. */
  readonly keepVersions: number;
  /** Loads a version anew. */
  readonly load: (path: string) => NativeImage;
  readonly kind: Pick<LibraryKind, 'use'>;
}

export class CurrentVersion {
  readonly kept: KeptVersions;
  readonly #table: SymbolTable;
  readonly #history: VersionHistory;
  readonly #load: (path: string) => NativeImage;
  readonly #kind: Pick<LibraryKind, 'use'>;
  #version: Version | undefined;
  #number = 0;
  #isEnded = false;

  constructor({ table, history, keepVersions, load, kind }: CurrentVersionOptions) {
    this.kept = new KeptVersions(keepVersions);
    this.#table = table;
    this.#history = history;
    this.#load = load;
    this.#kind = kind;
  }

  /** Undefined before the first. */
  get version(): Version | undefined {
    return this.#version;
  }

  /** Of the current version; 0 before the first. */
  get number(): number {
    return this.#number;
  }

  /** Makes the first version the current one. The symbols go to it already. */
  begin(image: NativeImage, path: string, reload?: object): void {
    this.#kind.use(image);
    this.#number = image.number ?? this.#number + 1;
    this.#version = new Version(this.#number, image, path, reload);
    this.kept.makeCurrent(this.#version);
    this.#history.add(this.#version);
  }

  /** Makes a version the current one. Returns what retires the one before, when all is told. */
  replace(image: NativeImage, addresses: Addresses, path: string, reload?: object): () => void {
    const old = this.#version;
    this.#table.commit(image, addresses);
    this.begin(image, path, reload);
    return () => {
      this.#leave(old);
    };
  }

  /** The same with a version that was kept. */
  goBack(version: Version, addresses: Addresses): () => void {
    const old = this.#version;
    this.#table.commit(version.image, addresses);
    this.#kind.use(version.image);
    this.#number += 1;
    version.revive(this.#number);
    this.#history.moveToEnd(version);
    this.kept.makeCurrent(version);
    this.#version = version;
    return () => {
      this.#leave(old);
    };
  }

  /**
   * Closes the current version before there is another one. Returns false when somebody needs it: then
   * nothing happened.
   */
  closeFirst(): boolean {
    const resume = this.#table.suspend();
    if (this.#version?.closeNow() === true) return true;
    resume();
    return false;
  }

  /** Loads it again after {@link closeFirst}. `prepare` gets it before anybody else. */
  reopen(prepare: (image: NativeImage) => void): OldVersion {
    const version = this.#version;
    if (version?.isClosed !== true) return 'kept';
    let image: NativeImage | undefined;
    try {
      image = this.#load(version.path);
      const addresses = this.#table.resolve(image);
      prepare(image);
      this.#table.commit(image, addresses);
      this.#kind.use(image);
      version.reopen(image);
      return 'reopened';
    } catch {
      if (image !== undefined) this.#history.abandon(image, version.path);
      return 'lost'; // The failure that led here is the one that is told.
    }
  }

  /** Retires it, and those that are kept. */
  end(): void {
    this.#isEnded = true;
    if (this.#version !== undefined) this.#history.retire(this.#version);
    for (const version of this.kept.drop()) this.#history.retire(version);
    this.#history.retry(Infinity);
  }

  #leave(old: Version | undefined): void {
    if (old === undefined || this.#isEnded) return; // The end retired it.
    this.#history.retry();
    for (const version of this.kept.keep(old)) this.#history.retire(version);
  }
}
