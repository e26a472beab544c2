// One call of `addLibrary`, checked.

import type { DeclaredTypes } from './ctypes/prototype/scope';
import type { AddLibraryOptions } from './library-options';
import { readSettings, type OwnerSettings } from './library-settings';
import {
  checkBoolean,
  checkKeys,
  checkObject,
  checkPath,
  checkSignal,
  wrongType,
} from './option-checks';
import { platformFileName } from './search';
import { toSignature, type Signature } from './signature';
import type { SymbolSources } from './types';

export interface LibraryRequest extends OwnerSettings {
  readonly name: string;
  /** The file to look for. */
  readonly fileName: string;
  readonly signatures: ReadonlyMap<string, Signature>;
  readonly system: boolean;
  readonly isAddon: boolean;
  readonly signal: AbortSignal | undefined;
}

const LIBRARY_OPTIONS: Readonly<Record<keyof AddLibraryOptions<SymbolSources>, true>> = {
  ...{ platformName: true, symbols: true, system: true, flags: true, signal: true },
  ...{ types: true, group: true, validate: true, keepUnique: true, drainTimeoutMs: true },
  ...{ verify: true, allow: true, probe: true, build: true, copy: true },
  ...{ preserve: true, state: true, abiTag: true, keepVersions: true },
  ...{ settleMs: true, waitForFile: true, watchDependencies: true },
};

/** @throws ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE, ERR_SYMBOL_DEFINITION */
export function readLibraryRequest(
  name: string,
  options: AddLibraryOptions<SymbolSources>,
): LibraryRequest {
  checkObject('options', options);
  checkKeys(options, LIBRARY_OPTIONS);
  const { platformName = false, symbols = {}, types = {}, system = false, signal } = options;
  checkPath('name', name);
  checkBoolean('platformName', platformName);
  checkBoolean('system', system);
  if (system && name.includes('/')) throw wrongType('name', 'a bare name with `system`', name);
  checkSignal(signal);
  const signatures = readSymbols(symbols, types);
  const fileName = platformName ? platformFileName(name) : name;
  const owner = readSettings(options, system);
  return { name, fileName, signatures, system, isAddon: false, ...owner, signal };
}

function readSymbols(symbols: SymbolSources, types: DeclaredTypes): Map<string, Signature> {
  checkObject('symbols', symbols);
  return new Map(
    Object.entries(symbols).map(([key, definition]) => [key, toSignature(key, definition, types)]),
  );
}

/** @throws ERR_INVALID_ARG_TYPE for what `addLibrarySync()` cannot wait for */
export function checkSync({ settings: { waitForFile, build } }: LibraryRequest): void {
  if (waitForFile) throw wrongType('waitForFile', 'false here', true);
  if (build !== undefined) throw wrongType('build', 'absent here', build);
}
