// What users say about the versions of a library, checked once.

import { DynamicReloadRangeError, describe } from './errors';
import { checkKeys, checkObject, checkString, wrongType } from './option-checks';

/** Functions of a library that hand its state from one version to the next. */
export interface StateFunctionNames {
  /**
   * `size_t save(void *buffer, size_t capacity)` of the old version. It returns how many bytes the
   * state takes, and writes them when `capacity` is enough; `(size_t)-1` refuses. It is called with no
   * buffer first.
   */
  readonly save: string;
  /**
   * `int restore(const void *data, size_t size)` of the new version, with what `save` wrote. Anything
   * but 0 refuses. `data` is gone when it returns.
   */
  readonly restore: string;
}

/** The options of `addLibrary` about what comes with, or stays after, a reload. */
export interface VersionOptions {
  /**
   * Variables, by the names that C exports them with, whose values the new version gets. They are
   * copied byte by byte when it becomes current, after `validate` and `state`, and only when both
   * versions have one of the same size and kind. What cannot be copied is a `warning`: a constant, a
   * thread-local variable, or one that holds an address of something in the old version. Not with
   * `shareVersions`. Default: none.
   */
  readonly preserve?: readonly string[];
  /**
   * Functions that hand the state over, called after `validate` has answered. Every version must have
   * them. When one refuses, the reload fails with ERR_VALIDATION and the old version goes on. Not with
   * `shareVersions`.
   */
  readonly state?: StateFunctionNames;
  /**
   * An exported integer or array of `char` that every version must have with the same bytes as the
   * first one. A version with other ones is refused with ERR_VALIDATION before it is loaded: no code
   * of it runs, not even in a `probe`, and there is no `before` event. Not with `system`.
   */
  readonly abiTag?: string;
  /**
   * How many old versions stay loaded for `library.rollback()`. Those that were current last are kept. A
   * version that had to be closed first (`event.closesFirst`) is not. Not with `shareVersions`. Default: 0.
   */
  readonly keepVersions?: number;
}

/** The same, checked. */
export interface VersionSettings {
  readonly preserve: readonly string[];
  readonly state: StateFunctionNames | undefined;
  readonly abiTag: string | undefined;
  readonly keepVersions: number;
}

type Given = { readonly [Name in keyof VersionOptions]: VersionOptions[Name] | undefined };

/** @throws ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE */
export function readVersionSettings(options: Given): VersionSettings {
  const { preserve = [], state, abiTag, keepVersions = 0 } = options;
  const names = readNames('preserve', preserve);
  if (abiTag !== undefined) checkString('abiTag', abiTag);
  checkCount('keepVersions', keepVersions);
  return { preserve: names, state: readFunctions(state), abiTag, keepVersions };
}

/** A copy: each element is read once. */
function readNames(option: string, names: unknown): readonly string[] {
  if (!Array.isArray(names)) throw wrongType(option, 'an array', names);
  return Array.from(names, (name: unknown) => {
    checkString(option, name);
    return name as string;
  });
}

function readFunctions(names: StateFunctionNames | undefined): StateFunctionNames | undefined {
  if (names === undefined) return undefined;
  checkObject('state', names);
  checkKeys(names, { save: true, restore: true });
  const { save, restore } = names;
  checkString('state.save', save);
  checkString('state.restore', restore);
  return { save, restore };
}

function checkCount(option: string, value: unknown): void {
  if (typeof value !== 'number') throw wrongType(option, 'a number', value);
  if (Number.isSafeInteger(value) && value >= 0) return;
  throw new DynamicReloadRangeError(
    `"${option}" must be an integer from 0, not ${describe(value)}`,
  );
}
