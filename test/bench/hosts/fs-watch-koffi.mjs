// Host: the same job by hand, with `fs.watch` on the directory and koffi. Nothing is checked and
// nothing is waited for, so it is as fast as such a program can be.
//
//   node fs-watch-koffi.mjs LIBRARY

import { copyFileSync, mkdtempSync, unlinkSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import koffi from 'koffi';

const original = process.argv[2];
const shadowDirectory = mkdtempSync(path.join(tmpdir(), 'fs-watch-koffi-'));
let copies = 0;
let current = load();

// Everything that a reload needs, up to the first answer of the new version.
function load() {
  copies += 1;
  const copy = path.join(shadowDirectory, `${copies}-${path.basename(original)}`);
  copyFileSync(original, copy);
  const library = koffi.load(copy);
  const version = library.func('int shared_fun(void)');
  return { copy, library, version, answer: version() };
}

function reload() {
  let next;
  try {
    next = load();
  } catch (error) {
    // A file that was just unlinked is not a failure: another event will follow.
    if (error.code !== 'ENOENT') process.send({ event: 'failed', reason: String(error) });
    return;
  }
  const old = current;
  current = next;
  const at = process.hrtime.bigint();
  process.send({ event: 'after', version: next.answer, at: String(at) });
  old.library.unload();
  unlinkSync(old.copy);
}

watch(path.dirname(original), (_event, name) => {
  if (name === path.basename(original)) reload();
});

process.on('disconnect', () => process.exit());
process.send({ event: 'ready', version: current.answer });
