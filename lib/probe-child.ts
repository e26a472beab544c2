// The program of a probe: loads a library and unloads it again, in a process that may die of it.
//
//   probe-child.js REPORT
//
// No module imports it. REPORT is a file of probe-report.ts.

import type { NativeErrorFacts } from '../binding';
import { binding } from './binding';
import { readRequest, report, type ProbeRequest } from './probe-report';

/** The library cannot be used, and nothing crashed. */
class Refusal extends Error {
  constructor(readonly facts: NativeErrorFacts) {
    super(facts.message);
  }
}

function loadAndUnload(file: string): void {
  const { path, originalPath, flags, symbols } = readRequest(file);
  report(file, { stage: 'load' });
  const image = new binding.Image(path, originalPath, flags);
  for (const { symbol, what, optional } of symbols) {
    // Looking it up may run code of the library, which chooses one of several functions.
    const isThere = image.find(symbol, what) !== null;
    if (!isThere && !optional) throw notFound(symbol, originalPath);
  }
  report(file, { stage: 'unload' });
  image.close(() => undefined);
  report(file, { stage: 'done' });
}

function notFound(symbol: string, path: ProbeRequest['originalPath']): Refusal {
  return new Refusal({ code: 'ERR_SYMBOL_NOT_FOUND', message: 'not exported', symbol, path });
}

const [, , file = ''] = process.argv;
binding.endWithParent();
binding.initialize((facts) => new Refusal(facts));
try {
  loadAndUnload(file);
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  report(file, { refusal: error.facts });
}
process.exit();
