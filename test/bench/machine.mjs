// The facts about a machine without which its figures mean nothing.

import { readFileSync, statfsSync } from 'node:fs';
import os from 'node:os';

/** From statfs(2). */
const FILE_SYSTEMS = {
  0x01021994: 'tmpfs',
  0x58465342: 'xfs',
  0x794c7630: 'overlayfs',
  0x9123683e: 'btrfs',
  0xef53: 'ext4',
};

/** `directory` is the one in which the libraries are. */
export function describeMachine(directory) {
  const type = statfsSync(directory).type;
  return {
    cores: os.availableParallelism(),
    cpu: os.cpus()[0].model,
    kernel: os.release(),
    node: process.version,
    fileSystem: FILE_SYSTEMS[type] ?? `file system 0x${type.toString(16)}`,
    load: os.loadavg()[0],
    koffi: installedVersion('koffi'),
    chokidar: installedVersion('chokidar'),
    parcelWatcher: installedVersion('@parcel/watcher'),
  };
}

// Not through `import`: a package need not export its package.json.
function installedVersion(name) {
  const file = new URL(`../../node_modules/${name}/package.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')).version;
}
