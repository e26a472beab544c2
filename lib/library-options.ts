// What users say about a library that they add.

import type { BuildOptions } from './build-options';
import type { DeclaredTypes } from './ctypes/prototype/scope';
import type { Library } from './events';
import type { CopyExtent } from './timings';
import type { LibrarySymbols, SymbolDefinitions, SymbolSources, SymbolsOf } from './types';
import type { LibraryFile } from './verification';
import type { VersionOptions } from './version-options';

export interface AddLibraryOptions<
  S extends SymbolSources,
  T extends DeclaredTypes | undefined = DeclaredTypes | undefined,
> extends VersionOptions {
  /** Turn `foo` into `libfoo.so`, `libfoo.dylib` or `foo.dll`. Default: false, the name as it is. */
  readonly platformName?: boolean;
  /** The functions and variables to use. Default: none. */
  readonly symbols?: S;
  /** Types that C prototypes among the symbols name, by tag or typedef name. Default: none. */
  readonly types?: T;
  /**
   * Run a command that builds the library: now, before it is looked for, and again whenever a source
   * changes, one at a time. A build that fails is an ERR_BUILD: of this call, unless `waitForFile` says
   * to wait for one that does not; and of a `failed` event later. Libraries with the same `build` share
   * it. Not with `system`, nor for `addLibrarySync()`. Default: none.
   */
  readonly build?: BuildOptions;
  /**
   * Let the system's loader find the library by its bare name (`libm.so.6`). It is then neither
   * copied nor watched. Default: false.
   */
  readonly system?: boolean;
  /**
   * How to load, as in `os.constants.dlopen`. Default: `RTLD_NOW | RTLD_LOCAL`. `RTLD_DEEPBIND`
   * makes many libraries crash in Node.js; a library that Node.js has a copy of, such as zlib, may need
   * it, or its functions call those of Node.js. `RTLD_NODELETE` keeps every version in memory.
   */
  readonly flags?: number;
  /**
   * Libraries of one group whose changes arrive together are replaced together, or none of them is. A
   * version that could not be loaded for the fault of another one waits for the next change of that.
   */
  readonly group?: string;
  /**
   * Is asked about each file before any code of it runs; `validate` is asked after that. It refuses by
   * throwing, rejecting or returning `false`: ERR_VALIDATION. What it is told is that of the copy which
   * is loaded, or with `shareVersions` of one that loads as the same, whatever becomes of the original
   * meanwhile. Not with `system`.
   */
  readonly verify?: (file: LibraryFile) => unknown;
  /**
   * The SHA-256 digests, hexadecimal, of the files that may be loaded. Any other is refused with
   * ERR_VALIDATION before any code of it runs. Default: every file. Not with `system`.
   */
  readonly allow?: readonly string[];
  /**
   * Load each file in a child process first. One that ends it, by a crash or by `exit()`, is refused with
   * ERR_LIBRARY_LOAD, and one that is not done in `beforeTimeoutMs`, or in 10 s, with ERR_TIMEOUT. What
   * it does as it is loaded and unloaded it does twice, then. Not with `system`. Default: false.
   */
  readonly probe?: boolean;
  /**
   * Is asked about each version before it becomes the current one, and may call its symbols. It
   * refuses by throwing, rejecting or returning `false`: ERR_VALIDATION.
   */
  readonly validate?: (candidate: LibraryCandidate<SymbolsOf<S, T>>) => unknown;
  /**
   * Leave symbols unique in the whole process that the compiler made so, such as static variables of
   * inline C++ functions. All versions then share those of the first, and none is ever unloaded.
   * Default: false, each version has its own.
   */
  readonly keepUnique?: boolean;
  /**
   * How long the file must have been left alone before the library is reloaded, in milliseconds: for
   * installers that take several steps, each of which leaves a finished library behind. 50 is enough
   * for `cmake --install --strip` and `patchelf`. Default: the `debounceMs` of the reloader.
   */
  readonly settleMs?: number;
  /**
   * Wait for a file that does not exist yet, or is not finished, however long that takes: in all the
   * places that are searched, until it is loaded from one of them. `signal` gives up. Not for
   * `addLibrarySync()`, which nothing could interrupt. Default: false.
   */
  readonly waitForFile?: boolean;
  /**
   * Watch also what the library depends on beside it, directly or not: libraries found by its RPATH or
   * RUNPATH (`$ORIGIN`) or in its own directory, but not those of the system nor those that the
   * program itself uses. When one of them changes, the library is reloaded. Each version has copies of
   * its own of all of them, with variables of their own, also when one of them is added by itself.
   * Not with `shareVersions`. Default: false, they are loaded once from where they are.
   */
  readonly watchDependencies?: boolean;
  /**
   * What the private copy has in it. `'full'`: all of the file. `'loadable'`: what is loaded of it, and
   * neither its symbol table nor debug information, which are most of a debug build; debuggers,
   * profilers and backtraces then know no more of it than what it exports. Not with `verify`, `allow` or `system`.
   * Default: `'full'`.
   */
  readonly copy?: CopyExtent;
  /**
   * After so many milliseconds an old version that somebody still needs is announced as `resident`.
   * It is unloaded all the same when nobody does any more. Default: 10,000.
   */
  readonly drainTimeoutMs?: number;
  /** Gives up waiting for the library. */
  readonly signal?: AbortSignal;
}

/** A version that may become the current one. */
export interface LibraryCandidate<D extends SymbolDefinitions = SymbolDefinitions> {
  readonly library: Library;
  /** The number that it will have. */
  readonly version: number;
  /** What it was loaded from. */
  readonly path: string;
  /** Its symbols. They work until `validate` has answered. */
  readonly symbols: LibrarySymbols<D>;
}
