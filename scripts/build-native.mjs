#!/usr/bin/env node
// Makes sure that there is an addon that loads here.
//
//   npx dynamic-reload-build [--force]
//
// It runs by itself when a clone is installed (`prepare`), and by hand where the package brings no
// binary for the platform. It is no install script on purpose: package managers block those of
// dependencies, or fail because of them.
//
// cmake-js builds where it is installed: in a clone, or in a project that added it. Elsewhere plain
// cmake does. --force builds even when a binary loads.

import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);
const target = `${process.platform}-${process.arch}`;
const isClone = existsSync(path.join(root, 'test', 'native', 'CMakeLists.txt'));

// Make starts one job at a time unless told otherwise.
const environment = {
  CMAKE_BUILD_PARALLEL_LEVEL: String(os.availableParallelism()),
  ...process.env,
};

// A newer compiler warns about more. That stops a developer, and must not stop a user.
const definitions = isClone ? [] : ['DYNAMIC_RELOAD_WERROR=OFF'];

function say(text) {
  console.error(`dynamic-reload: ${text}`);
}

function run(command, args) {
  return spawnSync(command, args, { cwd: root, stdio: 'inherit', env: environment });
}

function resolveOptional(id) {
  try {
    return require.resolve(id);
  } catch {
    return undefined;
  }
}

// Why no binary loads, or undefined when one does. A child process tries it: a broken binary must
// not take this one down.
function whyNotLoaded() {
  const loader = JSON.stringify(require.resolve('node-gyp-build'));
  const script = `require(${loader})(${JSON.stringify(root)})`;
  const child = spawnSync(process.execPath, ['-e', script], { cwd: root, encoding: 'utf8' });
  if (child.status === 0) return undefined;
  return child.stderr.trim() || `Node.js ended with ${child.signal ?? child.status}`;
}

function buildWithCmakeJs(cmakeJs) {
  const defines = definitions.map((definition) => `--CD${definition}`);
  return run(process.execPath, [cmakeJs, 'build', ...defines]).status === 0;
}

function buildWithCmake() {
  const defines = ['CMAKE_BUILD_TYPE=Release', ...definitions].map((text) => `-D${text}`);
  const configured = run('cmake', ['-S', '.', '-B', 'build', ...defines]);
  if (configured.error?.code === 'ENOENT') say('there is no cmake on the PATH');
  if (configured.status !== 0) return false;
  return run('cmake', ['--build', 'build', '--config', 'Release']).status === 0;
}

function build() {
  const cmakeJs = resolveOptional('cmake-js/bin/cmake-js');
  return cmakeJs === undefined ? buildWithCmake() : buildWithCmakeJs(cmakeJs);
}

function fail(reason) {
  say(`could not build for ${target}: ${reason}`);
  say('a build needs CMake 3.21 or newer and a C++17 compiler');
  process.exit(1);
}

function main() {
  const options = process.argv.slice(2);
  const unknown = options.find((option) => option !== '--force');
  if (unknown !== undefined) fail(`unknown option ${unknown}; there is only --force`);

  if (!options.includes('--force')) {
    if (whyNotLoaded() === undefined) {
      say(`a binary for ${target} is present and loads`);
      return;
    }
    say(`no binary here loads on ${target}; building from source`);
    // What another machine or compiler left there would pass for up to date.
    rmSync(path.join(root, 'build'), { recursive: true, force: true });
  }

  if (!build()) fail('the build failed, see above');
  const reason = whyNotLoaded();
  if (reason !== undefined) fail(`the binary that was built does not load:\n${reason}`);
  say(`built for ${target}`);
}

main();
