// A whole life of the package in one small program, to be run under valgrind against dist/:
// loads, calls, reloads ten times, fails once, closes.
//
//   valgrind -q --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite \
//     --error-exitcode=99 node test/valgrind/reload.mjs

import assert from 'node:assert';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DynamicReload } from '../../dist/index.js';

const directory = mkdtempSync(path.join(tmpdir(), 'dynamic-reload-valgrind-'));
const library = path.join(directory, 'lib.so');
const shadowDir = path.join(directory, 'shadow');
mkdirSync(shadowDir);

function build(version) {
  const source = `
    int version = ${version};
    int shared_fun(void) { return version; }
    double add(double a, int b) { return a + b; }
    const char* greet(const char* name) { return name; }
    unsigned long sum(const unsigned char* bytes, unsigned long size) {
      unsigned long sum = 0;
      for (unsigned long i = 0; i < size; i++) sum += bytes[i];
      return sum;
    }
  `;
  const finished = path.join(directory, 'finished.so');
  const args = ['-shared', '-fPIC', '-x', 'c', '-', '-o', finished];
  execFileSync('cc', args, { input: source });
  renameSync(finished, library);
}

build(1);
const reloader = new DynamicReload({ shadowDir });
const { symbols } = await reloader.addLibrary(library, {
  symbols: {
    shared_fun: { return: 'i32' },
    add: { arguments: ['f64', 'i32'], return: 'f64' },
    later: { name: 'add', arguments: ['f64', 'i32'], return: 'f64', nonblocking: true },
    greet: { arguments: ['string'], return: 'string' },
    sum: { arguments: ['buffer', 'usize'], return: 'u64' },
    version: { type: 'i32' },
    missing: { return: 'i32', optional: true },
  },
});

async function call(version) {
  assert.equal(symbols.shared_fun(), version);
  assert.equal(symbols.add(0.5, 2), 2.5);
  assert.equal(await symbols.later(0.5, 3), 3.5);
  assert.equal(symbols.greet('wörld'), 'wörld');
  assert.equal(symbols.sum(Uint8Array.of(1, 2, 3), 3), 6n);
  assert.equal(symbols.version, version);
  symbols.version = version;
  assert.equal(symbols.missing, null);
  assert.throws(() => symbols.add('0.5', 2), { code: 'ERR_INVALID_ARG_TYPE' });
}

await call(1);
for (let version = 2; version <= 11; version += 1) {
  const after = once(reloader, 'after');
  build(version);
  await after;
  await call(version);
}

const failed = once(reloader, 'failed');
writeFileSync(library, 'no library');
const [{ error }] = await failed;
assert.equal(error.code, 'ERR_LIBRARY_INCOMPLETE');
await call(11);

await reloader.close();
assert.throws(() => symbols.shared_fun(), { code: 'ERR_LIBRARY_CLOSED' });
assert.deepEqual(readdirSync(shadowDir), []);
rmSync(directory, { recursive: true });
