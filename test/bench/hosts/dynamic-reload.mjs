// Host: this package, with its defaults (debounce 0) unless a scenario asks for `settleMs`.
//
//   node dynamic-reload.mjs LIBRARY [SETTLE_MS]
//
// The hosts share no code on purpose: one function that several hosts run in different ways is
// optimised differently from one that a single program has for itself.

import { DynamicReload } from '../../../dist/index.js';

const reloader = new DynamicReload();
const library = await reloader.addLibrary(process.argv[2], {
  symbols: { shared_fun: { return: 'i32' } },
  settleMs: Number(process.argv[3] ?? 0),
});

reloader.on('after', () => {
  const version = library.symbols.shared_fun();
  const at = process.hrtime.bigint();
  process.send({ event: 'after', version, at: String(at) });
});
for (const name of ['failed', 'error']) {
  reloader.on(name, (problem) => {
    process.send({ event: 'failed', reason: String(problem.error ?? problem) });
  });
}

process.on('disconnect', () => process.exit());
process.send({ event: 'ready', version: library.symbols.shared_fun() });
