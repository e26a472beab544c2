// Where shadow copies go.

import os from 'node:os';
import path from 'node:path';

/**
 * The directory in which a reloader makes its private one: what the user asked for, or the system's
 * temporary directory. It must exist; if not, the maker of the private directory says so.
 */
export function shadowParent(shadowDir: string | undefined): string {
  return path.resolve(shadowDir ?? os.tmpdir());
}
