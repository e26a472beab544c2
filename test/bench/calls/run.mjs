#!/usr/bin/env node
// Measures what a call of a C function costs, beside other ways to call one, in several runtimes.
//
//   node test/bench/calls/run.mjs [--runtimes node20,node24,...] [--cases add_i32,strlen,...]
//                                 [--rounds N] [--quick] [--json FILE] [--svg FILE]
//
// Prints a Markdown document; --json also writes every sample and --svg a chart. Needs the compiled
// package (npm run compile). Exits with 1 when a call of ours failed in Node.js: no time makes it fail.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { writeChart } from '../chart/write.mjs';
import { installPackages } from '../install.mjs';
import { describeMachine } from '../machine.mjs';
import { CASES } from './cases.mjs';
import { describeCalls } from './chart.mjs';
import { compileAll } from './compile.mjs';
import { readOptions } from './options.mjs';
import { report } from './report.mjs';
import { findRuntime, withoutJit } from './runtimes.mjs';
import { runSession } from './session.mjs';

const OURS = ['dynamic-reload', 'reloaded'];

const options = readOptions();
const peersDirectory = installPackages('calls');
const directory = mkdtempSync(path.join(os.tmpdir(), 'dynamic-reload-bench-calls-'));
try {
  const results = await measure();
  console.log(report(results));
  if (options.json !== undefined) {
    writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`);
  }
  if (options.svg !== undefined) await writeChart(options.svg, describeCalls(results));
  if (results.runtimes.some(hasProblemOfOurs)) {
    console.error('A call of ours failed: see below the tables.');
    process.exitCode = 1;
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}

async function measure() {
  const { rounds, chunkMs } = options;
  // All of them first: a runtime that is missing should not be noticed after half an hour.
  const runtimes = options.runtimes.map((name) => findRuntime(name, peersDirectory));
  const results = { machine: describeMachine(directory), rounds, runtimes: [] };
  const plan = { rounds, chunkMs, peersDirectory, paths: compileAll(directory) };
  for (const runtime of runtimes) results.runtimes.push(await measureRuntime(runtime, plan));
  return results;
}

async function measureRuntime(runtime, plan) {
  const { name, title, peers } = runtime;
  const results = { name, title, peers, cases: options.cases, versions: [], cells: [] };
  for (const [variant, cases] of [
    [runtime, casesFor(false)],
    [withoutJit(runtime), casesFor(true)],
  ]) {
    if (cases.length === 0) continue;
    const { versions, cells } = await runSession(variant, { ...plan, cases }, progressOf(title));
    results.versions = versions;
    results.cells.push(...cells);
  }
  if (process.stderr.isTTY) process.stderr.write('\n');
  return results;
}

/** The names of those of the chosen cases that run with or without compilers. */
function casesFor(interpreted) {
  return CASES.filter((testCase) => (testCase.withoutJit ?? false) === interpreted)
    .map(({ name }) => name)
    .filter((name) => options.cases.includes(name));
}

function progressOf(title) {
  return (testCase) => {
    const what = testCase ?? 'peers';
    if (process.stderr.isTTY) process.stderr.write(`\r${title}: ${what.padEnd(20)}`);
  };
}

function hasProblemOfOurs({ name, cells }) {
  return (
    name.startsWith('node') &&
    cells.some(({ peer, problem }) => OURS.includes(peer) && problem !== undefined)
  );
}
