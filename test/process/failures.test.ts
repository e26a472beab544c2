// Breaks every step of a reload in turn, by what breaks it on real systems. The rows of the table are
// in fixtures/failures, since each is played in a process of its own.

import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { testWith } from '../support/means';
import { hasNamespaces, inNamespaces } from '../support/namespaces';
import { useScripts } from '../support/script';

const TIMEOUT_MS = 60_000;

interface Row {
  readonly step: string;
  readonly when: string;
  /** Of the error that is reported. */
  readonly code: string | null;
  /** What makes limits for it. */
  readonly command?: string;
}

const script = path.join(__dirname, 'fixtures', 'failures', 'run.mjs');
const rows = JSON.parse(execFileSync(process.execPath, [script], { encoding: 'utf8' })) as Row[];

/** Plays it in an empty directory, and tells what that did. */
async function play({ command }: Row, number: number): Promise<unknown> {
  const directory = realpathSync(mkdtempSync(path.join(tmpdir(), 'dynamic-reload-failure-')));
  try {
    const words = [process.execPath, script, directory, String(number)];
    const [program = '', ...args] = command === undefined ? words : inNamespaces(command, words);
    const { stdout, stderr } = await promisify(execFile)(program, args);
    expect(stderr).toBe('');
    return JSON.parse(stdout);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

// Several play at the same time: they are most of all waiting.
describe('a reload that fails leaves the old version, and nothing else, to the next good build', () => {
  for (const [number, row] of rows.entries()) {
    testWith(row.command === undefined || hasNamespaces).concurrent(
      `${row.step}: ${row.when}`,
      async () => {
        const heard = row.code === null ? [] : [row.code];
        expect(await play(row, number)).toEqual({ heard, old: 1, leaks: [], next: 3, left: [] });
      },
      TIMEOUT_MS,
    );
  }
});

describe('a process that is killed in the middle of a reload', () => {
  const stage = useScripts();

  test.each(['verify', 'before', 'validate', 'after', 'unloaded'])(
    'in %s leaves nothing to the next one but the library',
    async (step) => {
      const { signal, lines } = await stage.start('killed.mjs', step).ended;
      expect({ signal, lines }).toEqual({ signal: 'SIGKILL', lines: [] });
      expect(readdirSync(stage.file('shadow'))).toHaveLength(1);
      const next = await stage.start('next.mjs').ended;
      expect(next).toMatchObject({ code: 0, lines: ['answer 2'], errors: '' });
      expect(readdirSync(stage.file('shadow'))).toEqual([]);
    },
  );
});
