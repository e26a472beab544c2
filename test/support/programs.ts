// Programs that tests run: the tools of the system, and test/support/writer.c.

import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

// A sanitizer that this process was started with is none of theirs.
const environment = { ...process.env };
delete environment['LD_PRELOAD'];

/** Runs a program to its end. Rejects unless it leaves with status 0. */
export async function run(program: string, args: readonly string[], cwd?: string): Promise<void> {
  await promisify(execFile)(program, args, { cwd, env: environment });
}

/** The program of writer.c: compiled before the tests of a file, removed after them. */
export function useWriter(): { readonly path: string } {
  const writer = { path: '' };
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'dynamic-reload-writer-'));
    writer.path = path.join(directory, 'writer');
    execFileSync('cc', ['-O1', '-o', writer.path, path.join(__dirname, 'writer.c')]);
  });
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });
  return writer;
}
