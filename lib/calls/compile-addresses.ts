// The code of arguments that are addresses: of buffers and of texts.

import { GIVE_UP, NOTHING, type ArgumentCode } from './argument-code';
import { SCRATCH } from './scratch';

/** In characters. Comparing and copying a longer text would take too long to be worth its memory. */
const LONGEST_KEPT = 4096;

/** Where the values change all the time keeping them is in vain, so only so many of 64 are kept. */
const TRIES = 2;

function isWorthKeeping(misses: string): string {
  return `(${misses} = (${misses} + 1) & 63) < ${TRIES}`;
}

/**
 * Asking for the address of a buffer is a call of its own, so the last one is remembered, together
 * with a view of its memory that only this code has: of that one nobody can change the length, and
 * it is 0 once the memory is gone.
 */
export function addressCode(name: string, at: number, takesNumbers: boolean): ArgumentCode {
  const [low, high] = [`u32[${at / 4}]`, `u32[${at / 4 + 1}]`];
  const [kept, bytes] = [`${name}Kept`, `${name}Bytes`];
  return {
    ...NOTHING,
    memory: `let ${kept} = {}, ${bytes} = NO_BYTES, ${name}Low = 0, ${name}High = 0, ${name}Misses = 0;`,
    store: `${takesNumbers ? numberCode(name, at) : ''}if (${name} === ${kept} && ${bytes}.length !== 0) {
      ${low} = ${name}Low; ${high} = ${name}High;
    } else if (${name} === null) {
      ${low} = 0; ${high} = 0;
    } else if (!putAddress(${name}, ${at / 8})) {
      ${GIVE_UP}
    } else if (${isWorthKeeping(`${name}Misses`)}) {
      const found = smallBytesOf(${name});
      if (found.length !== 0) {
        ${kept} = ${name}; ${bytes} = found; ${name}Low = ${low}; ${name}High = ${high};
      }
    }`,
  };
}

function numberCode(name: string, at: number): string {
  return `if (typeof ${name} === 'bigint') {
      if (asUintN(64, ${name}) !== ${name}) ${GIVE_UP}
      u64[${at / 8}] = ${name};
    } else `;
}

/** Encoding a text takes longer than the call. One that comes again is copied from the last time. */
export function textCode(name: string, at: number): ArgumentCode {
  const word = (at - SCRATCH.registers) / 8;
  return {
    ...NOTHING,
    memory: `let ${name}Kept, ${name}Misses = 0;`,
    check: `if (typeof ${name} !== 'string' && ${name} !== null) ${GIVE_UP}`,
    store: `u32[${SCRATCH.textWord / 4}] = ${word};`,
    crossing: crossingCode(name, at),
    isText: true,
  };
}

// Texts of one length that differ at their ends only take long to compare, so it is not tried where
// they change all the time.
function crossingCode(name: string, at: number): string {
  const misses = `${name}Misses`;
  return `if (${misses} < ${TRIES} && ${name} === ${name}Kept) {
      ${misses} = 0;
      text = callWithKeptText();
    } else if (${name} === null) {
      u32[${at / 4}] = 0;
      u32[${at / 4 + 1}] = 0;
      text = CALL;
    } else if (${isWorthKeeping(misses)} && ${name}.length <= ${LONGEST_KEPT}) {
      ${name}Kept = ${name};
      text = callAndKeepText(${name});
    } else {
      text = callWithText(${name});
    }`;
}
