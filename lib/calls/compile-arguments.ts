// The code that checks and stores one argument.

import type { NativePlaceOfArgument } from '../../binding';
import { isCharSigned } from '../ctypes/platform';
import type { ScalarName, Structure, Type } from '../ctypes/type';
import { GIVE_UP, NOTHING, type ArgumentCode } from './argument-code';
import { addressCode, textCode } from './compile-addresses';
import type { Argument } from './plan';
import { SCRATCH } from './scratch';

/** Undefined for what the interpreter has to do. */
export function argumentCode({ type, place }: Argument, index: number): ArgumentCode | undefined {
  const name = `a${index}`;
  const [move] = place.moves;
  if (move === undefined || place.byReference) return undefined;
  const at = SCRATCH.registers + move.to;
  switch (type.kind) {
    case 'scalar':
      return { ...NOTHING, ...scalarCode(type.name, name, at) };
    case 'pointer':
      return addressCode(name, at, true);
    case 'buffer':
      return addressCode(name, at, false);
    case 'string':
      return type.encoding === 'utf8' ? textCode(name, at) : undefined;
    case 'structure':
      return structureCode(type, name, place);
    default:
      return undefined;
  }
}

type Statements = Pick<ArgumentCode, 'check' | 'store'>;

// How an integer of up to 32 bits looks to itself when it fits, and the view that it is stored with:
// all of a word's low half, since a register holds at least 32 bits.
const NARROW: Readonly<Partial<Record<ScalarName, readonly [fit: string, view: 'i32' | 'u32']>>> = {
  i8: ['$ << 24 >> 24', 'i32'],
  u8: ['$ & 255', 'i32'],
  i16: ['$ << 16 >> 16', 'i32'],
  u16: ['$ & 65535', 'i32'],
  i32: ['$ | 0', 'i32'],
  u32: ['$ >>> 0', 'u32'],
  char: [isCharSigned ? '$ << 24 >> 24' : '$ & 255', 'i32'],
};

/** For a whole word at byte `at`. `giveUp` is what to do with a value that does not fit. */
export function scalarCode(
  type: ScalarName,
  name: string,
  at: number,
  giveUp = GIVE_UP,
): Statements {
  const narrow = NARROW[type];
  if (narrow !== undefined) {
    const [fit, view] = narrow;
    const fits = fit.replaceAll('$', name);
    return {
      check: `if (typeof ${name} !== 'number' || (${fits}) !== ${name}) ${giveUp}`,
      store: `${view}[${at / 4}] = ${name};`,
    };
  }
  switch (type) {
    case 'bool':
      return {
        check: `if (${name} !== true && ${name} !== false) ${giveUp}`,
        store: `i32[${at / 4}] = ${name} ? 1 : 0;`,
      };
    case 'f32':
      return numberCode(name, `f32[${at / 4}]`, giveUp);
    case 'f64':
      return numberCode(name, `f64[${at / 8}]`, giveUp);
    case 'i64':
    case 'isize':
      return wideCode(name, at, 'asIntN', `!isSafeInteger(${name})`, giveUp);
    default:
      return wideCode(name, at, 'asUintN', `!isSafeInteger(${name}) || ${name} < 0`, giveUp);
  }
}

function numberCode(name: string, target: string, giveUp: string): Statements {
  return {
    check: `if (typeof ${name} !== 'number') ${giveUp}`,
    store: `${target} = ${name};`,
  };
}

function wideCode(
  name: string,
  at: number,
  fit: string,
  isNoNumber: string,
  giveUp: string,
): Statements {
  const word = at / 8;
  return {
    check:
      `if (typeof ${name} === 'bigint') { if (${fit}(64, ${name}) !== ${name}) ${giveUp} } ` +
      `else if (${isNoNumber}) ${giveUp}`,
    store:
      `if (typeof ${name} === 'bigint') i64[${word}] = ${name}; ` +
      `else { u32[${2 * word}] = ${name}; i32[${2 * word + 1}] = Math.floor(${name} / 4294967296); }`,
  };
}

/** A structure of numbers, by value. */
function structureCode(
  { fields }: Structure,
  name: string,
  place: NativePlaceOfArgument,
): ArgumentCode | undefined {
  const members = fields.map((field, index) => {
    const at = placeOf(field.offset, place);
    const isPlain = field.bits === undefined && at !== undefined;
    return isPlain ? memberCode(field.type, `${name}_${index}`, at) : undefined;
  });
  if (members.includes(undefined)) return undefined;
  const reads = fields.map(
    (field, index) => `const ${name}_${index} = ${name}[${JSON.stringify(field.name)}];`,
  );
  return {
    ...NOTHING,
    check: [
      `if (typeof ${name} !== 'object' || ${name} === null || isView(${name})) ${GIVE_UP}`,
      ...members.map((member, index) => `${reads[index] ?? ''} ${member?.check ?? ''}`),
    ].join('\n    '),
    store: members.map((member) => member?.store ?? '').join(' '),
  };
}

/** Where the byte `offset` of a value goes. */
function placeOf(offset: number, { moves }: NativePlaceOfArgument): number | undefined {
  const move = moves.find(({ from, size }) => offset >= from && offset < from + size);
  return move === undefined ? undefined : SCRATCH.registers + move.to + offset - move.from;
}

/** A member shares its word with others, so only its own bytes are written. */
function memberCode(type: Type, name: string, at: number): Statements | undefined {
  if (type.kind !== 'scalar' || type.size < 4 || at % type.size !== 0) return undefined;
  return scalarCode(type.name, name, at);
}
