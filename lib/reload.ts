// The transaction that replaces one version of a library by the next.

/** What one reload does. The steps run in this order; `Image` is a loaded version. */
export interface ReloadSteps<Image, Addresses> {
  /** Announces the reload. Returns what must settle before it goes on. */
  before(): readonly PromiseLike<unknown>[];
  open(): Image;
  /** Finds every symbol of the library in the new version. */
  resolve(image: Image): Addresses;
  /** Makes the new version the current one. Must not fail. */
  commit(image: Image, addresses: Addresses): void;
  /** Must not throw. */
  after(): void;
  /** Closes a version that never became current. Must not throw. */
  abandon(image: Image): void;
  /** Must not throw. */
  failed(error: unknown): void;
}

/**
 * Runs the steps. Until `commit` the old version is the current one, so a failure of any step before
 * it leaves the program as it was.
 *
 * Stays synchronous when nothing has to be waited for; then it returns undefined.
 */
export function reload<Image, Addresses>(
  steps: ReloadSteps<Image, Addresses>,
): Promise<void> | undefined {
  let waiting: readonly PromiseLike<unknown>[];
  try {
    waiting = steps.before();
  } catch (error) {
    steps.failed(error);
    return undefined;
  }
  if (waiting.length === 0) {
    replace(steps);
    return undefined;
  }
  // All of them, also when one fails: no listener of a reload is still at work when the next begins.
  return Promise.allSettled(waiting).then((results) => {
    const refusal = results.find((result) => result.status === 'rejected');
    if (refusal === undefined) replace(steps);
    else steps.failed(refusal.reason);
  });
}

function replace<Image, Addresses>(steps: ReloadSteps<Image, Addresses>): void {
  let image: Image;
  try {
    image = steps.open();
  } catch (error) {
    steps.failed(error);
    return;
  }
  let addresses: Addresses;
  try {
    addresses = steps.resolve(image);
  } catch (error) {
    steps.abandon(image);
    steps.failed(error);
    return;
  }
  steps.commit(image, addresses);
  steps.after();
}
