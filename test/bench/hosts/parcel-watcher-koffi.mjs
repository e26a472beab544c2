// Host: the same job by hand, with @parcel/watcher on the directory, all options at their defaults, and
// koffi.
//
//   node parcel-watcher-koffi.mjs LIBRARY

import { copyFileSync, mkdtempSync, realpathSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import parcel from '@parcel/watcher';
import koffi from 'koffi';

const library = process.argv[2];
const copies = mkdtempSync(path.join(tmpdir(), 'parcel-watcher-koffi-'));
let count = 0;
let current = load();

function load() {
  const copy = path.join(copies, `${(count += 1)}-${path.basename(library)}`);
  copyFileSync(library, copy);
  const loaded = koffi.load(copy);
  const version = loaded.func('int shared_fun(void)')();
  return { copy, loaded, version };
}

function reload() {
  const old = current;
  try {
    current = load();
  } catch (error) {
    // Another event will tell when there is a file again.
    if (error.code !== 'ENOENT') process.send({ event: 'failed', reason: String(error) });
    return;
  }
  const at = process.hrtime.bigint();
  process.send({ event: 'after', version: current.version, at: String(at) });
  old.loaded.unload();
  unlinkSync(old.copy);
}

// It tells real paths, and all that happened to one file in a while as one event.
const watched = path.join(realpathSync(path.dirname(library)), path.basename(library));
await parcel.subscribe(path.dirname(library), (error, events) => {
  if (error) throw error;
  if (events.some(({ type, path: file }) => file === watched && type !== 'delete')) reload();
});

process.on('disconnect', () => process.exit());
process.send({ event: 'ready', version: current.version });
