// Garbage collection when a test wants it.

import v8 from 'node:v8';
import vm from 'node:vm';

v8.setFlagsFromString('--expose-gc');

/** Collects everything that nobody can reach. */
export const collectGarbage = vm.runInNewContext('gc') as () => void;
