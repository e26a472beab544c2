// Libraries whose versions the reloaders of several environments share.

import type { NativeWatcher } from '../binding';
import { DynamicReloadError } from './errors';
import { plainLibrary, type LibraryKind } from './library-kind';
import { wrongType } from './option-checks';
import type { LibraryRequest } from './library-request';
import { native } from './native';

/** What concerns more than one environment, or comes from one version alone. */
const NOT_SHARED = ['preserve', 'state', 'keepVersions', 'watchDependencies'] as const;

/**
 * @throws ERR_INVALID_ARG_TYPE when a library that is to be shared has an option that cannot be
 */
export function checkShareable({ given, settings, system, isAddon }: LibraryRequest): void {
  if (system || isAddon) return;
  const wrong = NOT_SHARED.find((option) => given.includes(option) && !isDefault(settings[option]));
  if (wrong !== undefined) throw wrongType(wrong, 'absent with `shareVersions`', settings[wrong]);
}

function isDefault(value: unknown): boolean {
  return value === 0 || value === false || (Array.isArray(value) && value.length === 0);
}

/**
 * How a library is opened whose versions are those of others, too. See native/os/shared_versions.h for
 * how they agree.
 *
 * @throws ERR_INVALID_STATE when others share it that load it in another way
 */
export function shareLibrary(
  watcher: NativeWatcher,
  watch: number,
  path: string,
  { name, settings: { flags, keepUnique } }: LibraryRequest,
): LibraryKind {
  if (!watcher.share(watch, path, JSON.stringify({ flags, keepUnique }))) {
    throw stateError(`The library ${name} is shared with another "flags" or "keepUnique".`);
  }
  return {
    ...plainLibrary,
    canUnload: false, // To close a version first would make no room: others use it.
    isNews: (copy) => watcher.isNews(watch, copy),
    open: (copy, originalPath, loadFlags) => {
      const joined = watcher.join(watch, copy);
      if (joined === null) {
        throw stateError(
          `Others who share ${name} have gone on to another version, which follows.`,
        );
      }
      return new native.Image(joined.path, originalPath, loadFlags, joined.hold);
    },
  };
}

function stateError(message: string): DynamicReloadError {
  return new DynamicReloadError('ERR_INVALID_STATE', message);
}
