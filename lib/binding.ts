// The only file that loads the native addon.

import path from 'node:path';
import load from 'node-gyp-build';
import type { NativeBinding } from '../binding';

// lib/ and dist/ are both one level below the package root.
const root = path.resolve(__dirname, '..');

function loadBinding(): NativeBinding {
  try {
    return load(root) as NativeBinding;
  } catch (cause) {
    throw new Error(
      `dynamic-reload has no binary for ${process.platform}-${process.arch}. ` +
        'With CMake and a C++17 compiler installed, "npx dynamic-reload-build" makes one.',
      { cause },
    );
  }
}

/** The addon of this environment: each main thread, worker and Electron context has its own. */
export const binding: NativeBinding = loadBinding();

/** Where the addon was loaded from. */
export function addonPath(): string {
  return load.resolve(root);
}
