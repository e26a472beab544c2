// Numbers, booleans and enumerations.

import { ACCEPTED } from '../ctypes/accepted';
import { isCharSigned } from '../ctypes/platform';
import type { Bits, Enumeration, Field, Scalar, ScalarName, Widened } from '../ctypes/type';
import type { Codec } from './codec';
import { Misfit } from './misfit';
import type { Place } from './scratch';

interface Representation {
  get(view: DataView, offset: number): unknown;
  /** Returns false for a value of another type, undefined for one out of range. */
  set(view: DataView, offset: number, value: unknown): boolean | undefined;
}

type Narrow = 'Int8' | 'Uint8' | 'Int16' | 'Uint16' | 'Int32' | 'Uint32';

/** Up to 32 bits, with the methods that DataView has for them. */
function narrow(min: number, max: number, kind: Narrow): Representation {
  return {
    get: (view, offset) => view[`get${kind}`](offset, true),
    set: (view, offset, value) => {
      if (typeof value !== 'number') return false;
      if (!(Number.isInteger(value) && value >= min && value <= max)) return undefined;
      view[`set${kind}`](offset, value, true);
      return true;
    },
  };
}

/** 64 bits: a bigint, or a number that is exactly one integer. */
function wide(isSigned: boolean): Representation {
  return {
    get: (view, offset) =>
      isSigned ? view.getBigInt64(offset, true) : view.getBigUint64(offset, true),
    set: (view, offset, value) => {
      if (typeof value !== 'number' && typeof value !== 'bigint') return false;
      if (typeof value === 'number' && !Number.isSafeInteger(value)) return undefined;
      const big = BigInt(value);
      const fits = (isSigned ? BigInt.asIntN(64, big) : BigInt.asUintN(64, big)) === big;
      if (!fits) return undefined;
      view.setBigInt64(offset, big, true);
      return true;
    },
  };
}

function floating(kind: 'Float32' | 'Float64'): Representation {
  return {
    get: (view, offset) => view[`get${kind}`](offset, true),
    set: (view, offset, value) => {
      if (typeof value !== 'number') return false;
      view[`set${kind}`](offset, value, true);
      return true;
    },
  };
}

const BOOL: Representation = {
  get: (view, offset) => view.getUint8(offset) !== 0,
  set: (view, offset, value) => {
    if (typeof value !== 'boolean' && typeof value !== 'number') return false;
    if (typeof value === 'number' && value !== 0 && value !== 1) return undefined;
    view.setUint8(offset, Number(value));
    return true;
  },
};

const U8 = narrow(0, 0xff, 'Uint8');
const I8 = narrow(-0x80, 0x7f, 'Int8');

const REPRESENTATIONS: Readonly<Record<ScalarName, Representation>> = {
  bool: BOOL,
  char: isCharSigned ? I8 : U8,
  i8: I8,
  u8: U8,
  i16: narrow(-0x8000, 0x7fff, 'Int16'),
  u16: narrow(0, 0xffff, 'Uint16'),
  i32: narrow(-0x80000000, 0x7fffffff, 'Int32'),
  u32: narrow(0, 0xffffffff, 'Uint32'),
  i64: wide(true),
  u64: wide(false),
  isize: wide(true),
  usize: wide(false),
  f32: floating('Float32'),
  f64: floating('Float64'),
};

function writeScalar({ name }: Scalar, { memory, offset }: Place, value: unknown): void {
  const done = REPRESENTATIONS[name].set(memory.view, offset, value);
  if (done === true) return;
  const code = done === false ? 'ERR_INVALID_ARG_TYPE' : 'ERR_OUT_OF_RANGE';
  throw new Misfit(code, name, ACCEPTED[name], value);
}

function readScalar({ name }: Scalar, { memory, offset }: Place): unknown {
  return REPRESENTATIONS[name].get(memory.view, offset);
}

export function scalarCodec(type: Scalar): Codec {
  return {
    type,
    write: (place, value) => {
      writeScalar(type, place, value);
    },
    read: (place) => readScalar(type, place),
  };
}

export function widenedCodec(type: Widened): Codec {
  return {
    type,
    write: (place, value) => {
      writeScalar(type.base, place, typeof value === 'bigint' ? Number(value) : value);
    },
    read: (place) => BigInt(readScalar(type.base, place) as number),
  };
}

export function enumerationCodec(type: Enumeration): Codec {
  const { base, byName, byValue } = type;
  return {
    type,
    write: (place, value) => {
      const number = typeof value === 'string' ? byName.get(value) : value;
      if (number === undefined || (typeof number !== 'number' && typeof number !== 'bigint')) {
        const names = [...byName.keys()].join(', ');
        throw new Misfit('ERR_INVALID_ARG_TYPE', 'enumeration', `${names} or a number`, value);
      }
      writeScalar(base, place, number);
    },
    read: (place) => {
      const exact = readScalar(base, place);
      const number = Number(exact);
      // A bigint that no number is exactly has no name either.
      return Number.isSafeInteger(number) ? (byValue.get(number) ?? number) : exact;
    },
  };
}

/** A bit-field: `place` is its storage, of which it has some bits. */
export function bitsCodec(type: Bits | Scalar, bits: NonNullable<Field['bits']>): Codec {
  const base = type.kind === 'bits' ? type.base : type;
  const { shift, width } = bits;
  const isSigned = base.name.startsWith('i');
  const wrap = (count: number, value: bigint) =>
    isSigned ? BigInt.asIntN(count, value) : BigInt.asUintN(count, value);
  const bytes = Math.ceil((shift + width) / 8);
  return {
    type,
    write: ({ memory, offset }, value) => {
      const given = checkBits(base, value);
      if (wrap(width, given) !== given) {
        const limits = [
          wrap(width, isSigned ? 1n << BigInt(width - 1) : 0n),
          lastOf(width, isSigned),
        ];
        const accepted = `an integer from ${limits.join(' to ')}`;
        throw new Misfit('ERR_OUT_OF_RANGE', `bits(${base.name}, ${width})`, accepted, value);
      }
      const mask = (1n << BigInt(width)) - 1n;
      const old = readBytes(memory.bytes, offset, bytes);
      const others = old & ~(mask << BigInt(shift));
      writeBytes(memory.bytes, offset, bytes, others | ((given & mask) << BigInt(shift)));
    },
    read: ({ memory, offset }) => {
      const value = wrap(width, readBytes(memory.bytes, offset, bytes) >> BigInt(shift));
      if (base.name === 'bool') return value !== 0n;
      return base.size === 8 ? value : Number(value);
    },
  };
}

function lastOf(width: number, isSigned: boolean): bigint {
  return (1n << BigInt(isSigned ? width - 1 : width)) - 1n;
}

function checkBits(base: Scalar, value: unknown): bigint {
  const isInteger = typeof value === 'number' && Number.isSafeInteger(value);
  if (typeof value === 'bigint' || isInteger || typeof value === 'boolean') return BigInt(value);
  throw new Misfit('ERR_INVALID_ARG_TYPE', base.name, 'an integer', value);
}

function readBytes(bytes: Uint8Array, offset: number, count: number): bigint {
  let value = 0n;
  for (let i = count - 1; i >= 0; --i) value = (value << 8n) | BigInt(bytes[offset + i] ?? 0);
  return value;
}

function writeBytes(bytes: Uint8Array, offset: number, count: number, value: bigint): void {
  for (let i = 0; i < count; ++i) bytes[offset + i] = Number((value >> BigInt(8 * i)) & 0xffn);
}
