// Structures and unions of every size and class that a calling convention tells apart.

import { POINTER } from './addresses';
import { arrayOf, bitsOf, structure, unionOf, type MemberKinds } from './aggregates';
import type { Kind } from './kind';
import * as s from './scalars';

const { I8, U8, I16, U16, I32, U32, I64, U64, F32, F64 } = s;
const [BOOL] = s.SCALARS;

function counts(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_value, index) => from + index);
}

/** Members with the names a, b, c and so on. */
function members(...kinds: readonly Kind[]): MemberKinds {
  return Object.fromEntries(kinds.map((kind, index) => [`m${index}`, kind]));
}

function of(...kinds: readonly Kind[]): Kind {
  return structure(members(...kinds));
}

function packed(...kinds: readonly Kind[]): Kind {
  return structure(members(...kinds), { packed: true });
}

/** As few as fit, the largest first: floating-point numbers and integers in turn. */
function fill(size: number): Kind[] {
  const kinds: Kind[] = [];
  let left = size;
  while (left >= 8) {
    kinds.push(kinds.length % 2 === 0 ? F64 : I64);
    left -= 8;
  }
  if (left >= 4) kinds.push(kinds.length % 2 === 0 ? F32 : U32);
  if (left % 4 >= 2) kinds.push(I16);
  if (left % 2 === 1) kinds.push(I8);
  return kinds;
}

/** Of each size: bytes, and a mixture that is packed, all members where they belong and not. */
const SIZES: readonly Kind[] = [
  ...counts(1, 64).map((size) => of(arrayOf(U8, size))),
  ...counts(1, 16).map((size) => packed(...fill(size))),
  ...counts(3, 16).map((size) => packed(...fill(size).reverse())),
];

/** Several members of one kind. */
const UNIFORM: readonly Kind[] = [
  ...counts(1, 8).map((count) => of(...counts(1, count).map(() => F32))),
  ...counts(1, 8).map((count) => of(...counts(1, count).map(() => F64))),
  ...counts(1, 5).map((count) => of(...counts(1, count).map(() => I32))),
  ...counts(1, 4).map((count) => of(...counts(1, count).map(() => I64))),
  ...[3, 4, 5].map((count) => of(arrayOf(F32, count))),
  ...[2, 3].map((count) => of(arrayOf(F64, count))),
];

/** Floating-point numbers, integers and gaps, in one and in two registers. */
const MIXED: readonly Kind[] = [
  ...[of(F32, I32), of(I32, F32), of(F64, I64), of(I64, F64), of(F64, F32), of(F32, F64)],
  ...[of(F32, F32, I32), of(I32, F32, F32), of(F32, F32, F32, I32), of(F32, I32, F32, F32)],
  ...[of(I8, F64), of(F64, I8), of(I8, I64), of(U8, U16, U32), of(U8, F32, U8), of(I16, F32, F64)],
  ...[of(BOOL!, F32), of(s.COLOR, F64), of(POINTER, F32), of(F64, POINTER), of(I64, F64, I64)],
  ...[of(F32, F64, F32), of(F64, I64, F32), of(U64, U8), of(I16, I16, I16), of(U8, U8, I16, F32)],
];

const PAIR = of(F32, F32);
const POINT = of(F64, F64);
const SMALL = of(I8, I32);

const NESTED: readonly Kind[] = [
  ...[of(PAIR), of(PAIR, PAIR), of(PAIR, F32), of(F32, PAIR), of(I32, PAIR), of(POINT, F32)],
  ...[
    of(of(of(F64))),
    of(SMALL, I8),
    of(SMALL, SMALL),
    of(arrayOf(SMALL, 2)),
    of(arrayOf(PAIR, 2)),
  ],
  ...[of(arrayOf(arrayOf(I16, 3), 2), U8), of(PAIR, POINT), of(POINT, arrayOf(SMALL, 3))],
  ...[packed(U8, PAIR), packed(U8, SMALL, F64), of(packed(U8, U32), U8)],
];

const COMPLEX: readonly Kind[] = [
  ...[s.COMPLEX64, s.COMPLEX128, of(s.COMPLEX64), of(s.COMPLEX128), of(s.COMPLEX64, F32)],
  ...[of(F32, s.COMPLEX64), of(I32, s.COMPLEX64), of(s.COMPLEX128, I8)],
];

/** The union by each of its members. */
function each(all: MemberKinds, options = {}): Kind[] {
  return Object.keys(all).map((active) => unionOf(all, active, options));
}

function aligned(align: number, ...kinds: readonly Kind[]): Kind {
  return structure(members(...kinds), { align });
}

const ALIGNED: readonly Kind[] = [
  ...[aligned(2, U8), aligned(4, U8), aligned(8, U8), aligned(8, F32), aligned(8, I32, F32)],
  ...[structure(members(U8, U32), { packed: true, align: 4 }), of(I8, aligned(4, I8))],
  ...[of(aligned(8, F32), F32), of(F32, aligned(8, F32)), of(aligned(8, I32), F32)],
];

/** Those that begin at addresses of their own. */
const WELL_ALIGNED: readonly Kind[] = [
  ...[aligned(16, F64), aligned(16, I64), aligned(16, F32), aligned(16, F64, F64)],
  ...[
    aligned(16, I64, I64),
    aligned(16, I64, F64),
    aligned(16, F64, I64),
    aligned(16, I64, I64, I8),
  ],
  of(I8, aligned(16, I8)),
  ...[of(aligned(16, I64), I64), ...each(members(F32), { align: 16 })],
  structure(members(U8, F64), { packed: true, align: 16 }),
];

const BITS: readonly Kind[] = [
  ...[of(bitsOf(I32, 1)), of(bitsOf(U32, 31), bitsOf(U32, 1)), of(bitsOf(I8, 3), bitsOf(U8, 5))],
  ...[
    of(bitsOf(U32, 20), bitsOf(U32, 20)),
    of(bitsOf(I64, 33), bitsOf(U64, 31)),
    of(bitsOf(I64, 64)),
  ],
  ...[of(bitsOf(I64, 40), bitsOf(I64, 40)), of(U8, bitsOf(U32, 8), U16), of(F32, bitsOf(I32, 7))],
  ...[
    of(bitsOf(I32, 7), F32),
    of(F64, bitsOf(U16, 9)),
    of(bitsOf(U8, 7), bitsOf(U16, 9), bitsOf(U32, 16)),
  ],
  ...[
    of(bitsOf(BOOL!, 1), bitsOf(BOOL!, 1), U8),
    of(bitsOf(U32, 3), bitsOf(U32, 0), bitsOf(U32, 3)),
  ],
  ...[of(I16, bitsOf(U8, 0), I8), of(U8, bitsOf(I32, 24)), of(U8, U8, bitsOf(U16, 12), F32)],
];

const PACKED_BITS: readonly Kind[] = [
  ...each(members(bitsOf(U32, 5), U8), { packed: true }),
  ...[
    packed(bitsOf(U32, 3), bitsOf(U32, 30)),
    packed(U8, bitsOf(I32, 8)),
    packed(U8, bitsOf(U32, 25)),
  ],
  ...[
    packed(bitsOf(I64, 7), bitsOf(I64, 60), F32),
    packed(bitsOf(U8, 6), bitsOf(U8, 6), bitsOf(U8, 6)),
  ],
  ...[packed(bitsOf(U16, 3), F32), packed(F32, bitsOf(U16, 3), F32)],
];

const UNIONS: readonly Kind[] = [
  ...each(members(I32, F32)),
  ...each(members(I64, F64)),
  ...each(members(F32, F64)),
  ...each(members(U8, arrayOf(F32, 3))),
  ...each(members(POINT, I8)),
  ...each(members(arrayOf(F32, 2), PAIR)),
  ...each(members(arrayOf(U8, 9), I16)),
  ...each(members(arrayOf(I64, 3), F64)),
  ...each(members(U8, F64), { packed: true }),
  ...each(members(F32, arrayOf(U8, 5)), { packed: true }),
  ...each(members(bitsOf(U32, 5), U8)),
  of(unionOf(members(I32, F32), 'm1'), F32),
  of(F32, unionOf(members(F32, arrayOf(F32, 2)), 'm1')),
];

export type Catalogue = Readonly<Record<string, readonly Kind[]>>;

export const CATALOGUE: Catalogue = {
  'of every size': SIZES,
  'of one type': UNIFORM,
  'of several types': MIXED,
  'with structures inside': NESTED,
  'with complex numbers': COMPLEX,
  'with an alignment': ALIGNED,
  'with bit-fields': BITS,
  'that are unions': UNIONS,
};

export const PACKED_BITS_CATALOGUE: Catalogue = { 'with packed bit-fields': PACKED_BITS };

export const WELL_ALIGNED_CATALOGUE: Catalogue = { 'with a large alignment': WELL_ALIGNED };
