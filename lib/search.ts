// Where a library is looked for, and under which file name.

import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { LibraryNotFoundError } from './errors';

/**
 * `'default'` ends at the directory of the executable; `'backwards'` goes on through the directories
 * above it.
 */
export type SearchMode = 'default' | 'backwards';

export interface Search {
  /** Absolute. */
  readonly paths: readonly string[];
  readonly mode: SearchMode;
}

/**
 * The name that this platform gives to the library `name`: `foo` is `libfoo.so`, `libfoo.dylib` or
 * `foo.dll`. A directory in front of it stays.
 */
export function platformFileName(
  name: string,
  platform: NodeJS.Platform = process.platform,
): string {
  const base = path.basename(name);
  const file =
    platform === 'win32'
      ? `${base}.dll`
      : platform === 'darwin'
        ? `lib${base}.dylib`
        : `lib${base}.so`;
  return name.slice(0, name.length - base.length) + file;
}

/**
 * The absolute path of the first regular file named `fileName` in: the current directory, the search
 * paths, the directory of the executable, and with `'backwards'` each directory above that.
 *
 * @throws {LibraryNotFoundError} with every path that was tried
 */
export function findLibrary(fileName: string, search: Search): string {
  const candidates = candidatePaths(fileName, search);
  const found = candidates.find(isFile);
  if (found !== undefined) return found;
  throw new LibraryNotFoundError(fileName, candidates, hintFor(fileName, search));
}

/** Where to wait for a file: where it is, or else in every place in which {@link findLibrary} looks. */
export function placesToWait(fileName: string, search: Search): readonly string[] {
  const candidates = candidatePaths(fileName, search);
  const found = candidates.find(isFile);
  return found === undefined ? candidates : [found];
}

function hintFor(fileName: string, search: Search): string | undefined {
  const directory = candidatePaths(fileName, search).find((candidate) => existsSync(candidate));
  if (directory !== undefined) return `${directory} is not a regular file.`;
  const meant = candidatePaths(platformFileName(fileName), search).find(isFile);
  return meant === undefined ? undefined : `With \`platformName: true\` it would be ${meant}.`;
}

function candidatePaths(fileName: string, search: Search): string[] {
  if (path.isAbsolute(fileName)) return [path.normalize(fileName)];
  const executable = path.dirname(process.execPath);
  const directories = [
    process.cwd(),
    ...search.paths,
    executable,
    ...(search.mode === 'backwards' ? parentsOf(executable) : []),
  ];
  return [...new Set(directories.map((directory) => path.join(directory, fileName)))];
}

function parentsOf(directory: string): string[] {
  const parent = path.dirname(directory);
  return parent === directory ? [] : [parent, ...parentsOf(parent)];
}

function isFile(candidate: string): boolean {
  try {
    return statSync(candidate).isFile();
  } catch {
    return false; // Whatever keeps it from being looked at, another place may have the library.
  }
}
