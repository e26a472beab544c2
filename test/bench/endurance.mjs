#!/usr/bin/env node
// Reloads a library of C and one of C++ thousands of times, and tells what the process then holds:
//
//   node test/bench/run.mjs endurance [--reloads N] [--json FILE]
//
// Prints a Markdown document; --json also writes the figures. Exits with 1 when something is left behind
// that can be counted exactly.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { COUNTED, enduranceReport } from './endurance-report.mjs';
import { describeMachine } from './machine.mjs';

const C = `int shared_fun(void) { return VALUE; }`;
// With statics that the linker makes one for the process, unless the copy is patched.
const CPP = `
  #include <map>
  #include <string>
  inline std::map<std::string, int> &numbers() { static std::map<std::string, int> all; return all; }
  extern "C" int shared_fun() { return numbers()["number"] = VALUE; }`;

const LIBRARIES = [
  { name: 'C', compiler: 'cc', language: 'c', source: C },
  { name: 'C++', compiler: 'c++', language: 'c++', source: CPP },
];
const BUILDS = 3;
/** It is looked after the first thousand, halfway and in the end. */
const UNIT = 2000;
/** Or else what V8 sets aside for young objects, which grows to 48 MB, hides everything else. */
const NODE_OPTIONS = ['--max-semi-space-size=1'];

const life = fileURLToPath(new URL('endurance-life.mjs', import.meta.url));
const { reloads, json } = readOptions();
const directory = mkdtempSync(path.join(os.tmpdir(), 'dynamic-reload-endurance-'));
try {
  const machine = describeMachine(directory);
  const lives = LIBRARIES.map((library) => ({ name: library.name, ...live(library) }));
  const results = { machine, reloads, lives };
  console.log(enduranceReport(results));
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(results, null, 2)}\n`);
  const isSame = ({ held }, what) => held.every((one) => one[what] === held[0][what]);
  if (!lives.every((one) => COUNTED.every((what) => isSame(one, what)))) {
    console.error('Something is left behind: see the table.');
    process.exitCode = 1;
  }
} finally {
  rmSync(directory, { recursive: true });
}

function readOptions() {
  const { values } = parseArgs({
    options: { reloads: { type: 'string', default: '10000' }, json: { type: 'string' } },
  });
  const reloads = Number(values.reloads);
  if (!(reloads > 0) || reloads % UNIT !== 0) {
    throw new RangeError(`--reloads must be a multiple of ${UNIT}, not ${values.reloads}`);
  }
  return { reloads, json: values.json };
}

/** Each library has a process of its own. */
function live({ name, compiler, language, source }) {
  const home = path.join(directory, name);
  mkdirSync(home);
  for (let value = 1; value <= BUILDS; value += 1) {
    const output = path.join(home, `v${value}.so`);
    const args = ['-shared', '-fPIC', '-O2', `-DVALUE=${value}`, '-x', language, '-', '-o', output];
    execFileSync(compiler, args, { input: source });
  }
  const args = [...NODE_OPTIONS, life, home, String(BUILDS), String(reloads)];
  return JSON.parse(execFileSync(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] }));
}
