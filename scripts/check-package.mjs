#!/usr/bin/env node
// Packs the package as npm would publish it, and checks that
//   - it holds every file it has to, and nothing else;
//   - a project that installs it can build the addon without cmake-js, and load it.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

const required = [
  'CHANGELOG.md',
  'CMakeLists.txt',
  'LICENSE-APACHE',
  'LICENSE-MIT',
  'README.md',
  'binding.d.ts',
  'dist/index.d.ts',
  'dist/index.js',
  'package.json',
  'scripts/build-native.mjs',
];
const allowed = [
  /^dist\/.+\.(js|js\.map|d\.ts)$/,
  /^docs\/.+\.(md|svg)$/,
  /^native\/.+\.(cc|h|txt)$/,
  /^prebuilds\/.+\.node$/,
];

function output(command, args, cwd) {
  return execFileSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 1 << 26 });
}

function run(command, args, cwd) {
  execFileSync(command, args, { cwd, stdio: 'inherit' });
}

// Without scripts: `prepare` would print into the answer, and a check must not build.
function pack(directory) {
  const args = ['pack', '--json', '--ignore-scripts', `--pack-destination=${directory}`];
  const [{ filename, files, size }] = JSON.parse(output('npm', args, root));
  return { tarball: path.join(directory, filename), files: files.map((file) => file.path), size };
}

function checkContents(files) {
  const wanted = [...required, ...output('git', ['ls-files', 'native'], root).trim().split('\n')];
  const missing = wanted.filter((file) => !files.includes(file));
  const surplus = files.filter(
    (file) => !wanted.includes(file) && !allowed.some((pattern) => pattern.test(file)),
  );
  for (const file of missing) console.error(`missing from the package: ${file}`);
  for (const file of surplus) console.error(`does not belong in the package: ${file}`);
  return missing.length + surplus.length === 0;
}

function checkInstalled(tarball, directory) {
  const manifest = { name: 'consumer', private: true, type: 'commonjs' };
  writeFileSync(path.join(directory, 'package.json'), JSON.stringify(manifest));
  run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', tarball], directory);
  run('npx', ['--no', 'dynamic-reload-build'], directory);
  const script = `
    const { DynamicReload } = require('dynamic-reload');
    if (typeof DynamicReload !== 'function') throw new Error('no DynamicReload in the package');
  `;
  run(process.execPath, ['-e', script], directory);
}

const directory = mkdtempSync(path.join(os.tmpdir(), 'dynamic-reload-package-'));
try {
  const { tarball, files, size } = pack(directory);
  console.log(`${files.length} files, ${Math.round(size / 1024)} KB packed`);
  if (checkContents(files)) {
    checkInstalled(tarball, directory);
  } else {
    process.exitCode = 1;
  }
} finally {
  rmSync(directory, { recursive: true });
}
