// Host: the same job by hand, with chokidar, all options at their defaults, and koffi. It watches the
// directory: a watch on the file itself is lost more often when the file is replaced.
//
//   node chokidar-koffi.mjs LIBRARY

import { copyFileSync, mkdtempSync, unlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import chokidar from 'chokidar';
import koffi from 'koffi';

const libraryPath = process.argv[2];
const libraryName = path.basename(libraryPath);
const copyDirectory = mkdtempSync(path.join(os.tmpdir(), 'chokidar-koffi-'));
let loads = 0;
let running = open();

function open() {
  const file = path.join(copyDirectory, `${++loads}-${libraryName}`);
  copyFileSync(libraryPath, file);
  const image = koffi.load(file);
  const call = image.func('int shared_fun(void)');
  return { file, image, call, result: call() };
}

function onChange() {
  const previous = running;
  try {
    running = open();
  } catch (error) {
    // Between unlink and create there is no file, and chokidar will say when there is one.
    if (error.code !== 'ENOENT') process.send({ event: 'failed', reason: String(error) });
    return;
  }
  const at = process.hrtime.bigint();
  process.send({ event: 'after', version: running.result, at: String(at) });
  previous.image.unload();
  unlinkSync(previous.file);
}

const watcher = chokidar.watch(path.dirname(libraryPath));
await new Promise((resolve) => watcher.once('ready', resolve));
watcher.on('all', (event, file) => {
  if (file === libraryPath && (event === 'add' || event === 'change')) onChange();
});

process.on('disconnect', () => process.exit());
process.send({ event: 'ready', version: running.result });
