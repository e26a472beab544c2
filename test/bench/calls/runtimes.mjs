// The runtimes, and which peers are tried in each.

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** These take part in one case only, for one other peer to be compared with. */
export const HELPERS = ['reloaded', 'c-loop'];

const COMMON = ['raw', 'node-addon-api', 'koffi', 'ffi-rs', 'dynamic-reload', ...HELPERS];

const NODE = {
  program: 'bin/node',
  peers: COMMON,
  withoutJit: { flags: ['--jitless'] },
};

const RUNTIMES = {
  node20: { ...NODE, title: 'Node.js', package: 'node20' },
  node22: { ...NODE, title: 'Node.js', package: 'node22' },
  node24: { ...NODE, title: 'Node.js', package: 'node24' },
  node26: { ...NODE, title: 'Node.js', package: 'node26', peers: [...COMMON, 'node-ffi'] },
  bun: {
    title: 'Bun',
    package: '@oven/bun-linux-x64',
    program: 'bin/bun',
    peers: [...COMMON, 'bun-ffi'],
    withoutJit: { environment: { BUN_JSC_useJIT: '0' } },
  },
  deno: {
    title: 'Deno',
    package: '@deno/linux-x64-glibc',
    program: 'deno',
    flags: ['run', '--allow-all', '--quiet'],
    peers: [...COMMON, 'deno-ffi'],
    withoutJit: { flags: ['--v8-flags=--jitless'] },
  },
};

export const RUNTIME_NAMES = Object.keys(RUNTIMES);

/** What is known about a runtime, with its version and the path of its program. */
export function findRuntime(name, peersDirectory) {
  const runtime = RUNTIMES[name];
  const directory = path.join(peersDirectory, 'node_modules', runtime.package);
  const program = path.join(directory, runtime.program);
  if (!existsSync(program)) throw new Error(`${name} is not installed: there is no ${program}`);
  const { version } = JSON.parse(readFileSync(path.join(directory, 'package.json'), 'utf8'));
  return { ...runtime, name, title: `${runtime.title} ${version}`, program };
}

/** The same runtime, told to interpret all JavaScript. */
export function withoutJit(runtime) {
  const { flags = [], environment = {} } = runtime.withoutJit;
  return { ...runtime, flags: [...(runtime.flags ?? []), ...flags], environment };
}
