// One loaded version of an addon.

import os from 'node:os';
import type { ResidentReason } from '../binding';
import { describe, SystemCallError } from './errors';
import { loadHint, native } from './native';

const NOT_REGISTERED = 'did not self-register';
/** What usually lies behind these words of Node.js. */
const NOT_REGISTERED_HINT = ' It is no addon, or one that only the main thread can load.';

export class AddonImage extends native.Image {
  /** Its `module.exports`. */
  readonly exports: unknown;

  /**
   * Lets Node.js load the file and initialise the addon.
   *
   * @throws ERR_LIBRARY_LOAD, with what was thrown as its cause
   */
  constructor(path: string, originalPath: string, flags?: number) {
    // Node.js has to be first: it takes a registration only from a file that it loads itself.
    const exported = loadModule(path, originalPath, flags);
    super(path, originalPath, flags);
    this.exports = exported;
  }

  override close(onClosed: (resident: readonly ResidentReason[]) => void): void {
    super.close((reasons) => {
      onClosed(asKept(reasons));
    });
  }

  override reap(): readonly ResidentReason[] {
    return asKept(super.reap());
  }
}

/**
 * Of an addon whose addresses are found at the first call, one that is missing would end the process
 * then. So they are found now.
 */
function loadModule(
  path: string,
  originalPath: string,
  flags: number = os.constants.dlopen.RTLD_NOW,
): unknown {
  // An addon that asks for its file name, to find what lies beside it, is told that of the original.
  const module = { exports: {} as unknown, filename: originalPath };
  try {
    process.dlopen(module, path, flags);
  } catch (cause) {
    throw loadError(originalPath, cause);
  }
  return module.exports;
}

function loadError(path: string, cause: unknown): SystemCallError {
  const words = wordsOf(cause).replace(/\.$/, '');
  const hint = words.includes(NOT_REGISTERED) ? NOT_REGISTERED_HINT : loadHint(path, words);
  const facts = { path, syscall: 'dlopen' };
  const message = `Cannot load ${path}: ${words}.${hint}`;
  return new SystemCallError('ERR_LIBRARY_LOAD', message, facts, { cause });
}

/** An addon may throw anything, and an error of any realm. */
function wordsOf(thrown: unknown): string {
  const isError = typeof thrown === 'object' && thrown !== null && 'message' in thrown;
  return isError && typeof thrown.message === 'string' ? thrown.message : describe(thrown);
}

/** Whatever else may keep it, Node.js does. */
function asKept(reasons: readonly ResidentReason[]): readonly ResidentReason[] {
  return reasons.length === 0 ? [] : ['addon'];
}
