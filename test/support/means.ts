// What tests need of the system, and not every system has.

import { spawnSync } from 'node:child_process';

/** Whether a program is installed. */
export function isInstalled(program: string): boolean {
  return spawnSync('sh', ['-c', 'command -v "$0"', program]).status === 0;
}

/**
 * Whether tests that need something run. Where it is missing they are shown as skipped; in CI, which has
 * it all, they run and fail.
 */
export function areRun(isThere: boolean): boolean {
  return isThere || Boolean(process.env['CI']);
}

export function testWith(isThere: boolean): jest.It {
  return areRun(isThere) ? test : test.skip;
}

export function describeWith(isThere: boolean): jest.Describe {
  return areRun(isThere) ? describe : describe.skip;
}
