// What users say about an addon that they add, checked once.

import type { Library } from './events';
import type { AddLibraryOptions } from './library-options';
import { readLibraryRequest, type LibraryRequest } from './library-request';
import { checkKeys, checkObject } from './option-checks';
import type { NoSymbols } from './types';

export interface AddAddonOptions<E extends object = object> extends Pick<
  AddLibraryOptions<NoSymbols>,
  'copy' | 'group' | 'keepUnique' | 'keepVersions' | 'signal'
> {
  /**
   * How to load, as in `os.constants.dlopen`. Default: `RTLD_NOW`. With `RTLD_LAZY`, which Node.js
   * uses, a function that no library provides ends the process when it is called.
   */
  readonly flags?: number;
  /**
   * Is asked about each version before it becomes the current one, and may use its exports. It
   * refuses by throwing, rejecting or returning `false`: ERR_VALIDATION.
   */
  readonly validate?: (candidate: AddonCandidate<E>) => unknown;
}

/** A version of an addon that may become the current one. */
export interface AddonCandidate<E extends object = object> {
  readonly library: Library;
  /** The number that it will have. */
  readonly version: number;
  /** What it was loaded from. */
  readonly path: string;
  /** What it exports. This is the version's own object, which follows nothing. */
  readonly exports: E;
}

const ADDON_OPTIONS: Readonly<Record<keyof AddAddonOptions, true>> = {
  ...{ flags: true, group: true, keepUnique: true, keepVersions: true },
  ...{ signal: true, validate: true, copy: true },
};

/** @throws ERR_INVALID_ARG_TYPE */
export function readAddonRequest(name: string, options: AddAddonOptions): LibraryRequest {
  checkObject('options', options);
  checkKeys(options, ADDON_OPTIONS);
  // What `validate` is shown has exports, too: the kind of the library sees to that.
  const common: object = options;
  return { ...readLibraryRequest(name, common), isAddon: true };
}
