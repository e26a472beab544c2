// The C library that all peers call, and the two addons that are written by hand.

import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCES = fileURLToPath(new URL('native/', import.meta.url));
const PACKAGES = fileURLToPath(new URL('../../../node_modules/', import.meta.url));

const FLAGS = ['-O2', '-Wall', '-Wextra', '-fPIC', '-shared'];
const NODE_API = ['-DNAPI_VERSION=8', `-I${path.join(PACKAGES, 'node-api-headers/include')}`];
const NODE_ADDON_API = [
  '-std=c++17',
  '-fvisibility=hidden',
  '-DNODE_ADDON_API_CPP_EXCEPTIONS',
  `-I${path.join(PACKAGES, 'node-addon-api')}`,
];

/** @returns the paths of everything that was compiled */
export function compileAll(directory) {
  mkdirSync(directory, { recursive: true });
  const output = (name) => path.join(directory, name);
  const cc = process.env.CC ?? 'cc';
  const cxx = process.env.CXX ?? 'c++';

  // The addons find the library beside themselves.
  const functions = ['-L', directory, '-lfunctions', '-Wl,-rpath,$ORIGIN'];
  const paths = {
    library: output('libfunctions.so'),
    nextLibrary: output('libfunctions-2.so'),
    raw: output('raw.node'),
    addon: output('addon.node'),
  };
  compile(cc, paths.library, ['functions.c'], ['-DBUILD=1', '-Wl,--build-id']);
  compile(cc, paths.nextLibrary, ['functions.c'], ['-DBUILD=2', '-Wl,--build-id']);
  compile(cc, paths.raw, ['raw.c', 'raw_callbacks.c'], [...NODE_API, ...functions]);
  compile(cxx, paths.addon, ['addon.cc'], [...NODE_API, ...NODE_ADDON_API, ...functions]);
  return paths;
}

function compile(compiler, output, sources, flags) {
  const files = sources.map((source) => path.join(SOURCES, source));
  execFileSync(compiler, [...FLAGS, '-o', output, ...files, ...flags], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
