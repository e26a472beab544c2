// A library that may appear in several places.

import type { Library } from './events';
import type { LibraryRequest } from './library-request';
import type { LibrarySet } from './library-set';
import { findLibrary, placesToWait, type Search } from './search';

/** Adds the library where it is found, which may be for the system to do; or, when it is to be waited for, where it appears first. */
export function addFound(
  libraries: LibrarySet,
  request: LibraryRequest,
  search: Search,
): Promise<Library> {
  const { fileName, signal } = request;
  if (request.system) return libraries.addSystem(request);
  if (!request.settings.waitForFile) return libraries.add(findLibrary(fileName, search), request);
  const add = (path: string, ends: AbortSignal) =>
    libraries.add(path, { ...request, signal: ends });
  return addFirst(placesToWait(fileName, search), add, signal);
}

/**
 * Adds the library in every place, and settles as the first of these does. The others are given up;
 * one that was loaded all the same is closed. Rejects with the reason of `signal` once it is aborted.
 */
async function addFirst(
  paths: readonly string[],
  add: (path: string, signal: AbortSignal) => Promise<Library>,
  signal: AbortSignal | undefined,
): Promise<Library> {
  const enough = new AbortController();
  const ends = signal === undefined ? enough.signal : AbortSignal.any([enough.signal, signal]);
  const adding = paths.map((path) => add(path, ends));
  let first: Library | undefined;
  try {
    return (first = await Promise.race(adding));
  } finally {
    enough.abort();
    for (const one of adding) void closeUnless(first, one);
  }
}

async function closeUnless(kept: Library | undefined, adding: Promise<Library>): Promise<void> {
  // To be given up is how most of them end, and the first one to end has told how it did.
  const library = await adding.catch(() => undefined);
  if (library !== kept) await library?.close();
}
