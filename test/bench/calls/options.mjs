// The command line of run.mjs.

import { parseArgs } from 'node:util';
import { CASES } from './cases.mjs';
import { RUNTIME_NAMES } from './runtimes.mjs';

const FULL = { rounds: 25, chunkMs: 4 };
// Says whether everything works; the figures say little.
const QUICK = { rounds: 5, chunkMs: 1 };

export function readOptions() {
  const { values } = parseArgs({
    options: {
      runtimes: { type: 'string' },
      cases: { type: 'string' },
      rounds: { type: 'string' },
      json: { type: 'string' },
      svg: { type: 'string' },
      quick: { type: 'boolean', default: false },
    },
  });
  const { rounds, chunkMs } = values.quick ? QUICK : FULL;
  return {
    runtimes: chosen('--runtimes', values.runtimes?.split(','), RUNTIME_NAMES),
    cases: chosenCases(values.cases),
    rounds: values.rounds === undefined ? rounds : positiveInteger('--rounds', values.rounds),
    chunkMs,
    json: values.json,
    svg: values.svg,
  };
}

/** The names of some cases have a comma, so "strlen" stands for all that begin with it. */
function chosenCases(list) {
  const names = CASES.map(({ name }) => name);
  if (list === undefined) return names;
  const groups = new Set(names.map(groupOf));
  const wanted = chosen('--cases', list.split(','), [...groups]);
  return names.filter((name) => wanted.includes(groupOf(name)));
}

function groupOf(name) {
  return name.split(',')[0];
}

function chosen(option, wanted, known) {
  if (wanted === undefined) return known;
  const unknown = wanted.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new RangeError(`${option} has ${unknown.join(', ')}; there are ${known.join(', ')}`);
  }
  return wanted;
}

function positiveInteger(option, text) {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) {
    throw new RangeError(`${option} must be a positive integer, not ${text}`);
  }
  return value;
}
