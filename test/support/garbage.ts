// Garbage collection when a test wants it.

import v8 from 'node:v8';
import vm from 'node:vm';
import { waitFor } from './wait';

v8.setFlagsFromString('--expose-gc');

/** Collects everything that nobody can reach. */
export const collectGarbage = vm.runInNewContext('gc') as () => void;

/**
 * Resolves when an object is gone. A FinalizationRegistry would not do: the engine calls one of them
 * per turn of the event loop, and those of the tests before, in the same process, come first.
 */
export async function isCollected(object: WeakRef<object>): Promise<void> {
  await waitFor(() => {
    collectGarbage();
    return object.deref() === undefined;
  });
}
