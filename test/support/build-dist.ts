// Before all tests: brings dist/ up to date, which the child processes of test/process load.

import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(__dirname, '..', '..');

export default function buildDist(): void {
  const lib = path.join(root, 'lib');
  const sources = readdirSync(lib, { encoding: 'utf8', recursive: true }).map((name) =>
    path.join(lib, name),
  );
  const settings = ['binding.d.ts', 'tsconfig.json', 'tsconfig.build.json'];
  const inputs = [...sources, ...settings.map((name) => path.join(root, name))];
  if (Math.max(...inputs.map(changedAt)) < changedAt(path.join(root, 'dist', 'index.js'))) return;
  const compiler = require.resolve('typescript/bin/tsc');
  const args = [compiler, '-p', 'tsconfig.build.json'];
  execFileSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
}

function changedAt(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
