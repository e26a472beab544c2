// A C type as both sides know it.

import type { AnyType } from '../../lib';
import type { Random } from './random';

/**
 * Each value crosses twice: in the way that is tested, and taken apart into words of 64 bits, which
 * C reads and writes member by member. Where the two differ, one side is wrong.
 */
export interface Kind {
  /** For the names of tests. */
  readonly title: string;
  /** What the library is told. */
  readonly type: AnyType;
  /** What C needs to know before it knows the type, in order. */
  readonly definitions: readonly string[];
  /** What a variable argument of the type becomes, where that is another type. */
  readonly promoted?: string;
  /** The C declaration of something of this type. */
  declare(name: string): string;
  /** C statements that put the value at `place` into words. */
  put(place: string): string;
  /** C statements that make the value at `place` of words. */
  take(place: string): string;
  sample(random: Random): unknown;
  /** Throws when no JavaScript value of the type looks like this. */
  words(value: unknown): bigint[];
}

/** A kind with one value after the other that is worth a test of its own. */
export interface ScalarKind extends Kind {
  readonly limits: readonly unknown[];
}

/** A C name that no other type has. */
export function newName(): string {
  return `t${++names}`;
}
let names = 0;
