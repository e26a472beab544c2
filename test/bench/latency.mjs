// How soon a rebuilt library runs, for libraries of several sizes, and what the hosts do afterwards.

import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { compileBuilds } from './builds.mjs';
import { Host } from './host.mjs';
import { measureIdle } from './idle.mjs';
import { PROGRAMS } from './programs.mjs';
import { renameOver, unlinkAndWrite } from './writers.mjs';

const WAYS = [
  { title: 'rename() over the library', replace: renameOver },
  { title: 'unlink(), write and close() of the writer', replace: unlinkAndWrite },
];

/** `share`: of the rounds, since a large library takes its time and varies less. */
const SIZES = [
  { title: '16 KB', padding: 0, count: 8, share: 1 },
  { title: '1 MB', padding: 1 << 20, count: 4, share: 0.5 },
  { title: '50 MB', padding: 50 << 20, count: 2, share: 0.2 },
];

// Between two rounds the hosts finish what follows a reload: the old version is closed and deleted.
const REST_MS = 10;
// chokidar holds some events back for 100 ms; an extra reload after the last round counts too.
const LAST_REST_MS = 300;

/**
 * @returns `series`, one for each size and way, and `idle`, what the hosts did after the first of them;
 *   see playRounds()
 */
export async function measureLatency(parent, rounds) {
  const results = { series: [], idle: [] };
  for (const { title: size, padding, count, share } of SIZES) {
    for (const way of WAYS) {
      const directory = mkdtempSync(path.join(parent, 'latency-'));
      const plan = { rounds: Math.ceil(rounds * share), replace: way.replace, directory };
      const builds = compileBuilds(directory, { count, padding });
      const { series, idle } = await measureSeries(plan, builds, results.idle.length === 0);
      results.series.push({ size, way: way.title, bytes: builds[0].bytes.length, ...series });
      if (idle !== undefined) results.idle = idle;
      rmSync(directory, { recursive: true });
    }
  }
  return results;
}

async function measureSeries(plan, builds, withIdle) {
  const hosts = PROGRAMS.map((program) => makeHost(program, plan.directory));
  try {
    for (const host of hosts) await host.start(builds[0]);
    const { samples, copies } = await playRounds(hosts, builds, plan);
    const series = {
      rounds: plan.rounds,
      copies,
      hosts: hosts.map(({ name, problems }, i) => ({ name, samples: samples[i], problems })),
    };
    return { series, idle: withIdle ? await idleOf(hosts) : undefined };
  } finally {
    for (const host of hosts) await host.stop();
  }
}

function makeHost({ name, file }, directory) {
  const home = path.join(directory, path.parse(file).name);
  const watched = path.join(home, 'watched');
  const temporaryDirectory = path.join(home, 'tmp');
  mkdirSync(watched, { recursive: true });
  mkdirSync(temporaryDirectory);
  const library = path.join(watched, 'libbench.so');
  return new Host({ name, program: file, library, temporaryDirectory });
}

/**
 * @returns for each host, the milliseconds of each round, undefined where there are none; and those of
 *   a mere copy of the library in the same round
 */
async function playRounds(hosts, builds, { rounds, replace, directory }) {
  const staging = path.join(directory, 'staging.so');
  const samples = hosts.map(() => []);
  const copies = [];
  for (let round = 0; round < rounds; ++round) {
    const build = builds[(round + 1) % builds.length];
    for (const index of shuffled(hosts.length)) {
      const write = (library, bytes) => replace(library, bytes, staging);
      samples[index].push(await hosts[index].play(build, write));
      await delay(REST_MS);
    }
    copies.push(timeOfCopy(hosts[0].library, path.join(directory, 'copy.so')));
  }
  await delay(LAST_REST_MS);
  return { samples, copies };
}

/** Of a file that was just written, as that of a reload is. */
function timeOfCopy(from, to) {
  const start = process.hrtime.bigint();
  copyFileSync(from, to);
  const end = process.hrtime.bigint();
  rmSync(to);
  return Number(end - start) / 1e6;
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
