// What is done in one way for a library of C functions, and in another for an addon.

import type { NativeImage } from '../binding';
import type { Library } from './events';
import { LibraryHandle, type LibrarySource } from './library-handle';
import { native } from './native';

/** It is made for one library, and gets no images but those that it opened. */
export interface LibraryKind {
  /** Whether the system can give a version back. */
  readonly canUnload: boolean;
  /** Makes what users hold. */
  makeHandle(source: LibrarySource): Library;
  /** Whether a copy is to be loaded in the place of the current version. */
  isNews(copy: string): boolean;
  /** Loads a version beside the others. Nothing uses it yet. */
  open(path: string, originalPath: string, flags: number | undefined): NativeImage;
  /** What `validate` is shown of a version, beside its symbols. */
  show(image: NativeImage): object;
  /** Makes it the version that users get to. Cannot fail. */
  use(image: NativeImage): void;
  /** From now on users get to none. */
  close(): void;
}

/** Symbols are all there is to it. */
export const plainLibrary: LibraryKind = {
  canUnload: true,
  makeHandle: (source) => new LibraryHandle(source),
  isNews: () => true,
  open: (path, originalPath, flags) => new native.Image(path, originalPath, flags),
  show: () => ({}),
  use: () => undefined,
  close: () => undefined,
};
