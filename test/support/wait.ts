// Waiting for what must happen, never for time to pass.

import { once, type EventEmitter } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import type { DynamicReload, DynamicReloadEvents } from '../../lib';

/** Far more than anything takes on a busy machine. */
export const DEADLINE_MS = 10_000;

/** Resolves with the first result of `condition` that is true; the event loop runs in between. */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  { deadlineMs = DEADLINE_MS }: { readonly deadlineMs?: number } = {},
): Promise<T> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const result = await condition();
    if (result) return result;
    if (performance.now() > end) {
      throw new Error(`after ${deadlineMs} ms it is still not true that ${String(condition)}`);
    }
    await setImmediate();
  }
}

/** The next event of this name. Rejects with the error when there is an `error` event instead. */
export async function nextEvent<Name extends keyof DynamicReloadEvents>(
  reloader: DynamicReload,
  name: Name,
): Promise<DynamicReloadEvents[Name][0]> {
  const signal = AbortSignal.timeout(DEADLINE_MS);
  const emitter: EventEmitter = reloader;
  const values = (await once(emitter, name, { signal })) as DynamicReloadEvents[Name];
  return values[0];
}
