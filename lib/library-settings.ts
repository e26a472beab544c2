// What the owners of a library say about it, checked once.

import { isDeepStrictEqual } from 'node:util';
import { readBuild, type BuildSettings } from './build-options';
import { DynamicReloadError } from './errors';
import type { AddLibraryOptions, LibraryCandidate } from './library-options';
import {
  checkBoolean,
  checkChoice,
  checkFunction,
  checkMs,
  checkString,
  wrongType,
} from './option-checks';
import type { CopyExtent } from './timings';
import type { SymbolSources } from './types';
import { readAllow, type InspectionSettings } from './verification';
import { readVersionSettings, type VersionSettings } from './version-options';

/** What the first owner says. Others may only say the same. */
export interface LibrarySettings extends InspectionSettings, VersionSettings {
  readonly group: string | undefined;
  readonly validate: ((candidate: LibraryCandidate) => unknown) | undefined;
  readonly settleMs: number | undefined;
  readonly waitForFile: boolean;
  readonly watchDependencies: boolean;
  readonly copy: CopyExtent;
  readonly drainTimeoutMs: number;
  readonly build: BuildSettings | undefined;
}

/** What one owner says. */
export interface OwnerSettings {
  readonly settings: LibrarySettings;
  /** Which of them the owner gave; the others have their default. */
  readonly given: readonly (keyof LibrarySettings)[];
}

const DRAIN_TIMEOUT_MS = 10_000;

/** Nothing is copied of a library that the system's loader finds, and nothing watched. */
const NOT_WITH_SYSTEM: readonly (keyof LibrarySettings)[] = [
  ...(['verify', 'allow', 'probe', 'abiTag', 'copy', 'build'] as const),
  ...(['waitForFile', 'watchDependencies'] as const),
];

type Given = {
  readonly [Name in keyof LibrarySettings]: AddLibraryOptions<SymbolSources>[Name] | undefined;
};

/** @throws ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE */
export function readSettings(
  options: AddLibraryOptions<SymbolSources>,
  system: boolean,
): OwnerSettings {
  const { flags, group, validate, keepUnique, drainTimeoutMs, verify, allow, probe } = options;
  const { settleMs, waitForFile, watchDependencies, copy, build } = options;
  const { preserve, state, abiTag, keepVersions } = options;
  const all = {
    ...{ flags, group, validate, keepUnique, drainTimeoutMs, verify, allow, probe },
    ...{ settleMs, waitForFile, watchDependencies, copy, build },
    ...{ preserve, state, abiTag, keepVersions },
  };
  if (system) checkNone(all, NOT_WITH_SYSTEM);
  const names = Object.keys(all) as (keyof LibrarySettings)[];
  return { settings: checkSettings(all), given: names.filter((name) => all[name] !== undefined) };
}

function checkNone(all: Given, names: readonly (keyof LibrarySettings)[]): void {
  for (const name of names) {
    const value = all[name];
    if (value !== undefined && value !== false)
      throw wrongType(name, 'absent with `system`', value);
  }
}

function checkSettings(given: Given): LibrarySettings {
  const { flags, group, validate, keepUnique = false, verify, allow, probe = false } = given;
  const { drainTimeoutMs = DRAIN_TIMEOUT_MS, settleMs } = given;
  const { waitForFile = false, watchDependencies = false, copy = 'full' } = given;
  checkChoice('copy', copy, ['full', 'loadable']);
  if ((verify ?? allow) !== undefined) checkVerifiable(watchDependencies, copy);
  if (flags !== undefined && !Number.isInteger(flags))
    throw wrongType('flags', 'an integer', flags);
  if (group !== undefined) checkString('group', group);
  checkFunction('validate', validate);
  checkFunction('verify', verify);
  checkBoolean('probe', probe);
  checkBoolean('keepUnique', keepUnique);
  checkMs('drainTimeoutMs', drainTimeoutMs);
  if (settleMs !== undefined) checkMs('settleMs', settleMs);
  checkBoolean('waitForFile', waitForFile);
  checkBoolean('watchDependencies', watchDependencies);
  return {
    ...{ flags, group, verify, allow: readAllow(allow), probe, keepUnique, drainTimeoutMs },
    ...{ settleMs, waitForFile, watchDependencies, copy, build: readBuild(given.build) },
    ...readVersionSettings(given),
    validate: validate as LibrarySettings['validate'],
  };
}

/** A digest is of one file, and of all of it. */
function checkVerifiable(watchDependencies: boolean, copy: CopyExtent): void {
  if (watchDependencies)
    throw wrongType('watchDependencies', 'false with `verify` or `allow`', true);
  if (copy !== 'full') throw wrongType('copy', "'full' with `verify` or `allow`", copy);
}

/**
 * Checks what a further owner says about a library that was added before.
 *
 * @throws ERR_INVALID_STATE when that is not what the first one said
 */
export function checkSameSettings(
  { given, settings }: OwnerSettings,
  first: { readonly name: string; readonly settings: LibrarySettings },
): void {
  const different = given.find(
    (option) => !isDeepStrictEqual(settings[option], first.settings[option]),
  );
  if (different === undefined) return;
  throw new DynamicReloadError(
    'ERR_INVALID_STATE',
    `The library ${first.name} was added before with another "${different}".`,
  );
}
