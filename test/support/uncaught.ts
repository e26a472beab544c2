// Exceptions that nobody catches. In a test jest would take them for failures of the test.

/** Runs `body`, and collects what is thrown meanwhile and reaches the event loop. */
export async function collectUncaught(
  body: (uncaught: readonly unknown[]) => Promise<void>,
): Promise<void> {
  const uncaught: unknown[] = [];
  process.setUncaughtExceptionCaptureCallback((error) => uncaught.push(error));
  try {
    await body(uncaught);
  } finally {
    process.setUncaughtExceptionCaptureCallback(null);
  }
}
