#!/usr/bin/env node
// Feeds damaged C declarations to the parser. Everything but a result, or an error that says what is
// wrong with the text, is a failure.
//
//   node test/fuzz/prototype.mjs [--seconds N] [--seed N] [--dist DIRECTORY]
//
// Exits with 1 after a failure and prints the text and the seed that leads to it again.

import { createRequire } from 'node:module';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { makeDeclarations } from './declarations.mjs';
import { mutate } from './mutations.mjs';
import { Random } from './random.mjs';

/** More than this for a text of at most 50 kilobytes is no linear time. */
const SLOW_MS = 1500;

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1e9) },
    dist: { type: 'string', default: path.join(root, 'dist') },
  },
});

const require = createRequire(path.join(path.resolve(options.dist), 'index.js'));
const { parsePrototype } = require('./ctypes/prototype/prototype.js');
const { cdef } = require('./ctypes/prototype/cdef.js');
const { enumeration, struct, toType } = require('./ctypes/make.js');

const TYPES = {
  vec3: struct({ x: 'f64', y: 'f64', z: 'f64' }),
  color: enumeration({ RED: 0, GREEN: 1 }),
  id_t: 'u32',
};

const counts = { accepted: 0, refused: 0 };
const end = Date.now() + Number(options.seconds) * 1000;
let seed = Number(options.seed);
console.log(`seed ${seed}`);
for (; Date.now() < end && process.exitCode === undefined; seed++) tryOne(seed);
console.log(`${counts.accepted} accepted, ${counts.refused} refused, last seed ${seed - 1}`);

function tryOne(seed) {
  const random = new Random(seed);
  const isBlock = random.chance(0.5);
  const valid = makeDeclarations(random, isBlock);
  const text = random.chance(0.1) ? valid : mutate(random, valid);
  const before = process.cpuUsage();
  try {
    checkResult(isBlock ? cdef(text) : parsePrototype(text, TYPES));
    counts.accepted++;
  } catch (error) {
    if (!isRefusal(error)) report(seed, text, error);
    else if (text === valid) report(seed, text, error);
    else counts.refused++;
  }
  const { user, system } = process.cpuUsage(before);
  if ((user + system) / 1000 > SLOW_MS) report(seed, text, new Error('slow'));
}

function isRefusal(error) {
  return error?.name === 'DynamicReloadTypeError' && error.code === 'ERR_SYMBOL_DEFINITION';
}

function report(seed, text, error) {
  console.error(`--seed ${seed}: ${JSON.stringify(text)}\n`, error);
  process.exitCode = 1;
}

// Every type must be one, and every pointer must find what it leads to.
function checkResult({ types = {}, symbols = {}, definition }) {
  const definitions = [
    ...Object.values(symbols),
    ...(definition === undefined ? [] : [definition]),
  ];
  for (const type of Object.values(types)) follow(type, 0);
  for (const { arguments: list = [], return: result, type } of definitions) {
    for (const one of [...list, result, type]) if (one !== undefined) follow(one, 0);
  }
}

function follow(value, depth) {
  const type = toType(value, 'result');
  const target = type.kind === 'pointer' ? type.target?.() : undefined;
  if (target !== undefined && depth < 8) follow(target, depth + 1);
}
