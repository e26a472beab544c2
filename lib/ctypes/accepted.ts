// What each named type accepts, in the words of an error message.

import { types } from 'node:util';
import type { ScalarName } from './type';

/** Said of a buffer whose memory is gone. */
export const TRANSFERRED = 'a buffer that was not transferred or made too small';

const WIDE = 'or a safe integer';

export const ACCEPTED: Readonly<
  Record<ScalarName | 'pointer' | 'buffer' | 'function' | 'string', string>
> = {
  bool: 'a boolean, 0 or 1',
  i8: 'an integer from -128 to 127',
  u8: 'an integer from 0 to 255',
  i16: 'an integer from -32768 to 32767',
  u16: 'an integer from 0 to 65535',
  i32: 'an integer from -2147483648 to 2147483647',
  u32: 'an integer from 0 to 4294967295',
  i64: `a bigint from -2n**63n to 2n**63n-1n ${WIDE}`,
  u64: `a bigint from 0n to 2n**64n-1n ${WIDE}`,
  isize: `a bigint from -2n**63n to 2n**63n-1n ${WIDE}`,
  usize: `a bigint from 0n to 2n**64n-1n ${WIDE}`,
  f32: 'a number',
  f64: 'a number',
  char: 'the number of a char',
  pointer: 'a bigint address, an ArrayBuffer, a view of one or null',
  buffer: 'an ArrayBuffer, a view of one or null',
  function: 'a bigint address or null',
  string: 'a string without NUL characters or null',
};

/** The same, where it depends on what was given instead. */
export function acceptedOf(type: keyof typeof ACCEPTED, given: unknown): string {
  const takesBuffers = type === 'pointer' || type === 'buffer';
  const isBuffer = types.isArrayBuffer(given) || ArrayBuffer.isView(given);
  return takesBuffers && isBuffer ? TRANSFERRED : ACCEPTED[type];
}
