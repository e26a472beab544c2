// What users hand to a reloader, checked once.

import path from 'node:path';
import {
  checkBoolean,
  checkChoice,
  checkKeys,
  checkMs,
  checkObject,
  checkPath,
  checkSignal,
  wrongType,
} from './option-checks';
import type { Search, SearchMode } from './search';
import { shadowParents } from './shadow';

export type WatchMode = 'auto' | 'events' | 'poll';

export interface DynamicReloadOptions {
  /**
   * Directories to look in after the current one. Relative ones are resolved when the reloader is
   * made. Default: none.
   */
  readonly searchPaths?: readonly string[];
  /**
   * Where a search ends: at the directory of the executable (`process.execPath`), or at the top of
   * the directories above it. Default: `'default'`.
   */
  readonly search?: SearchMode;
  /**
   * An existing directory, in which a private one is made for the copies that are loaded. It must
   * allow execution. Default: the system's temporary directory, or where that is not possible
   * `/var/tmp`, `/dev/shm` or the current directory.
   */
  readonly shadowDir?: string;
  /**
   * How long a library must have been left alone before it is reloaded, in milliseconds. A file that
   * is being written is never loaded, so 0 is safe; more makes one reload of a build that writes the
   * file several times. Default: 0.
   */
  readonly debounceMs?: number;
  /**
   * How long a reload waits for each promise of a `before` listener and for that of `validate`, in
   * milliseconds. After that it fails, and the old version stays; a first version is not added, with
   * ERR_TIMEOUT. Default: as long as it takes.
   */
  readonly beforeTimeoutMs?: number;
  /**
   * How changes are noticed. `'events'`: the system reports them, which costs nothing in between.
   * `'poll'`: a thread looks at every file again and again, 50 ms apart after a change and up to
   * 500 ms when nothing happens, and takes one percent of its time at most. `'auto'`: by events, and
   * by polling where file systems do not report everything (NFS, SMB, 9P, FUSE, VirtioFS and such),
   * or where the system refuses to report, which is a `warning`. Default: `'auto'`.
   */
  readonly watch?: WatchMode;
  /**
   * Use the same versions of libraries as the other reloaders of this process that say so, in whatever
   * worker they are: one image, so that C state is shared, and one number for each version. Somebody who
   * adds the library later gets the current one. A new build becomes current in each of them by a reload
   * of its own, with its own events, since each has symbols of its own: one after the other, and what
   * one refuses the others may take. A number that nobody took is skipped. Who missed a version may
   * fail to load another one, with ERR_INVALID_STATE; the one that the others have follows.
   *
   * An old version stays until the last of them has let go of it. Till then it is `resident` for the
   * reason `shared` in those that have, and `unloaded` after that.
   *
   * They must say the same `flags` and `keepUnique` (ERR_INVALID_STATE). `preserve`, `state`,
   * `keepVersions` and `watchDependencies` are refused: state would be copied more than once, and a
   * version be current again in one of them only. With static thread-local storage the old version is
   * not closed first. `verify` and `probe` get a copy that loads as the same. Addons are not shared.
   *
   * C code then runs on several threads at once, without a lock; it must allow for that. Default: false,
   * each reloader has images of its own.
   */
  readonly shareVersions?: boolean;
  /** `'auto'` reloads when a library changes; `'manual'` only in `update()`. Default: `'auto'`. */
  readonly reload?: 'auto' | 'manual';
  /** Closes the reloader when it is aborted. */
  readonly signal?: AbortSignal;
}

/** Options of a reloader with every default filled in. */
export interface ReloaderSettings {
  readonly search: Search;
  /** Tried in this order. */
  readonly shadowParents: readonly string[];
  readonly debounceMs: number;
  readonly beforeTimeoutMs: number | undefined;
  readonly watch: WatchMode;
  readonly manual: boolean;
  readonly shareVersions: boolean;
  readonly signal: AbortSignal | undefined;
}

const RELOADER_OPTIONS: Readonly<Record<keyof DynamicReloadOptions, true>> = {
  ...{ searchPaths: true, search: true, shadowDir: true, debounceMs: true, reload: true },
  ...{ beforeTimeoutMs: true, signal: true, watch: true, shareVersions: true },
};

/** @throws ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE */
export function readReloaderOptions(options: DynamicReloadOptions): ReloaderSettings {
  checkObject('options', options);
  checkKeys(options, RELOADER_OPTIONS);
  const { searchPaths = [], search = 'default', shadowDir, debounceMs = 0 } = options;
  const { beforeTimeoutMs, reload = 'auto', watch = 'auto', signal } = options;
  const { shareVersions = false } = options;
  if (!Array.isArray(searchPaths)) throw wrongType('searchPaths', 'an array', searchPaths);
  const paths = [...(searchPaths as readonly string[])];
  for (const one of paths) checkPath('searchPaths', one);
  if (shadowDir !== undefined) checkPath('shadowDir', shadowDir);
  checkChoice('search', search, ['default', 'backwards']);
  checkChoice('reload', reload, ['auto', 'manual']);
  checkChoice('watch', watch, ['auto', 'events', 'poll']);
  checkSignal(signal);
  checkBoolean('shareVersions', shareVersions);
  checkMs('debounceMs', debounceMs);
  if (beforeTimeoutMs !== undefined) checkMs('beforeTimeoutMs', beforeTimeoutMs);
  return {
    search: { paths: paths.map((one) => path.resolve(one)), mode: search },
    shadowParents: shadowParents(shadowDir),
    debounceMs,
    beforeTimeoutMs,
    watch,
    manual: reload === 'manual',
    shareVersions,
    signal,
  };
}
