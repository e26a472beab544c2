// Where shadow copies go.

import os from 'node:os';
import path from 'node:path';

/**
 * The directories in which a reloader may make its private one, the best first: what the user asked
 * for and nothing else, or the system's temporary directory and what there is when that is read-only
 * or allows no execution. Whoever makes the private directory says what is wrong with them.
 */
export function shadowParents(shadowDir: string | undefined): readonly string[] {
  if (shadowDir !== undefined) return [path.resolve(shadowDir)];
  const candidates = [os.tmpdir(), '/var/tmp', '/dev/shm', process.cwd()];
  return [...new Set(candidates.map((directory) => path.resolve(directory)))];
}
