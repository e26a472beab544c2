// The version of a library that may become the current one.

import type { NativeImage } from '../binding';
import type { Library } from './events';
import type { LibraryKind } from './library-kind';
import type { LibrarySettings } from './library-settings';
import type { SymbolTable } from './symbols';
import { askUser } from './validation';

export interface NextVersionOptions {
  /** What users hold of the library. */
  readonly handle: Library;
  readonly kind: LibraryKind;
  readonly settings: LibrarySettings;
  /** Loads a version. */
  readonly load: (path: string) => NativeImage;
  /** Closes a version that never became current. Its file is left. */
  readonly abandon: (image: NativeImage, path: string) => void;
}

/** There is at most one at a time. */
export class NextVersion {
  readonly #options: NextVersionOptions;
  #loaded: { readonly image: NativeImage; readonly path: string } | undefined;
  /** What the user is asked about. */
  #table: SymbolTable | undefined;

  constructor(options: NextVersionOptions) {
    this.#options = options;
  }

  /** Loads it beside the others. Nothing uses it yet. */
  open(path: string): NativeImage {
    const image = this.#options.load(path);
    this.#loaded = { image, path };
    return image;
  }

  /** Asks the user about it. `table` goes to it. A promise is to be waited for. */
  validate(table: SymbolTable): unknown {
    const { handle, kind, settings } = this.#options;
    const { validate } = settings;
    if (validate === undefined || this.#loaded === undefined) return undefined;
    this.#table = table;
    const { image } = this.#loaded;
    const path = image.number === undefined ? this.#loaded.path : image.path;
    const version = image.number ?? handle.version + 1;
    return askUser('validate()', { library: handle.name, version }, () =>
      validate({ library: handle, version, path, symbols: table.object, ...kind.show(image) }),
    );
  }

  /** It is the current version from now on. */
  promote(): void {
    this.#loaded = undefined;
    this.#table = undefined;
  }

  /**
   * Closes it, if there is one. Also while the user is being asked about it: their calls fail from now
   * on.
   */
  abandon(): void {
    if (this.#loaded === undefined) return;
    const { image, path } = this.#loaded;
    this.#loaded = undefined;
    this.#table?.close();
    this.#table = undefined;
    this.#options.abandon(image, path);
  }
}
