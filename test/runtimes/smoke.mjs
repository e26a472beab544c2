// What every runtime has to do, in the runtime that runs it: Node.js, Bun or Deno.
//
//   smoke.mjs DIRECTORY
//
// DIRECTORY holds `lib.so` and the versions of it, `v1.so` and `v2.so`. Prints what went wrong, or
// "passed" and how calls crossed; then the process has to end by itself.

import assert from 'node:assert/strict';
import { copyFileSync, renameSync } from 'node:fs';
import { once } from 'node:events';
import path from 'node:path';
import process from 'node:process';
import { Worker, workerData } from 'node:worker_threads';
import { transport } from '../../dist/calls/transport.js';
import { callback, DynamicReload, struct } from '../../dist/index.js';

const isWorker = typeof workerData?.directory === 'string';
const directory = isWorker ? workerData.directory : process.argv[2];
const library = path.join(directory, 'lib.so');

const vec3 = struct({ x: 'f64', y: 'f64', z: 'f64' });
const visitor = callback({ arguments: ['i32'], return: 'i32' });
const SYMBOLS = {
  version: { return: 'i32' },
  add: { arguments: ['i32', 'i32'], return: 'i32' },
  add_wide: { arguments: ['i64', 'i64'], return: 'i64' },
  mix: { arguments: ['i32', 'f64', 'f32', 'u8'], return: 'f64' },
  length: { arguments: ['string'], return: 'usize' },
  greeting: { return: 'string' },
  same_text: { arguments: ['string'], return: 'string' },
  dot: { arguments: [vec3, vec3], return: 'f64' },
  twice: { arguments: [vec3], return: vec3 },
  sum: { arguments: ['buffer', 'u32'], return: 'u32' },
  visit: { arguments: ['i32', visitor], return: 'i32' },
  fail: { arguments: ['i32'], return: 'i32' },
  later: { name: 'add', arguments: ['i32', 'i32'], return: 'i32', nonblocking: true },
};

// Often enough for the compilers of every runtime, which then inline what they can.
const MANY = 20_000;

const reloader = new DynamicReload({ shadowDir: directory });
const lib = await reloader.addLibrary(library, { symbols: SYMBOLS });
const { symbols } = lib;
for (let i = 0; i < MANY; ++i) callEverything(i);
callbacksNest();
exceptionsCrossC();
misuseThrows();
await nonblockingCallsAnswer();
await reloadsAreCalled();
if (!isWorker) await workerPasses();
await closedLibrariesThrow();
if (!isWorker) console.log(`passed by ${transport.name}`);

function callEverything(i) {
  assert.equal(symbols.version(), 1);
  assert.equal(symbols.add(i, -7), i - 7);
  assert.equal(symbols.add_wide(2n ** 40n, i), 2n ** 40n + BigInt(i));
  assert.equal(symbols.mix(i, 0.5, 0.25, 200), i + 200.75);
  assert.equal(symbols.length(`text ${i % 10}`), 6n);
  assert.equal(symbols.greeting(), 'grüß dich');
  assert.equal(symbols.same_text(`größer ${i % 10}`), `größer ${i % 10}`);
  assert.equal(symbols.dot({ x: 1, y: 2, z: i }, { x: 4, y: 5, z: 6 }), 14 + 6 * i);
  assert.deepEqual(symbols.twice({ x: i, y: 2, z: 3 }), { x: 2 * i, y: 4, z: 6 });
  assert.equal(symbols.sum(Uint8Array.of(1, 2, i & 127), 3), 3 + (i & 127));
  assert.equal(symbols.visit(3, double), 6);
  assert.equal(symbols.fail(i % 100), -1);
  assert.equal(lib.errno, i % 100);
}

function double(i) {
  return 2 * i;
}

/** A callback calls C again, which overwrites what JavaScript and native code share. */
function callbacksNest() {
  const nested = (depth) =>
    depth === 0 ? 1 : symbols.visit(2, (i) => symbols.add(i, nested(depth - 1)));
  // Each level doubles what is below it and adds 0 + 1.
  assert.equal(nested(6), 127);
  let made = [];
  const garbage = (i) => (made = [made.length, `${i}`, { i }]).length + symbols.add(i, 0);
  assert.equal(symbols.visit(MANY, garbage), 3 * MANY + (MANY * (MANY - 1)) / 2);
}

function exceptionsCrossC() {
  for (let i = 0; i < MANY / 10; ++i) {
    const thrown = new Error(`number ${i}`);
    let calls = 0;
    const thrower = () => {
      ++calls;
      throw thrown;
    };
    assert.throws(
      () => symbols.visit(3, thrower),
      (error) => error === thrown,
    );
    assert.equal(calls, 1);
    assert.equal(symbols.add(i, 1), i + 1);
  }
}

function misuseThrows() {
  const invalid = { code: 'ERR_INVALID_ARG_TYPE' };
  assert.throws(() => symbols.add('1', 2), invalid);
  assert.throws(() => symbols.add(1), invalid);
  assert.throws(() => symbols.add(2 ** 40, 2), { code: 'ERR_OUT_OF_RANGE' });
  assert.throws(() => symbols.visit(1, 'no function'), invalid);
}

async function nonblockingCallsAnswer() {
  const sums = await Promise.all(Array.from({ length: 50 }, (_, i) => symbols.later(i, i)));
  assert.deepEqual(
    sums,
    Array.from({ length: 50 }, (_, i) => 2 * i),
  );
}

async function reloadsAreCalled() {
  const { version } = symbols;
  const reloaded = once(reloader, 'after', { signal: AbortSignal.timeout(10_000) });
  publish('v2.so');
  await reloaded;
  assert.equal(version(), 2);
  assert.equal(lib.version, 2);
}

function publish(version) {
  copyFileSync(path.join(directory, version), path.join(directory, 'copy.so'));
  renameSync(path.join(directory, 'copy.so'), library);
}

/** Another environment in the same process; what it loads it reloads, and so does this one again. */
async function workerPasses() {
  const reloaded = once(reloader, 'after', { signal: AbortSignal.timeout(10_000) });
  publish('v1.so');
  await reloaded;
  const worker = new Worker(new URL(import.meta.url), { workerData: { directory } });
  const [code] = await once(worker, 'exit');
  assert.equal(code, 0, 'the worker failed');
}

async function closedLibrariesThrow() {
  const { add } = symbols;
  await reloader.close();
  assert.throws(() => add(1, 2), { code: 'ERR_LIBRARY_CLOSED' });
}
