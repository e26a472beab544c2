// Peer: this package.

import { readFileSync } from 'node:fs';
import * as ours from '../../../../dist/index.js';

const PACKAGE = new URL('../../../../package.json', import.meta.url);

// In functions, for one that this build does not know to fail alone.
const DEFINITIONS = {
  noop: () => ({}),
  add_i32: () => ({ arguments: ['i32', 'i32'], return: 'i32' }),
  add_f64: () => ({ arguments: ['f64', 'f64'], return: 'f64' }),
  add_i64: () => ({ arguments: ['i64', 'i64'], return: 'i64' }),
  text_length: () => ({ arguments: ['string'], return: 'i32' }),
  text_to_int: () => ({ arguments: ['string'], return: 'i32' }),
  greet: () => ({ return: 'string' }),
  dot3: () => {
    const vec3 = ours.struct({ x: 'f64', y: 'f64', z: 'f64' });
    return { arguments: [vec3, vec3], return: 'f64' };
  },
  sum_buf: () => ({ arguments: ['buffer', 'i32'], return: 'i32' }),
  mix8: () => ({
    arguments: ['i32', 'f64', 'i32', 'f64', 'f32', 'i32', 'f64', 'i32'],
    return: 'f64',
  }),
  same_pointer: () => ({ arguments: ['pointer'], return: 'pointer' }),
  sum_visits: () => ({
    arguments: [ours.callback({ arguments: ['i32'], return: 'i32' }), 'i32'],
    return: 'i32',
  }),
  sort_ints: () => ({
    arguments: [
      'buffer',
      'i32',
      ours.callback({ arguments: ['pointer', 'pointer'], return: 'i32' }),
    ],
  }),
};

export function open({ paths }) {
  const reloader = new ours.DynamicReload();
  return {
    version: JSON.parse(readFileSync(PACKAGE, 'utf8')).version,
    bind: (testCase) => bind(reloader, paths.library, testCase),
  };
}

/** Adds the symbol of the case under the name of the case, so that no two cases share a function. */
export async function bind(reloader, library, { name, symbol, inFlight }) {
  const definition = { ...DEFINITIONS[symbol](), name: symbol };
  if (inFlight !== undefined) definition.nonblocking = true;
  const { symbols } = await reloader.addLibrary(library, { symbols: { [name]: definition } });
  const f = symbols[name];
  if (name !== 'batch') return { f };
  if (f.map === undefined) throw new Error('its functions have no map()');
  return { f, setup: 'const map = () => f.map(left, right, output);' };
}
