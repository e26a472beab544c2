#!/usr/bin/env node
// Measures how soon a rebuilt library runs and which ways of writing it go wrong, and compares that with
// programs made by hand.
//
//   node test/bench/run.mjs [reload] [--rounds N] [--scenarios NAME,...|none] [--json FILE] [--svg FILE]
//
// Prints a Markdown document; --json also writes every sample and --svg a chart. Needs the compiled
// package (npm run compile). Exits with 1 when a reload of ours was missed, doubled, failed, wrong or
// fatal: that is a promise. No time makes it fail.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { writeChart } from './chart/write.mjs';
import { measureLatency } from './latency.mjs';
import { describeLatencies } from './latency-chart.mjs';
import { describeMachine } from './machine.mjs';
import { report } from './report.mjs';
import { playScenarios } from './scenarios/play.mjs';

const options = readOptions();
const directory = mkdtempSync(path.join(os.tmpdir(), 'dynamic-reload-bench-'));
try {
  const results = await measure();
  console.log(report(results));
  if (options.json !== undefined)
    writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`);
  if (options.svg !== undefined) await writeChart(options.svg, describeLatencies(results));
  if (hasProblemOfOurs(results)) {
    console.error('A reload of ours went wrong: see the first line of each table.');
    process.exitCode = 1;
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '100' },
      scenarios: { type: 'string' },
      json: { type: 'string' },
      svg: { type: 'string' },
    },
  });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new RangeError(`--rounds must be a positive integer, not ${values.rounds}`);
  }
  return { ...values, rounds };
}

async function measure() {
  const machine = describeMachine(directory);
  const latency = await measureLatency(directory, options.rounds);
  const scenarios = await playScenarios(directory, options.scenarios?.split(','));
  return { machine, ...latency, scenarios };
}

function hasProblemOfOurs({ series, scenarios }) {
  return (
    series.some(({ hosts: [ours] }) => Object.values(ours.problems).some(Boolean)) ||
    scenarios.some(({ verdicts: [ours] }) => ours !== 'right')
  );
}
