// What is in shadow directories. A change has been noticed when its copy is there, and can be taken
// by JavaScript when the copy of an earlier change, which it replaces, is gone.

import { readdirSync } from 'node:fs';
import path from 'node:path';

/** The copies in every shadow directory inside `parent`: `2-libx.so` is the second of a reloader. */
export function shadowCopies(parent: string): string[] {
  const entries = readdirSync(parent, { recursive: true, encoding: 'utf8' });
  return entries
    .map((entry) => path.basename(entry))
    .filter((name) => /^\d+-/.test(name))
    .sort();
}
