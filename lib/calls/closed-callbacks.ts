// Lasting callbacks whose time is over: codecs ask, which know nothing of their class.

import { DynamicReloadError } from '../errors';

const closed = new WeakSet();

export function noteClosed(callback: object): void {
  closed.add(callback);
}

/** @throws ERR_INVALID_STATE when it is a lasting callback that was closed */
export function checkOpen(value: unknown): void {
  if (typeof value !== 'object' || value === null || !closed.has(value)) return;
  throw new DynamicReloadError(
    'ERR_INVALID_STATE',
    'The callback is closed, so it cannot be given to C.',
  );
}
