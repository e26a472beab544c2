#!/usr/bin/env node
// What a host does while many other files appear beside its library, which is rebuilt all the time:
//
//   node test/bench/run.mjs neighbours [--files N]
//
// Prints a table of Markdown. Exits with 1 when a reload of ours went wrong.

import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { compileBuilds } from './builds.mjs';
import { Host } from './host.mjs';
import { activityOf } from './idle.mjs';
import { PROGRAMS } from './programs.mjs';
import { percentile } from './statistics.mjs';
import { table } from './table.mjs';
import { renameOver } from './writers.mjs';

const REST_MS = 20;

const { values } = parseArgs({ options: { files: { type: 'string', default: '100000' } } });
const directory = mkdtempSync(path.join(os.tmpdir(), 'dynamic-reload-neighbours-'));
try {
  const builds = compileBuilds(directory, { count: 8, padding: 0 });
  const writer = path.join(directory, 'writer');
  const source = fileURLToPath(new URL('../support/writer.c', import.meta.url));
  execFileSync('cc', ['-O1', '-o', writer, source]);
  const rows = [];
  for (const program of PROGRAMS) rows.push(await measure(program, builds, writer));
  const header = ['host', 'seconds', 'CPU ms', 'reloads', 'median ms', 'most ms', 'wrong'];
  console.log(`${values.files} files appear beside the library.\n`);
  console.log(table(header, rows));
} finally {
  rmSync(directory, { recursive: true });
}

async function measure({ name, file: program }, builds, writer) {
  const own = path.join(directory, name.replaceAll(/\W+/g, '-'));
  mkdirSync(path.join(own, 'tmp'), { recursive: true });
  mkdirSync(path.join(own, 'build'));
  const host = new Host({
    name,
    program,
    library: path.join(own, 'build', 'library.so'),
    temporaryDirectory: path.join(own, 'tmp'),
  });
  const replace = (library, bytes) => renameOver(library, bytes, path.join(own, 'staging'));
  await host.start(builds[0]);
  try {
    await host.play(builds[1], replace); // Warm.
    const create = () =>
      promisify(execFile)(writer, ['create', path.dirname(host.library), values.files]);
    return [name, ...(await playBeside(host, builds, replace, create))];
  } finally {
    await host.stop();
  }
}

/** Plays rounds as long as files are made. */
async function playBeside(host, builds, replace, create) {
  const { pid } = host;
  const before = activityOf(pid).cpu;
  const start = performance.now();
  const times = [];
  let isWriting = true;
  const writing = create().finally(() => (isWriting = false));
  for (let round = 2; isWriting; round += 1) {
    times.push(await host.play(builds[round % builds.length], replace));
    await delay(REST_MS);
  }
  await writing;
  const seconds = (performance.now() - start) / 1000;
  // One that was started again has forgotten what it used.
  const cpu = host.pid === pid ? (activityOf(pid).cpu - before) / 1e6 : NaN;
  const answered = times.filter((time) => time !== undefined);
  const wrong = Object.values(host.problems).reduce((sum, count) => sum + count, 0);
  if (wrong > 0 && host.name === PROGRAMS[0].name) process.exitCode = 1;
  return [
    seconds.toFixed(1),
    Number.isNaN(cpu) ? 'died' : cpu.toFixed(0),
    String(answered.length),
    percentile(times, 50)?.toFixed(2) ?? '-',
    percentile(times, 100)?.toFixed(1) ?? '-',
    String(wrong),
  ];
}
