// Signatures that nobody would think of.

import type { CType } from '../../lib';
import { BUFFER, elementsOf, pointerTo, POINTER, STRING } from './addresses';
import { arrayOf, structure } from './aggregates';
import type { Signature } from './functions';
import type { Kind } from './kind';
import type { Random } from './random';
import { COLOR, COMPLEX128, COMPLEX64, F32, F64, I32, SCALARS } from './scalars';

const PLAIN: readonly Kind[] = [...SCALARS, COLOR, POINTER];

function randomMember(random: Random, inner: readonly Kind[]): Kind {
  if (inner.length > 0 && random.chance(0.2)) return random.pick(inner);
  const kind = random.chance(0.3) ? random.pick([F32, F64]) : random.pick(PLAIN);
  return random.chance(0.15) ? arrayOf(kind, 1 + random.below(4)) : kind;
}

/** Of one to six members, among them such as came before. */
function randomStructure(random: Random, inner: readonly Kind[]): Kind {
  const count = 1 + random.below(6);
  const members = Array.from({ length: count }, (_value, index) => [
    `m${index}`,
    randomMember(random, inner),
  ]);
  return structure(Object.fromEntries(members) as Record<string, Kind>);
}

/** In bytes: fourteen of them are not more than a call can pass. */
const LARGEST = 64;

export function randomStructures(random: Random, count: number): Kind[] {
  const all: Kind[] = [];
  while (all.length < count) {
    const kind = randomStructure(random, all.slice(0, count / 4));
    if ((kind.type as CType).size <= LARGEST) all.push(kind);
  }
  return all;
}

/** Makes one signature after the other, with these structures. */
export class SignatureMaker {
  readonly #random: Random;
  readonly #values: readonly Kind[];
  readonly #addresses: readonly Kind[];

  constructor(random: Random, structures: readonly Kind[]) {
    this.#random = random;
    this.#values = [...structures, COMPLEX64, COMPLEX128];
    const pointers = structures.slice(0, 20).map((kind) => pointerTo(kind));
    this.#addresses = [STRING, STRING, BUFFER, elementsOf(I32, 3), elementsOf(F64, 2), ...pointers];
  }

  /** Of 0 to 14 parameters. */
  next(): Signature {
    const count = this.#random.below(15);
    const parameters = Array.from({ length: count }, () => this.#parameter());
    return this.#random.chance(0.2) ? { parameters } : { parameters, result: this.#result() };
  }

  #parameter(): Kind {
    if (this.#random.chance(0.15)) return this.#random.pick(this.#addresses);
    return this.#random.pick(this.#random.chance(0.25) ? this.#values : PLAIN);
  }

  #result(): Kind {
    if (this.#random.chance(0.1)) return STRING;
    return this.#random.pick(this.#random.chance(0.5) ? this.#values : PLAIN);
  }
}
