// Waiting that has to come to an end.

import { DynamicReloadError } from './errors';

/**
 * Waits for a promise so many milliseconds, or as long as it takes when that is undefined.
 *
 * @throws ERR_TIMEOUT, which names `what`
 */
export async function within(
  promise: PromiseLike<unknown>,
  timeoutMs: number | undefined,
  what: string,
): Promise<unknown> {
  if (timeoutMs === undefined) return promise;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new DynamicReloadError('ERR_TIMEOUT', `${what} took more than ${timeoutMs} ms.`));
    }, timeoutMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
