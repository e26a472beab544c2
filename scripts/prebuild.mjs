#!/usr/bin/env node
// Makes the binary that the package ships: prebuilds/<platform>-<arch>/dynamic-reload.<libc>.node
//
//   npm run prebuild [-- cmake-js arguments]
//
// prebuildify knows node-gyp only: it runs `<nodeGyp> rebuild --target=… --devdir=… --arch=…
// --release` and then moves build/Release/*.node into prebuilds/. This file stands in for node-gyp:
// prebuildify calls it back, and it builds with cmake-js, to which --target would mean a CMake
// target. The binary speaks Node-API, so one build serves every Node.js version.
//
// The oldest glibc that the binary runs on is the one it was built against. A release is built
// against an older system's files: npm run prebuild -- --CDCMAKE_SYSROOT=<directory>

import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const self = fileURLToPath(import.meta.url);
const root = path.resolve(path.dirname(self), '..');
const require = createRequire(import.meta.url);

// How the arguments of the user reach the second run.
const extraArguments = 'DYNAMIC_RELOAD_PREBUILD_ARGUMENTS';

// `--key=value` and `--key` as a map.
function parse(args) {
  const pairs = args.map((arg) => arg.replace(/^--/, '').split('='));
  return new Map(pairs.map(([key, value]) => [key, value ?? '']));
}

function buildInPlaceOfNodeGyp(args) {
  const wanted = parse(args);
  const cmakeJs = [
    require.resolve('cmake-js/bin/cmake-js'),
    'rebuild',
    '--config',
    wanted.has('debug') ? 'Debug' : 'Release',
    // Not the tests.
    '--target',
    'dynamic_reload',
    '--CDDYNAMIC_RELOAD_STATIC_RUNTIME=ON',
    ...JSON.parse(process.env[extraArguments] ?? '[]'),
  ];
  if (wanted.has('arch')) cmakeJs.push('--arch', wanted.get('arch'));
  return spawnSync(process.execPath, cmakeJs, { cwd: root, stdio: 'inherit' }).status ?? 1;
}

async function prebuild(args) {
  process.env[extraArguments] = JSON.stringify(args);
  await promisify(require('prebuildify'))({
    cwd: root,
    napi: true,
    targets: [{ runtime: 'node', target: process.versions.node }],
    strip: true,
    tagLibc: process.platform === 'linux',
    // Through a shell, because nodeGyp is a command with an argument.
    shell: true,
    nodeGyp: `"${process.execPath}" "${self}"`,
  });
}

const args = process.argv.slice(2);
if (args[0] === 'rebuild') {
  process.exitCode = buildInPlaceOfNodeGyp(args.slice(1));
} else {
  await prebuild(args);
}
