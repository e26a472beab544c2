// Measures the cases in the runtime that runs it: Node.js, Bun or Deno.
//
//   node child.mjs PLAN
//
// PLAN is JSON, see session.mjs. Prints one JSON object a line; before every piece of work, which
// case and peer it is about, so that the reader knows where a crash happened.

import { writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { CASES } from './cases.mjs';
import { makeLoop } from './loop.mjs';
import { measure } from './measure.mjs';

const plan = JSON.parse(process.argv[2]);
const require = createRequire(plan.peersDirectory);
const raw = require(plan.paths.raw);
const context = { paths: plan.paths, raw, require };

const peers = await openPeers();
const prepared = await prepareAll();
for (const [testCase, variants] of prepared) {
  const { name } = testCase;
  if (!plan.cases.includes(name) || plan.finished.includes(name)) continue;
  await measureCase(testCase, variants);
}
say({ event: 'end' });
// Some peers keep the event loop alive.
process.exit();

// Not through process.stdout, which would lose the last words of a process that crashes.
function say(message) {
  writeSync(1, `${JSON.stringify(message)}\n`);
}

function isSkipped(peer, testCase) {
  return plan.skipped.some(([name, of]) => name === peer && (of === null || of === testCase));
}

async function openPeers() {
  const opened = [];
  for (const name of plan.peers) {
    if (isSkipped(name, null)) continue;
    say({ event: 'at', peer: name, case: null });
    try {
      const { open } = await import(`./peers/${name}.mjs`);
      opened.push({ name, ...(await open(context)) });
    } catch (error) {
      say({ event: 'problem', peer: name, case: null, problem: String(error) });
    }
  }
  say({ event: 'peers', versions: opened.map(({ name, version }) => [name, version]) });
  return opened;
}

/**
 * Binds and calls everything before anything is timed, and whatever is timed: a program calls more
 * than one function, and code that they share is slower than code that serves one.
 */
async function prepareAll() {
  const prepared = new Map();
  for (const testCase of CASES) {
    const variants = [];
    for (const peer of peers) {
      if (isSkipped(peer.name, testCase.name)) continue;
      const variant = await prepare(testCase, peer);
      if (variant !== undefined) variants.push(variant);
    }
    prepared.set(testCase, variants);
  }
  return prepared;
}

/** @returns undefined when the peer has no part in the case, or cannot do it and has said so */
async function prepare(testCase, peer) {
  const { name } = peer;
  if (peer.cases !== undefined && !peer.cases.includes(testCase.name)) return undefined;
  say({ event: 'at', peer: name, case: testCase.name });
  try {
    const binding = await peer.bind(testCase);
    const made = makeLoop(`${name}: ${testCase.name}`, testCase, binding, raw);
    await check(binding.expected ?? testCase.expected, made);
    const unitsPerCall = testCase.unitsPerCall?.(raw) ?? 1;
    return { peer: name, loop: made.loop, unitsPerCall, afterWarmUp: binding.afterWarmUp };
  } catch (error) {
    say({ event: 'problem', peer: name, case: testCase.name, problem: String(error) });
    return undefined;
  }
}

async function check(expected, { loop, read }) {
  for (const count of [1, 3]) {
    const result = String(read(await loop(count)));
    const wanted = String(expected(count - 1));
    if (result !== wanted) throw new Error(`wrong result: ${result} instead of ${wanted}`);
  }
}

async function measureCase(testCase, variants) {
  await measure(variants, {
    rounds: plan.rounds,
    chunkMs: plan.chunkMs,
    clock: testCase.inFlight === undefined ? raw.thread_time : wallTime,
    onTurn: ({ peer }) => say({ event: 'at', peer, case: testCase.name }),
  });
  for (const { peer, samples, problem } of variants) {
    if (problem === undefined) say({ event: 'samples', peer, case: testCase.name, samples });
    else say({ event: 'problem', peer, case: testCase.name, problem });
  }
  say({ event: 'finished', case: testCase.name });
}

function wallTime() {
  return performance.now() * 1e6;
}
