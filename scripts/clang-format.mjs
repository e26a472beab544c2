#!/usr/bin/env node
// Runs clang-format over every C and C++ file of the project, with the options it is given:
//
//   node scripts/clang-format.mjs --dry-run --Werror     complains
//   node scripts/clang-format.mjs -i                     formats

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const folders = ['native', 'test', 'fixtures', 'examples'];
const skipped = new Set(['build', 'node_modules']);

function sourcesIn(directory) {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(directory, entry.name);
    if (entry.isDirectory()) return skipped.has(entry.name) ? [] : sourcesIn(file);
    return entry.isFile() && /\.(c|cc|h)$/.test(entry.name) ? [file] : [];
  });
}

// The npm package fixes the version for everybody, but has no binary for every platform; there the
// one on the PATH serves.
function findClangFormat() {
  const require = createRequire(import.meta.url);
  const packageRoot = path.dirname(require.resolve('clang-format/package.json'));
  const name = process.platform === 'win32' ? 'clang-format.exe' : 'clang-format';
  const folder = process.platform === 'win32' ? 'win32' : `${process.platform}_${process.arch}`;
  const bundled = path.join(packageRoot, 'bin', folder, name);
  return existsSync(bundled) ? bundled : name;
}

const files = folders
  .map((folder) => path.join(root, folder))
  .filter((folder) => existsSync(folder))
  .flatMap(sourcesIn)
  .map((file) => path.relative(root, file));
const program = findClangFormat();
const options = process.argv.slice(2);
// With neither options nor files it would wait for standard input.
const child = spawnSync(program, ['--style=file', ...options, ...files], {
  cwd: root,
  stdio: ['ignore', 'inherit', 'inherit'],
});
if (child.error !== undefined) {
  console.error(`Cannot run ${program}: ${child.error.message}`);
} else if (child.status === 0) {
  console.error(`clang-format: ${files.length} files`);
}
process.exitCode = child.status ?? 1;
