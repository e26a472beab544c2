#!/usr/bin/env node
// Tries the package in every runtime that it supports, through every transport that they have.
//
//   node test/runtimes/run.mjs               all of them
//   node test/runtimes/run.mjs node26 bun    only these
//
// Needs what `npm run compile` makes. Prints a line for each, and what the programs said that failed.

import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { installRuntimes, programOf, RUNTIMES } from './runtimes.mjs';

const SOURCES = fileURLToPath(new URL('.', import.meta.url));
const PROGRAMS = ['smoke.mjs', 'reentry.mjs'];
const TIMEOUT_MS = 120_000;

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(RUNTIMES);
const unknown = names.filter((name) => RUNTIMES[name] === undefined);
if (unknown.length > 0) {
  console.error(`there is no runtime ${unknown.join(', ')}; there are ${Object.keys(RUNTIMES)}`);
  process.exit(2);
}

installRuntimes();
const built = mkdtempSync(path.join(tmpdir(), 'dynamic-reload-runtimes-'));
try {
  for (const version of [1, 2]) compile(version);
  for (const name of names) tryRuntime(name);
} finally {
  rmSync(built, { recursive: true });
}

function compile(version) {
  const flags = ['-shared', '-fPIC', '-O2', `-DVERSION=${version}`];
  const source = path.join(SOURCES, 'library.c');
  execFileSync('cc', [...flags, '-o', path.join(built, `v${version}.so`), source], {
    stdio: 'inherit',
  });
}

function tryRuntime(name) {
  const { version, transports } = RUNTIMES[name];
  for (const [wanted, meant] of Object.entries(transports)) {
    const started = performance.now();
    const problems = PROGRAMS.map((program) => problemOf(name, program, wanted, meant));
    const problem = problems.find((one) => one !== undefined);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const verdict = problem === undefined ? 'passed' : 'FAILED';
    const columns = [name.padEnd(6), version.padEnd(8), meant.padEnd(11)];
    console.log(`${columns.join('  ')}  ${seconds.padStart(5)} s  ${verdict}`);
    if (problem === undefined) continue;
    console.error(problem);
    process.exitCode = 1;
  }
}

/** What went wrong when a program ran; undefined when nothing did. */
function problemOf(name, program, wanted, meant) {
  const directory = mkdtempSync(path.join(built, `${name}-`));
  for (const file of ['v1.so', 'v2.so']) {
    copyFileSync(path.join(built, file), path.join(directory, file));
  }
  copyFileSync(path.join(built, 'v1.so'), path.join(directory, 'lib.so'));
  try {
    const args = [...RUNTIMES[name].flags, path.join(SOURCES, program), directory];
    const env = { ...process.env, DYNAMIC_RELOAD_TRANSPORT: wanted };
    const options = { encoding: 'utf8', env, timeout: TIMEOUT_MS, killSignal: 'SIGKILL' };
    const { error, signal, status, stdout, stderr } = spawnSync(programOf(name), args, options);
    if (status === 0 && stdout.trim() === `passed by ${meant}`) return undefined;
    return [`${program}: ${error ?? signal ?? `status ${status}`}`, stdout, stderr].join('\n');
  } catch (error) {
    return String(error);
  }
}
