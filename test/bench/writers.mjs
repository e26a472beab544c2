// The ways in which a build puts a library in its place. Each returns the time right before the
// system call with which the new file is there and finished, in nanoseconds of CLOCK_MONOTONIC.

import { closeSync, openSync, renameSync, unlinkSync, writeFileSync, writeSync } from 'node:fs';

/** As linkers write: in pieces. */
const PIECE = 4096;

/**
 * Writes a file elsewhere and renames it over the library, as lld, `install -C` and most editors
 * do. `staging` is on the same file system, in a directory that nobody watches.
 */
export function renameOver(library, bytes, staging) {
  writeFileSync(staging, bytes, { mode: 0o755 });
  const time = process.hrtime.bigint();
  renameSync(staging, library);
  return time;
}

/** Unlinks the library and writes it anew in its place, as GNU ld does. */
export function unlinkAndWrite(library, bytes) {
  unlinkSync(library);
  const file = openSync(library, 'wx', 0o755);
  for (let offset = 0; offset < bytes.length; offset += PIECE) {
    writeSync(file, bytes, offset, Math.min(PIECE, bytes.length - offset));
  }
  const time = process.hrtime.bigint();
  closeSync(file);
  return time;
}
