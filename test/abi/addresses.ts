// Texts and addresses.

import { pointer } from '../../lib';
import { arrayOf } from './aggregates';
import type { Kind } from './kind';

const NO_TEXT = 2n ** 64n - 1n;
const TEXTS = [null, '', 'a', 'text', 'z\u00fcrich \u6f22\u5b57 \u{1f600}', 'x'.repeat(40)];

export const STRING: Kind = {
  title: 'string',
  type: 'string',
  definitions: [],
  declare: (name) => `const char *${name}`,
  put: (place) => `put_text(${place});`,
  take: (place) => `${place} = take_text();`,
  sample: (random) => (random.chance(0.5) ? random.pick(TEXTS) : `text ${random.below(1e9)}`),
  words: (value) => {
    if (value === null) return [NO_TEXT];
    if (typeof value !== 'string') throw new TypeError(`not a string but ${typeof value}`);
    const bytes = Buffer.from(value);
    return [BigInt(bytes.length), ...Array.from(bytes, BigInt)];
  },
};

export const POINTER: Kind = {
  title: 'pointer',
  type: 'pointer',
  definitions: [],
  declare: (name) => `void *${name}`,
  put: (place) => `put((uintptr_t)${place});`,
  take: (place) => `${place} = (void *)(uintptr_t)take();`,
  sample: (random) => (random.chance(0.2) ? 0n : random.word()),
  words: (value) => {
    if (typeof value !== 'bigint') throw new TypeError(`not an address but ${typeof value}`);
    return [value];
  },
};

function onlyFromJavaScript(): never {
  throw new Error('its address comes from JavaScript');
}

/** An argument that leads to a value, which is given as such. */
export function pointerTo(kind: Kind): Kind {
  return {
    ...kind,
    title: `pointer to ${kind.title}`,
    type: pointer(kind.type),
    declare: (name) => kind.declare(`*${name}`),
    put: (place) => kind.put(`(*${place})`),
    take: onlyFromJavaScript,
  };
}

/** An argument that leads to the first of several values. */
export function elementsOf(element: Kind, length: number): Kind {
  return {
    ...arrayOf(element, length),
    declare: (name) => element.declare(`*${name}`),
    take: onlyFromJavaScript,
  };
}

const BYTES = 8;

/** Bytes in memory of JavaScript. */
export const BUFFER: Kind = {
  title: 'buffer',
  type: 'buffer',
  definitions: [],
  declare: (name) => `const uint8_t *${name}`,
  put: (place) => `put_bytes(${place}, ${BYTES});`,
  take: onlyFromJavaScript,
  sample: (random) => Uint8Array.from({ length: BYTES }, () => random.below(256)),
  words: (value) => Array.from(value as Uint8Array, BigInt),
};
