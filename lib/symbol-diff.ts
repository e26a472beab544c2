// What a new version of a library exports otherwise than the old one.

import type { NativeExport } from '../binding';
import type { SymbolChanges } from './events';
import { native } from './native';

/** Null when one of the files cannot be read. */
export function compareSymbols(oldPath: string, newPath: string): SymbolChanges | null {
  const [before, after] = [readExports(oldPath), readExports(newPath)];
  if (before === null || after === null) return null;
  return {
    added: missingIn(before, after),
    removed: missingIn(after, before),
    resized: namesOf(after.values(), ({ name, kind, size }) => {
      const old = before.get(name);
      return old !== undefined && kind !== 'function' && old.kind === kind && old.size !== size;
    }),
  };
}

/** What a library file exports, by name. Null when it cannot be read. */
export function readExports(path: string): ReadonlyMap<string, NativeExport> | null {
  const exported = native.files.exports(path);
  return exported && new Map(exported.map((one) => [one.name, one]));
}

type Exports = ReadonlyMap<string, NativeExport>;

function missingIn(some: Exports, others: Exports): string[] {
  return namesOf(others.values(), ({ name }) => !some.has(name));
}

function namesOf(exported: Iterable<NativeExport>, is: (one: NativeExport) => boolean): string[] {
  return [...exported]
    .filter(is)
    .map(({ name }) => name)
    .sort();
}
