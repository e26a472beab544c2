// Waiting that can be given up.

import { offAbort, onAbort } from './calls/abort';

/** Resolves with the promise, or rejects with the reason of the signal as soon as it is aborted. */
export async function abortable(
  promise: Promise<unknown>,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (signal === undefined) {
    await promise;
    return;
  }
  signal.throwIfAborted();
  let giveUp: () => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    giveUp = () => {
      reject(signal.reason as Error);
    };
  });
  onAbort(signal, giveUp);
  try {
    await Promise.race([aborted, promise]);
  } finally {
    offAbort(signal, giveUp);
  }
}
