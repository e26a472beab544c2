// Integer and character constants.

/** A value of `int`, `unsigned`, `long` or `unsigned long`. */
export interface Integer {
  readonly value: bigint;
  readonly bits: 32 | 64;
  readonly unsigned: boolean;
}

const NUMBER = /^(0[xX][\da-fA-F]+|0[bB][01]+|\d+)([uU]?[lL]{0,2}|[lL]{1,2}[uU])$/;

const ESCAPES: Readonly<Record<string, number>> = {
  ...{ n: 10, t: 9, r: 13, a: 7, b: 8, f: 12, v: 11, e: 27 },
  ...{ '\\': 92, "'": 39, '"': 34, '?': 63 },
};

/** The value of a token; undefined when it is no integer, or none that C can hold. */
export function integerOf(text: string): Integer | undefined {
  if (text.startsWith("'")) return characterOf(text.slice(1, -1));
  const [, digits = '', suffix = ''] = NUMBER.exec(text) ?? [];
  const isOctal = /^0\d/.test(digits);
  if (digits === '' || digits.length > 66 || (isOctal && /[89]/.test(digits))) return undefined;
  const value = BigInt(isOctal ? `0o${digits.slice(1)}` : digits);
  return typed(value, suffix.toLowerCase(), /^[1-9]/.test(digits));
}

/** The first type of C's list that holds the value. Decimal ones stay signed without `u`. */
function typed(value: bigint, suffix: string, isDecimal: boolean): Integer | undefined {
  const isMarked = suffix.includes('u');
  for (const bits of suffix.includes('l') ? ([64] as const) : ([32, 64] as const)) {
    const holds = value < 1n << BigInt(bits - 1);
    if (holds && !isMarked) return { value, bits, unsigned: false };
    const holdsUnsigned = value < 1n << BigInt(bits);
    if (holdsUnsigned && (isMarked || !isDecimal)) return { value, bits, unsigned: true };
  }
  return undefined;
}

function characterOf(text: string): Integer | undefined {
  const [, escape] = /^\\(.*)$/s.exec(text) ?? [];
  if (escape === undefined) return text.length === 1 ? int(text.charCodeAt(0)) : undefined;
  if (Object.hasOwn(ESCAPES, escape)) return int(ESCAPES[escape] ?? 0);
  if (/^[0-7]{1,3}$/.test(escape)) return int(parseInt(escape, 8));
  return /^x[\da-fA-F]{1,2}$/.test(escape) ? int(parseInt(escape.slice(1), 16)) : undefined;
}

// A character is a `char`, of which the upper half may be negative: that depends on the system.
function int(code: number): Integer | undefined {
  return code > 127 ? undefined : { value: BigInt(code), bits: 32, unsigned: false };
}
