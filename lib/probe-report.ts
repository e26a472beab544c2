// What a probe is told to do, and how it tells how far it came: in a file, which it finds again
// whatever the library does to the descriptors of the process.

import {
  closeSync,
  constants,
  existsSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import type { NativeErrorFacts } from '../binding';

/** A symbol to look up. */
export interface WantedSymbol {
  readonly symbol: string;
  readonly what: 'function' | 'variable' | 'anywhere';
  readonly optional: boolean;
}

export interface ProbeRequest {
  /** The copy to load. */
  readonly path: string;
  /** What errors name. */
  readonly originalPath: string;
  /** Those of dlopen(3). */
  readonly flags?: number | undefined;
  readonly symbols: readonly WantedSymbol[];
}

/** What a probe did last: it began to load or to unload the library, or it has done everything. */
export type ProbeStage = 'load' | 'unload' | 'done';

export interface ProbeResult {
  /** Undefined when it did not begin. */
  readonly stage?: ProbeStage;
  /** Why the library cannot be used, said in good order. */
  readonly refusal?: NativeErrorFacts;
}

/** Writes the request to a file beside the copy, and returns the path of that. */
export function createReport(request: ProbeRequest): string {
  const file = `${request.path}.probe`;
  writeFileSync(file, `${JSON.stringify(request)}\n`, { flag: 'wx', mode: 0o600 });
  return file;
}

export function readRequest(file: string): ProbeRequest {
  return JSON.parse(linesOf(file)[0] ?? '') as ProbeRequest;
}

/** Fails when the file is gone, which says that nobody waits for the result any more. */
export function report(file: string, result: ProbeResult): void {
  const descriptor = openSync(file, constants.O_WRONLY | constants.O_APPEND);
  writeSync(descriptor, `${JSON.stringify(result)}\n`);
  closeSync(descriptor);
}

/** Reads what was reported last, and removes the file. It may be gone with its directory. */
export function takeReport(file: string): ProbeResult {
  if (!existsSync(file)) return {};
  const [, ...results] = linesOf(file);
  rmSync(file, { force: true });
  return JSON.parse(results.at(-1) ?? '{}') as ProbeResult;
}

/** Without the last one if the process died while it wrote it. */
function linesOf(file: string): readonly string[] {
  return readFileSync(file, 'utf8').split('\n').slice(0, -1);
}
