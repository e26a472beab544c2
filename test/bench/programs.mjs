// The programs that are compared. Each is a process of its own; see test/bench/hosts/.

import { fileURLToPath } from 'node:url';

/** The first is ours. */
export const PROGRAMS = [
  { name: 'dynamic-reload', file: fileOf('dynamic-reload') },
  { name: 'fs.watch + koffi', file: fileOf('fs-watch-koffi') },
  { name: 'chokidar + koffi', file: fileOf('chokidar-koffi') },
  { name: '@parcel/watcher + koffi', file: fileOf('parcel-watcher-koffi') },
];

function fileOf(name) {
  return fileURLToPath(new URL(`hosts/${name}.mjs`, import.meta.url));
}
