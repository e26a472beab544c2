#!/usr/bin/env node
// The benchmarks:
//
//   node test/bench/run.mjs [reload] ...   how soon a rebuilt library runs
//   node test/bench/run.mjs calls ...      what one call of a C function costs
//   node test/bench/run.mjs endurance ...  what thousands of reloads leave behind
//   node test/bench/run.mjs neighbours ... what many other files beside a library cost
//
// Each says in its own file what else it takes.

const PROGRAMS = {
  reload: './reload.mjs',
  calls: './calls/run.mjs',
  endurance: './endurance.mjs',
  neighbours: './neighbours.mjs',
};

const name = Object.hasOwn(PROGRAMS, process.argv[2] ?? '') ? process.argv[2] : 'reload';
if (name === process.argv[2]) process.argv.splice(2, 1);
await import(PROGRAMS[name]);
