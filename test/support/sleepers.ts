// Processes that can be found again: `sleep` with a number of seconds that nobody else takes.

import { readdirSync, readFileSync } from 'node:fs';

/** A number of seconds for one test, far longer than it. */
export function ownSeconds(): number {
  return 1_000_000 + (process.pid % 100_000) * 1000 + Math.floor(Math.random() * 1000);
}

/** The ids of those that sleep so long. */
export function sleepers(seconds: number): readonly string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8') === `sleep\0${seconds}\0`;
    } catch {
      return false; // It is over.
    }
  });
}
