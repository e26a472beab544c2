// What users hand in, checked once.

import path from 'node:path';
import { describe, DynamicReloadRangeError, DynamicReloadTypeError } from './errors';
import type { Search, SearchMode } from './search';
import { shadowParent } from './shadow';
import { toSignature, type Signature } from './signature';
import type { SymbolDefinition, SymbolDefinitions } from './types';

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
   * allow execution. Default: the system's temporary directory.
   */
  readonly shadowDir?: string;
  /**
   * How long a library must have been left alone before it is reloaded, in milliseconds. A file that
   * is being written is never loaded, so 0 is safe; more makes one reload of a build that writes the
   * file several times. Default: 0.
   */
  readonly debounceMs?: number;
  /** `'auto'` reloads when a library changes; `'manual'` only in `update()`. Default: `'auto'`. */
  readonly reload?: 'auto' | 'manual';
  /** Closes the reloader when it is aborted. */
  readonly signal?: AbortSignal;
}

export interface AddLibraryOptions<S extends SymbolDefinitions> {
  /** Turn `foo` into `libfoo.so`, `libfoo.dylib` or `foo.dll`. Default: false, the name as it is. */
  readonly platformName?: boolean;
  /** The functions and variables to use. Default: none. */
  readonly symbols?: S;
  /**
   * Let the system's loader find the library by its bare name (`libm.so.6`). It is then neither
   * copied nor watched. Default: false.
   */
  readonly system?: boolean;
  /**
   * How to load, as in `os.constants.dlopen`. Default: `RTLD_NOW | RTLD_LOCAL`. `RTLD_DEEPBIND`
   * makes many libraries crash in Node.js, and `RTLD_NODELETE` keeps every version in memory.
   */
  readonly flags?: number;
  /** Gives up waiting for the library. */
  readonly signal?: AbortSignal;
}

/** Options of a reloader with every default filled in. */
export interface ReloaderSettings {
  readonly search: Search;
  readonly shadowParent: string;
  readonly debounceMs: number;
  readonly manual: boolean;
  readonly signal: AbortSignal | undefined;
}

/** One call of `addLibrary`, checked. */
export interface LibraryRequest {
  readonly name: string;
  readonly platformName: boolean;
  readonly signatures: ReadonlyMap<string, Signature>;
  readonly system: boolean;
  readonly flags: number | undefined;
  readonly signal: AbortSignal | undefined;
}

// setTimeout() and the system's timers count milliseconds in 31 bits.
const MAX_DEBOUNCE_MS = 2 ** 31 - 1;

/** @throws ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE */
export function readReloaderOptions(options: DynamicReloadOptions): ReloaderSettings {
  checkObject('options', options);
  const { searchPaths = [], search = 'default', shadowDir, debounceMs = 0 } = options;
  const { reload = 'auto', signal } = options;
  if (!Array.isArray(searchPaths)) throw wrongType('searchPaths', 'an array', searchPaths);
  const paths = [...(searchPaths as readonly string[])];
  for (const one of paths) checkPath('searchPaths', one);
  if (shadowDir !== undefined) checkPath('shadowDir', shadowDir);
  checkChoice('search', search, ['default', 'backwards']);
  checkChoice('reload', reload, ['auto', 'manual']);
  checkSignal(signal);
  if (typeof debounceMs !== 'number') throw wrongType('debounceMs', 'a number', debounceMs);
  if (!(debounceMs >= 0 && debounceMs <= MAX_DEBOUNCE_MS)) {
    throw new DynamicReloadRangeError(
      `"debounceMs" must be from 0 to ${MAX_DEBOUNCE_MS}, not ${describe(debounceMs)}`,
    );
  }
  return {
    search: { paths: paths.map((one) => path.resolve(one)), mode: search },
    shadowParent: shadowParent(shadowDir),
    debounceMs,
    manual: reload === 'manual',
    signal,
  };
}

/** @throws ERR_INVALID_ARG_TYPE, ERR_SYMBOL_DEFINITION */
export function readLibraryRequest(
  name: string,
  options: AddLibraryOptions<SymbolDefinitions>,
): LibraryRequest {
  checkObject('options', options);
  const { platformName = false, symbols = {}, system = false, flags, signal } = options;
  checkPath('name', name);
  if (typeof platformName !== 'boolean') throw wrongType('platformName', 'a boolean', platformName);
  if (typeof system !== 'boolean') throw wrongType('system', 'a boolean', system);
  if (system && name.includes('/')) throw wrongType('name', 'a bare name with `system`', name);
  if (flags !== undefined && !Number.isInteger(flags))
    throw wrongType('flags', 'an integer', flags);
  checkSignal(signal);
  return { name, platformName, signatures: readSymbols(symbols), system, flags, signal };
}

function readSymbols(symbols: SymbolDefinitions): Map<string, Signature> {
  checkObject('symbols', symbols);
  return new Map(
    Object.entries<SymbolDefinition>(symbols).map(([key, definition]) => [
      key,
      toSignature(key, definition),
    ]),
  );
}

/** @throws ERR_INVALID_ARG_TYPE */
export function checkCallback(callback: unknown): void {
  if (callback !== undefined && typeof callback !== 'function') {
    throw wrongType('callback', 'a function', callback);
  }
}

function checkObject(option: string, value: unknown): void {
  if (typeof value !== 'object' || value === null) throw wrongType(option, 'an object', value);
}

function checkPath(option: string, value: unknown): void {
  if (typeof value !== 'string' || value === '' || value.includes('\0')) {
    throw wrongType(option, 'a path', value);
  }
}

function checkChoice(option: string, value: unknown, choices: readonly unknown[]): void {
  if (!choices.includes(value)) throw wrongType(option, choices.map(describe).join(' or '), value);
}

function checkSignal(signal: unknown): void {
  // Not instanceof: a signal may come from another realm.
  const isSignal =
    typeof signal === 'object' &&
    signal !== null &&
    'aborted' in signal &&
    'throwIfAborted' in signal;
  if (signal !== undefined && !isSignal) throw wrongType('signal', 'an AbortSignal', signal);
}

function wrongType(option: string, wanted: string, value: unknown): Error {
  return new DynamicReloadTypeError(
    'ERR_INVALID_ARG_TYPE',
    `"${option}" must be ${wanted}, not ${describe(value)}`,
  );
}
