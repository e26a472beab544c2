// What a reloader told, in the order it told it.

import type { DynamicReload } from '../../lib';

/**
 * Writes down every event of a reloader from now on: `before 1`, `after 2` and `failed 2: ERR_CODE`,
 * each with the version that was current.
 */
export function logEvents(reloader: DynamicReload): string[] {
  const log: string[] = [];
  reloader.on('before', ({ version }) => log.push(`before ${version}`));
  reloader.on('after', ({ version }) => log.push(`after ${version}`));
  reloader.on('failed', ({ version, error }) => log.push(`failed ${version}: ${error.code}`));
  reloader.on('error', ({ code }) => log.push(`error: ${code}`));
  return log;
}
