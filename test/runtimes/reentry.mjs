// JavaScript inside of C inside of JavaScript, as hard as it gets: whatever a callback does has to come
// out of the call as it does without C in between.
//
//   reentry.mjs DIRECTORY
//
// DIRECTORY holds `lib.so`. Prints what went wrong, or "passed" and how calls crossed. Garbage is
// collected at the worst of times where a runtime can be told to: in Node.js with --expose-gc.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import path from 'node:path';
import process from 'node:process';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { transport } from '../../dist/calls/transport.js';
import { callback, DynamicReload, struct } from '../../dist/index.js';

// Enough for the compilers of every runtime.
const ROUNDS = 2000;

const vec3 = struct({ x: 'f64', y: 'f64', z: 'f64' });
const visitor = callback({ arguments: ['i32'], return: 'i32' });
const SYMBOLS = {
  add: { arguments: ['i32', 'i32'], return: 'i32' },
  same_text: { arguments: ['string'], return: 'string' },
  greeting: { return: 'string' },
  twice: { arguments: [vec3], return: vec3 },
  sum: { arguments: ['buffer', 'u32'], return: 'u32' },
  visit: { arguments: ['i32', visitor], return: 'i32' },
  later: { name: 'add', arguments: ['i32', 'i32'], return: 'i32', nonblocking: true },
  // With an address instead of a function the whole call is compiled code.
  visit_at: { name: 'visit', arguments: ['i32', 'pointer'], return: 'i32' },
};

const collect =
  globalThis.gc ?? (globalThis.Bun === undefined ? () => {} : () => globalThis.Bun.gc(true));
const role = workerData?.role;
const directory = workerData?.directory ?? process.argv[2];
const reloader = new DynamicReload({ shadowDir: directory });
const lib = await reloader.addLibrary(path.join(directory, 'lib.so'), { symbols: SYMBOLS });
const { add, visit, visit_at, later } = lib.symbols;

let inside = () => 0;
const lasting = lib.callback({ arguments: ['i32'], return: 'i32' }, (i) => inside(i));

if (role === 'endless') endlessly();
await everythingInside();
if (role === undefined) {
  await workersPass();
  await terminatedInside();
}
lasting.close();
await reloader.close();
if (role === undefined) console.log(`passed by ${transport.name}`);

async function everythingInside() {
  const scenarios = [
    garbage,
    exceptions,
    anythingThrown,
    collections,
    overflow,
    otherCalls,
    errnos,
  ];
  for (const scenario of scenarios) {
    await scenario((count, fn) => visit(count, fn));
    await scenario(visitInCompiledCode);
  }
}

function visitInCompiledCode(count, fn) {
  const outer = inside;
  inside = fn;
  try {
    return visit_at(count, lasting.pointer);
  } finally {
    inside = outer;
  }
}

/** Handles of callbacks, and objects that only they hold. */
function garbage(run) {
  let kept = [];
  const total = run(20 * ROUNDS, (i) => {
    kept = [{ i }, `${i}`, [kept.length]];
    return kept[0].i - Number(kept[1]) + kept[2][0];
  });
  assert.equal(total, 3 * (20 * ROUNDS - 1));
}

function exceptions(run) {
  for (let i = 0; i < ROUNDS; ++i) {
    const error = new Error(`${i}`);
    const failing = (j) => {
      if (j === 1) throw error;
      return add(j, i);
    };
    assert.equal(
      thrownBy(() => run(5, failing)),
      error,
    );
    assert.equal(add(i, 1), i + 1);
  }
  // From the innermost to the outermost, through C each time.
  const deep = (depth) =>
    run(1, () => {
      if (depth === 0) throw new Error('deep');
      return deep(depth - 1);
    });
  for (let i = 0; i < ROUNDS / 30; ++i) assert.equal(thrownBy(() => deep(20)).message, 'deep');
  // Caught inside of C, and on it goes.
  const catching = (j) => (thrownBy(() => deep(3)) === undefined ? 1 : add(j, 0));
  assert.equal(run(10, catching), 45);
}

function anythingThrown(run) {
  for (const value of [undefined, null, 0, 'text', Symbol('symbol'), 2n ** 70n]) {
    for (let i = 0; i < 100; ++i) {
      const throwing = () => {
        throw value;
      };
      assert.throws(
        () => run(2, throwing),
        (thrown) => thrown === value,
      );
    }
  }
}

function collections(run) {
  let objects = [];
  const total = run(10, (i) => {
    objects = Array.from({ length: 100 }, (_, index) => ({ index, text: `${index}` }));
    collect();
    return objects[i].index + run(2, (j) => (collect(), j));
  });
  assert.equal(total, (10 * 9) / 2 + 10);
}

/** The end of the stack, or of the callbacks, comes somewhere between JavaScript, native code and C. */
function overflow(run) {
  let depth = 0;
  const endless = () => (++depth, run(1, endless));
  for (let i = 0; i < 5; ++i) {
    const error = thrownBy(() => run(1, endless));
    const isExpected = error instanceof RangeError || error.code === 'ERR_INVALID_STATE';
    assert.ok(isExpected, `what ended it was ${error}`);
  }
  assert.ok(depth > 50);
  assert.equal(add(1, 2), 3);
}

/** Calls that cross in other ways, and fail in other ways. */
async function otherCalls(run) {
  const { same_text, greeting, twice, sum } = lib.symbols;
  const promises = [];
  const total = run(ROUNDS, (i) => {
    assert.equal(same_text(`größe ${i}`), `größe ${i}`);
    assert.equal(greeting(), 'grüß dich');
    assert.deepEqual(twice({ x: i, y: 1, z: 2 }), { x: 2 * i, y: 2, z: 4 });
    assert.equal(sum(new Uint8Array(i % 100).fill(1), i % 100), i % 100);
    assert.throws(() => add('1', 2), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.throws(() => add(2 ** 40, 2), { code: 'ERR_OUT_OF_RANGE' });
    if (i % 100 === 0) promises.push(later(i, 1));
    return run(1, (j) => add(i, j));
  });
  assert.equal(total, (ROUNDS * (ROUNDS - 1)) / 2);
  assert.deepEqual(
    await Promise.all(promises),
    promises.map((_, index) => 100 * index + 1),
  );
}

function errnos(run) {
  lib.errno = 11;
  run(1, () => {
    assert.equal(lib.errno, 11);
    lib.errno = 22;
    return 0;
  });
  assert.equal(lib.errno, 22);
}

function thrownBy(body) {
  try {
    body();
  } catch (error) {
    return error;
  }
  return undefined;
}

// ---- Several environments ------------------------------------------------------------------------

async function workersPass() {
  const workers = ['a', 'b'].map((role) => startWorker(role));
  // Meanwhile this thread does the same.
  await everythingInside();
  for (const worker of workers) assert.equal(await worker.ended, 0);
}

/** A worker ends while it is inside of C. */
async function terminatedInside() {
  for (let i = 0; i < 5; ++i) {
    const { worker, ended } = startWorker('endless');
    await once(worker, 'message');
    await worker.terminate();
    await ended;
  }
}

function startWorker(role) {
  const worker = new Worker(new URL(import.meta.url), { workerData: { role, directory } });
  const ended = once(worker, 'exit').then(([code]) => code);
  return { worker, ended };
}

/** Begins when the compilers are through with it. */
function endlessly() {
  for (let i = 0; i < 20 * ROUNDS; ++i) add(i, 1);
  inside = (i) => {
    if (i === 100) parentPort.postMessage('inside');
    return add(i, 1);
  };
  for (;;) visit_at(2 ** 20, lasting.pointer);
}
