// One library that is reloaded again and again:
//
//   endurance-life.mjs DIRECTORY BUILDS RELOADS
//
// The directory has the builds v1.so, v2.so and so on, each of which answers with its number. Prints
// how long reloads took and what the process held after the first thousand, halfway and in the end, as
// JSON. RELOADS is a multiple of 2000.

import { copyFileSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import v8 from 'node:v8';
import vm from 'node:vm';
import { DynamicReload } from '../../dist/index.js';
import { percentile } from './statistics.mjs';

const THOUSAND = 1000;
const [, , directory, builds, reloads] = process.argv;
const file = (name) => path.join(directory, name);
const shadowDir = file('shadow');
mkdirSync(shadowDir);
copyFileSync(file('v1.so'), file('lib.so'));

v8.setFlagsFromString('--expose-gc');
const collectGarbage = vm.runInNewContext('gc');

const reloader = new DynamicReload({ shadowDir });
reloader.on('failed', ({ error }) => {
  throw error;
});
const symbols = { shared_fun: { return: 'i32' } };
const library = await reloader.addLibrary(file('lib.so'), { symbols });

const times = [await reloadThousand()];
const held = [{ after: THOUSAND, ...(await holdings()) }];
for (let after = 2 * THOUSAND; after <= reloads; after += THOUSAND) {
  times.push(await reloadThousand());
  if (after === reloads / 2 || after === Number(reloads)) {
    held.push({ after, ...(await holdings()) });
  }
}
await reloader.close();
console.log(JSON.stringify({ held, firstMs: times[0], lastMs: times.at(-1) }));

/** Returns the median time of one, in milliseconds. */
async function reloadThousand() {
  const samples = [];
  for (let count = 0; count < THOUSAND; count += 1) samples.push(await reload());
  return percentile(samples, 50);
}

async function reload() {
  const next = (library.version % builds) + 1;
  copyFileSync(file(`v${next}.so`), file('next.so'));
  const reloaded = library.reloaded();
  const start = performance.now();
  renameSync(file('next.so'), file('lib.so'));
  await reloaded;
  const time = performance.now() - start;
  const answer = library.symbols.shared_fun();
  if (answer !== next) throw new Error(`it answers ${answer}, not ${next}`);
  return time;
}

async function holdings() {
  while (copies().length > 1) await setImmediate(); // The last one is deleted by another thread.
  collectGarbage();
  const maps = readFileSync('/proc/self/maps', 'utf8').split('\n');
  return {
    rss: process.memoryUsage.rss(),
    descriptors: readdirSync('/proc/self/fd').length,
    mappings: maps.filter((line) => line.includes('/')).length,
    copies: copies().length,
  };
}

function copies() {
  return readdirSync(shadowDir, { recursive: true }).filter((name) => name.endsWith('.so'));
}
