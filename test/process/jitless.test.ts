// The tests of calls once more, in an engine that compiles nothing: all paths are to behave alike.

import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const root = path.resolve(__dirname, '..', '..');
const runner = require.resolve('jest/bin/jest');

test.each([
  'calls.test',
  'calls-arguments',
  'calls-memory',
  'calls-nonblocking',
  'closed-inside',
  'abi-nested',
  'map.test',
])(
  'test/%s passes without a compiler',
  async (name) => {
    const args = ['--jitless', runner, '--runInBand', path.join('test', name)];
    const { stderr } = await promisify(execFile)(process.execPath, args, { cwd: root });
    expect(stderr).toMatch(/^Tests: +\d+ passed, \d+ total$/m);
  },
  120_000,
);
