// One listener for all that wait for the same signal, or Node.js would warn of a leak.

interface Waiting {
  readonly actions: Set<() => void>;
  readonly runAll: () => void;
}

const waitingFor = new WeakMap<AbortSignal, Waiting>();

/** Runs an action when the signal is aborted. */
export function onAbort(signal: AbortSignal, action: () => void): void {
  const known = waitingFor.get(signal);
  if (known !== undefined) return void known.actions.add(action);
  const actions = new Set([action]);
  const runAll = () => {
    for (const one of actions) one();
  };
  signal.addEventListener('abort', runAll, { once: true }); // May throw, when it is a foreign one.
  waitingFor.set(signal, { actions, runAll });
}

export function offAbort(signal: AbortSignal, action: () => void): void {
  const waiting = waitingFor.get(signal);
  waiting?.actions.delete(action);
  if (waiting?.actions.size !== 0) return;
  waitingFor.delete(signal);
  signal.removeEventListener('abort', waiting.runAll);
}
