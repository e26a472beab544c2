// Node-API addons: libraries that Node.js itself loads, and that have exports.

import { inspect } from 'node:util';
import type { NativeImage } from '../binding';
import { AddonExports } from './addon-exports';
import { AddonImage } from './addon-image';
import type { Library } from './events';
import { LibraryHandle, type LibrarySource } from './library-handle';
import type { LibraryKind } from './library-kind';

/**
 * An addon that was added to a reloader. It lives across reloads, and events call it `library`.
 *
 * Node.js never gives an addon back, so every version stays in memory: `resident`, for the reason
 * `addon`. Neither does that end with `close()`; only `exports` does.
 */
export interface Addon<E extends object = object> extends Library {
  /**
   * What the addon exports, in the current version. This object stays the same, and so does each
   * function and class in it: `const { hello } = addon.exports` goes to the new version after a
   * reload. One that the new version does not export throws ERR_SYMBOL_NOT_FOUND.
   *
   * What does not follow: everything that came out of a version. An instance keeps its class and its
   * methods, and is no `instanceof` the new class; do not pass it to functions of another version. A
   * class that extends one of the addon goes on to extend that version. Other values, such as
   * numbers and nested objects, are those of the version they were read from; read them again.
   */
  readonly exports: E;
}

class AddonHandle extends LibraryHandle implements Addon {
  readonly #exports: AddonExports;

  constructor(source: LibrarySource, exports: AddonExports) {
    super(source);
    this.#exports = exports;
  }

  get exports(): object {
    return this.#exports.object;
  }

  override [inspect.custom](): object {
    const { name, version, originalPath, loadedPath } = this;
    const exports = version === 0 ? undefined : this.exports; // There are none before the first.
    return { name, version, originalPath, loadedPath, exports };
  }
}

export class AddonKind implements LibraryKind {
  readonly canUnload = false;
  readonly #exports: AddonExports;

  constructor(originalPath: string) {
    this.#exports = new AddonExports(originalPath);
  }

  makeHandle(source: LibrarySource): Library {
    return new AddonHandle(source, this.#exports);
  }

  isNews(): boolean {
    return true;
  }

  open(path: string, originalPath: string, flags: number | undefined): NativeImage {
    const image = new AddonImage(path, originalPath, flags);
    try {
      this.#exports.check(image.exports);
    } catch (error) {
      image.close(() => undefined);
      throw error;
    }
    return image;
  }

  show({ exports }: AddonImage): object {
    return { exports };
  }

  use({ exports }: AddonImage): void {
    this.#exports.check(exports);
    this.#exports.follow(exports);
  }

  close(): void {
    this.#exports.close();
  }
}
