// Where members are in memory: as the compiler puts them.

import { inout } from '../lib';
import { bitsOf, structure, unionOf } from './abi/aggregates';
import {
  CATALOGUE,
  PACKED_BITS_CATALOGUE,
  WELL_ALIGNED_CATALOGUE,
  type Catalogue,
} from './abi/catalogue';
import { useFixture } from './abi/exchange';
import type { FixtureFunction } from './abi/functions';
import type { Kind } from './abi/kind';
import { Random } from './abi/random';
import { F64, U32, U8 } from './abi/scalars';

const UNUSUAL: Catalogue = {
  'with unusual names': [
    structure({ _flags: bitsOf(U32, 3) }),
    structure({ first: U8, _flags: bitsOf(U32, 3), last: U8 }),
    unionOf({ _: F64, $: U8 }, '_'),
    structure({ value: U8, size: U32, kind: U8, length: U8, constructor_: U8 }),
  ],
};

const ALL: Catalogue = {
  ...CATALOGUE,
  ...WELL_ALIGNED_CATALOGUE,
  ...PACKED_BITS_CATALOGUE,
  ...UNUSUAL,
};

/** Tells size and alignment, and the members that it finds; leaves others. */
function layoutFunction(name: string, kind: Kind): FixtureFunction {
  const type = kind.declare('');
  return {
    name,
    kinds: [kind],
    source: `void ${name}(${kind.declare('*at')}) {
      begin(); put(sizeof(${type})); put(_Alignof(${type})); ${kind.put('(*at)')} ${kind.take('(*at)')}
    }`,
    definition: { arguments: [inout(kind.type)] },
  };
}

const known = new Map(
  Object.values(ALL)
    .flat()
    .map((kind, index) => [kind, `layout_${index}`]),
);
const exchange = useFixture([...known].map(([kind, name]) => layoutFunction(name, kind)));
const random = new Random(2);

/** The size and the alignment in C, then what each side finds where the other put it. */
function exchangeThrough(name: string, kind: Kind) {
  const [value, answer] = [kind.sample(random), kind.sample(random)];
  const holder = { value };
  exchange.send(kind.words(answer));
  exchange.function(name)(holder);
  const [size, alignment, ...found] = exchange.received;
  const given = [...kind.words(value), ...kind.words(answer)];
  return { size, alignment, given, arrived: [...found, ...kind.words(holder.value)] };
}

describe.each(Object.entries(ALL))('%s', (_title, kinds) => {
  const all = kinds.map((kind) => [kind.title, kind, known.get(kind)!] as const);

  test.each(all)('%s is as large and as aligned as in C', (_name, kind, name) => {
    const { size, alignment } = exchangeThrough(name, kind);
    const ours = layoutOf(kind);
    expect({ size: BigInt(ours.size), alignment: BigInt(ours.alignment) }).toEqual({
      size,
      alignment,
    });
  });

  test.each(all)('%s has its members where C looks for them', (_name, kind, name) => {
    for (let round = 0; round < 4; ++round) {
      const { given, arrived } = exchangeThrough(name, kind);
      expect(arrived).toEqual(given);
    }
  });
});

/** What the library thinks of the type. A named one is asked for as the only member of another. */
function layoutOf(kind: Kind): { readonly size: number; readonly alignment: number } {
  const type = typeof kind.type === 'string' ? structure({ only: kind }).type : kind.type;
  return type as Exclude<Kind['type'], string>;
}
