// The library of fixtures/callbacks.c, for tests of functions that C calls.

import {
  callback,
  pointer,
  struct,
  type DynamicReload,
  type Library,
  type LibraryCallback,
} from '../../lib';
import { compile } from './compiler';
import type { TemporaryDirectory } from './temporary-directory';
import { nextEvent } from './wait';

export const VISIT = { arguments: ['i32'], return: 'i32' } as const;
export const Point = struct({ x: 'f64', y: 'f64' });
export const DESCRIBE = {
  arguments: [Point, 'string', 'bool', 'i64', pointer(Point)],
  return: Point,
} as const;

const VISITS = { arguments: [callback(VISIT), 'i32'], return: 'i32' } as const;
export const DEFINITIONS = {
  value: { return: 'i32' },
  visit: VISITS,
  visit_later: { ...VISITS, name: 'visit', nonblocking: true },
  visit_both: { arguments: [callback(VISIT), callback(VISIT)], return: 'i32' },
  visit_all_later: { ...VISITS, name: 'visit_all', nonblocking: true },
  keep: { arguments: [callback(VISIT)] },
  visit_kept: { arguments: ['i32'], return: 'i32' },
  keeps_nothing: { return: 'bool' },
  call_when_unloaded: { arguments: [callback(VISIT)] },
  describe: { arguments: [callback(DESCRIBE)], return: Point },
  length_of_name: { arguments: [callback({ return: 'string' })], return: 'i32' },
  start_threads: { arguments: [callback(VISIT), 'i32'], return: 'bool' },
  join_threads: { return: 'i64', nonblocking: true },
  returned: { type: 'i32' },
} as const;

export type CallbacksLibrary = Library<typeof DEFINITIONS>;

/** Builds a version of it in the directory. */
export function build(directory: TemporaryDirectory, version: number): string {
  const options = { defines: { VALUE: version }, flags: ['-pthread'] };
  return compile({ file: 'callbacks.c' }, directory.file('libcallbacks.so'), options);
}

export function add(
  reloader: DynamicReload,
  directory: TemporaryDirectory,
): Promise<CallbacksLibrary> {
  return reloader.addLibrary(build(directory, 1), { symbols: DEFINITIONS });
}

/** Makes a new version the current one. */
export async function reload(
  reloader: DynamicReload,
  directory: TemporaryDirectory,
  version: number,
): Promise<void> {
  const after = nextEvent(reloader, 'after');
  build(directory, version);
  await after;
}

export function lasting(
  library: CallbacksLibrary,
  visitor: (value: number) => number,
): LibraryCallback {
  return library.callback(VISIT, visitor);
}

export function refuse(): never {
  throw new Error('refused');
}
