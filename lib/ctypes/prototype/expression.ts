// Integer constant expressions, with the sizes and signs of C's types.

import type { Grammar } from './grammar';
import { integerOf, type Integer } from './integer';
import type { Token } from './tokens';

type Operation = (left: bigint, right: bigint) => bigint;

interface Operator {
  /** The higher, the more tightly it binds. */
  readonly rank: number;
  readonly apply: Operation;
}

const OPERATORS: ReadonlyMap<string, Operator> = new Map([
  ['|', { rank: 1, apply: (left, right) => left | right }],
  ['^', { rank: 2, apply: (left, right) => left ^ right }],
  ['&', { rank: 3, apply: (left, right) => left & right }],
  ['<<', { rank: 4, apply: (left, right) => left << right }],
  ['>>', { rank: 4, apply: (left, right) => left >> right }],
  ['+', { rank: 5, apply: (left, right) => left + right }],
  ['-', { rank: 5, apply: (left, right) => left - right }],
  ['*', { rank: 6, apply: (left, right) => left * right }],
  ['/', { rank: 6, apply: (left, right) => left / right }],
  ['%', { rank: 6, apply: (left, right) => left % right }],
]);

const UNARY: ReadonlyMap<string, (operand: bigint) => bigint> = new Map([
  ['-', (operand) => -operand],
  ['+', (operand) => operand],
  ['~', (operand) => ~operand],
]);

export function parseExpression(grammar: Grammar): bigint {
  return parseBinary(grammar, 0).value;
}

/** Takes the operators that bind more tightly than `above`, and no others. */
function parseBinary(grammar: Grammar, above: number): Integer {
  const { cursor } = grammar;
  let left = parseUnary(grammar);
  for (;;) {
    const { token } = cursor;
    const operator = OPERATORS.get(token.text);
    if (operator === undefined || operator.rank <= above) return left;
    cursor.next();
    const right = parseBinary(grammar, operator.rank);
    left = combine(grammar, token, operator, left, right);
  }
}

function combine(
  { cursor: { source } }: Grammar,
  { text, at }: Token,
  { apply }: Operator,
  left: Integer,
  right: Integer,
): Integer {
  if (text === '<<' || text === '>>') {
    const isSane = right.value >= 0n && right.value < left.bits;
    if (!isSane) throw source.error(at, `a shift by ${right.value} bits`);
    return fit(apply(left.value, right.value), left);
  }
  if ((text === '/' || text === '%') && right.value === 0n)
    throw source.error(at, 'a division by zero');
  const type = commonType(left, right);
  return fit(apply(fit(left.value, type).value, fit(right.value, type).value), type);
}

function parseUnary(grammar: Grammar): Integer {
  const { cursor } = grammar;
  return cursor.nested(() => {
    const apply = UNARY.get(cursor.token.text);
    if (apply !== undefined) {
      cursor.next();
      const operand = parseUnary(grammar);
      return fit(apply(operand.value), operand);
    }
    if (!cursor.accept('(')) return parsePrimary(grammar);
    const inner = parseBinary(grammar, 0);
    cursor.expect(')');
    return inner;
  });
}

function parsePrimary(grammar: Grammar): Integer {
  const { cursor, scope } = grammar;
  const { kind, text, at } = cursor.token;
  if (text === 'sizeof') return parseSizeof(grammar);
  const value = kind === 'name' ? named(scope.constants.get(text)) : integerOf(text);
  if (value !== undefined) {
    cursor.next();
    return value;
  }
  if (kind !== 'name') throw cursor.unexpected('an integer constant');
  throw cursor.source.error(at, `"${text}" is no constant that is known`);
}

function named(value: bigint | undefined): Integer | undefined {
  if (value === undefined) return undefined;
  const isInt = BigInt.asIntN(32, value) === value;
  const isLong = BigInt.asIntN(64, value) === value;
  return { value, bits: isInt ? 32 : 64, unsigned: !isLong };
}

function parseSizeof(grammar: Grammar): Integer {
  const { cursor } = grammar;
  const { at } = cursor.next();
  cursor.expect('(', ' and a type');
  const { type: base } = grammar.specifiers();
  const { type } = grammar.declarator(base);
  cursor.expect(')');
  return { value: BigInt(grammar.sizeOf(type, at)), bits: 64, unsigned: true };
}

function commonType(left: Integer, right: Integer): Integer {
  if (left.bits !== right.bits) return left.bits > right.bits ? left : right;
  return left.unsigned ? left : right;
}

/** A value as its type holds it: without the bits above. */
function fit(value: bigint, { bits, unsigned }: Integer): Integer {
  const held = unsigned ? BigInt.asUintN(bits, value) : BigInt.asIntN(bits, value);
  return { value: held, bits, unsigned };
}
