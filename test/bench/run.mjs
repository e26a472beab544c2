#!/usr/bin/env node
// Measures how soon a rebuilt library runs, and compares it with programs made by hand.
//
//   node test/bench/run.mjs [--rounds N] [--json FILE]
//
// Prints a Markdown document; --json also writes every sample. Exits with 1 when a reload of ours
// was missed, doubled, failed, wrong or fatal: that is a promise. No time makes it fail.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compileBuilds } from './builds.mjs';
import { Host } from './host.mjs';
import { measureIdle } from './idle.mjs';
import { describeMachine } from './machine.mjs';
import { report } from './report.mjs';
import { renameOver, unlinkAndWrite } from './writers.mjs';

/** The first is ours. */
const PROGRAMS = [
  { name: 'dynamic-reload', file: 'dynamic-reload.mjs' },
  { name: 'fs.watch + koffi', file: 'fs-watch-koffi.mjs' },
  { name: 'chokidar + koffi', file: 'chokidar-koffi.mjs' },
];

const WAYS = [
  { title: 'rename() over the library, to AFTER', replace: renameOver },
  { title: 'unlink(), write and close() of the writer, to AFTER', replace: unlinkAndWrite },
];

// Between two rounds the hosts finish what follows a reload: the old version is closed and deleted.
const REST_MS = 10;
// chokidar holds some events back for 100 ms; an extra reload after the last round counts too.
const LAST_REST_MS = 300;

const { rounds, json } = readOptions();
const directory = mkdtempSync(path.join(os.tmpdir(), 'dynamic-reload-bench-'));
try {
  const results = await measure();
  console.log(report(results));
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(results, null, 2)}\n`);
  if (results.ways.some(({ hosts: [ours] }) => Object.values(ours.problems).some(Boolean))) {
    console.error('A reload of ours went wrong: see the first line of each table.');
    process.exitCode = 1;
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}

function readOptions() {
  const { values } = parseArgs({
    options: { rounds: { type: 'string', default: '100' }, json: { type: 'string' } },
  });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new RangeError(`--rounds must be a positive integer, not ${values.rounds}`);
  }
  return { rounds, json: values.json };
}

async function measure() {
  const machine = describeMachine(directory);
  const builds = compileBuilds(directory);
  const results = { machine, rounds, librarySize: builds[0].bytes.length, ways: [], idle: [] };
  for (const [index, { title, replace }] of WAYS.entries()) {
    const hosts = PROGRAMS.map(({ name, file }) => makeHost(name, file, `way-${index}`));
    try {
      for (const host of hosts) await host.start(builds[0]);
      const samples = await playRounds(hosts, builds, replace, title);
      results.ways.push({
        title,
        hosts: hosts.map(({ name, problems }, i) => ({ name, samples: samples[i], problems })),
      });
      // After the rounds, when there is something to clean up, and of the last hosts only.
      if (index === WAYS.length - 1) results.idle = await idleOf(hosts);
    } finally {
      for (const host of hosts) await host.stop();
    }
  }
  return results;
}

function makeHost(name, file, way) {
  const home = path.join(directory, way, path.parse(file).name);
  const watched = path.join(home, 'watched');
  const temporaryDirectory = path.join(home, 'tmp');
  mkdirSync(watched, { recursive: true });
  mkdirSync(temporaryDirectory);
  return new Host({
    name,
    program: fileURLToPath(new URL(`hosts/${file}`, import.meta.url)),
    library: path.join(watched, 'libbench.so'),
    temporaryDirectory,
  });
}

/** @returns for each host, the milliseconds of each round; undefined where there are none */
async function playRounds(hosts, builds, replace, title) {
  const staging = path.join(directory, 'staging.so');
  const samples = hosts.map(() => []);
  for (let round = 0; round < rounds; ++round) {
    if (process.stderr.isTTY) process.stderr.write(`\r${title}: round ${round + 1} of ${rounds} `);
    const build = builds[(round + 1) % builds.length];
    for (const index of shuffled(hosts.length)) {
      const write = (library, bytes) => replace(library, bytes, staging);
      samples[index].push(await hosts[index].play(build, write));
      await delay(REST_MS);
    }
  }
  if (process.stderr.isTTY) process.stderr.write('\n');
  await delay(LAST_REST_MS);
  return samples;
}

/**
 * The numbers below `count` in random order: a host finds the file system as the host before it
 * left it, so nobody may always follow the same one.
 */
function shuffled(count) {
  return Array.from({ length: count }, (_, index) => ({ index, key: Math.random() }))
    .sort((one, other) => one.key - other.key)
    .map(({ index }) => index);
}

async function idleOf(hosts) {
  for (const host of hosts) await host.ensureRunning();
  const activities = await measureIdle(hosts.map((host) => host.pid));
  return hosts.map(({ name }, index) => ({ name, ...activities[index] }));
}
