// Peer in one case only: this package with a library that is reloaded once the loop is hot. Compared
// with dynamic-reload itself it shows what a reload costs the calls after it.

import { copyFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DynamicReload } from '../../../../dist/index.js';
import { bind } from './dynamic-reload.mjs';

const DEADLINE_MS = 5_000;
const POLL_MS = 2;

export function open({ paths }) {
  const reloader = new DynamicReload({ reload: 'manual' });
  const library = path.join(path.dirname(paths.library), `reloaded-${process.pid}.so`);
  copyFileSync(paths.library, library);
  return {
    cases: ['add_i32'],
    bind: async (testCase) => ({
      ...(await bind(reloader, library, testCase)),
      afterWarmUp: () => reload(reloader, library, paths.nextLibrary),
    }),
  };
}

async function reload(reloader, library, nextLibrary) {
  const staging = `${library}.new`;
  copyFileSync(nextLibrary, staging);
  renameSync(staging, library);
  const deadline = performance.now() + DEADLINE_MS;
  while (reloader.update() === 0) {
    if (performance.now() > deadline) throw new Error('the new build was not noticed');
    await delay(POLL_MS);
  }
}
