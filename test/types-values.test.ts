// Values that do not fit their C types: the error says where, and nothing is called.

import {
  array,
  bits,
  callback,
  enumeration,
  inout,
  out,
  pointer,
  string,
  struct,
  union,
} from '../lib';
import { useCountedCalls } from './abi/counting';
import { codedError } from './support/coded-error';

const Point = struct({ x: 'f64', y: 'f64' });
const Line = struct({ from: Point, to: Point, width: 'u8' });
const Color = enumeration({ RED: 0, GREEN: 1 });
const Flags = struct({ low: bits('u8', 3), signed: bits('i8', 5) });
const Number_ = union({ whole: 'i32', real: 'f32' });
const Named = struct({ name: 'string', values: array('i32', 2), color: Color });

const calls = useCountedCalls({
  point: { arguments: ['i32', Point] },
  line: { arguments: [Line] },
  points: { arguments: [array(Point, 2)] },
  numbers: { arguments: [array('i16', 3)] },
  any_numbers: { arguments: [array('u8')] },
  color: { arguments: [Color] },
  flags: { arguments: [Flags] },
  number: { arguments: [Number_] },
  named: { arguments: [Named] },
  text: { arguments: ['string'] },
  wide_text: { arguments: [string({ encoding: 'wide' })] },
  point_at: { arguments: [pointer(Point)] },
  result: { arguments: [out('i32')] },
  both: { arguments: [inout(Line)] },
  complex_number: { arguments: ['complex128'] },
  compare: { arguments: [callback({ arguments: ['i32'], return: 'i32' })] },
  nonblocking: { arguments: [Line], nonblocking: true },
  variadic: { arguments: ['i32'], variadic: true },
});

const zero = { x: 0, y: 0 };
const line = { from: zero, to: zero, width: 1 };
const named = { name: 'n', values: [1, 2], color: 'RED' };

const TYPE = 'ERR_INVALID_ARG_TYPE';
const RANGE = 'ERR_OUT_OF_RANGE';

/** What is called how, and which value of which type is complained about. */
const WRONG: readonly (readonly [
  name: string,
  values: readonly unknown[],
  code: typeof TYPE | typeof RANGE,
  where: string,
  wanted: string,
  given: unknown,
])[] = [
  ['point', [1, { x: 1, y: 'two' }], TYPE, 'argument 2.y', 'f64', 'two'],
  ['point', ['1', zero], TYPE, 'argument 1', 'i32', '1'],
  ['point', [1, null], TYPE, 'argument 2', 'struct { x, y }', null],
  ['point', [1, 7], TYPE, 'argument 2', 'struct { x, y }', 7],
  ['point', [1, { x: 1 }], TYPE, 'argument 2.y', 'f64', undefined],
  ['point', [1, { x: 1, Y: 2 }], TYPE, 'argument 2.y', 'f64', undefined],
  ['point', [1, { x: 1n, y: 2 }], TYPE, 'argument 2.x', 'f64', 1n],
  ['line', [{ ...line, to: { x: 0, y: null } }], TYPE, 'argument 1.to.y', 'f64', null],
  ['line', [{ ...line, width: 256 }], RANGE, 'argument 1.width', 'u8', 256],
  ['line', [{ ...line, from: 'here' }], TYPE, 'argument 1.from', 'struct { x, y }', 'here'],
  ['points', [[zero, { x: 0, y: true }]], TYPE, 'argument 1[1].y', 'f64', true],
  ['numbers', [[1, 2, 32768]], RANGE, 'argument 1[2]', 'i16', 32768],
  ['numbers', [[1, 2, '3']], TYPE, 'argument 1[2]', 'i16', '3'],
  ['numbers', [[1, 2]], RANGE, 'argument 1', 'array(i16, 3)', [1, 2]],
  ['numbers', [[1, 2, 3, 4]], RANGE, 'argument 1', 'array(i16, 3)', [1, 2, 3, 4]],
  ['numbers', ['123'], TYPE, 'argument 1', 'array(i16, 3)', '123'],
  ['any_numbers', [[1, -1]], RANGE, 'argument 1[1]', 'u8', -1],
  ['color', ['BLUE'], TYPE, 'argument 1', 'enumeration', 'BLUE'],
  ['color', ['red'], TYPE, 'argument 1', 'enumeration', 'red'],
  ['color', [0.5], RANGE, 'argument 1', 'i32', 0.5],
  ['flags', [{ low: 8, signed: 0 }], RANGE, 'argument 1.low', 'bits(u8, 3)', 8],
  ['flags', [{ low: 0, signed: -17 }], RANGE, 'argument 1.signed', 'bits(i8, 5)', -17],
  ['flags', [{ low: 0, signed: 16 }], RANGE, 'argument 1.signed', 'bits(i8, 5)', 16],
  [
    'number',
    [{ whole: 1, real: 1 }],
    TYPE,
    'argument 1',
    'union { whole, real }',
    expect.anything(),
  ],
  ['number', [{}], TYPE, 'argument 1', 'union { whole, real }', {}],
  ['number', [{ whole: 1.5 }], RANGE, 'argument 1.whole', 'i32', 1.5],
  ['named', [{ ...named, name: 'a\0b' }], RANGE, 'argument 1.name', 'string', 'a\0b'],
  ['named', [{ ...named, name: 5 }], TYPE, 'argument 1.name', 'string', 5],
  ['named', [{ ...named, values: [1] }], RANGE, 'argument 1.values', 'array(i32, 2)', [1]],
  ['named', [{ ...named, values: [1, null] }], TYPE, 'argument 1.values[1]', 'i32', null],
  ['named', [{ ...named, color: 'BLUE' }], TYPE, 'argument 1.color', 'enumeration', 'BLUE'],
  ['text', ['a\0b'], RANGE, 'argument 1', 'string', 'a\0b'],
  ['text', ['\0'], RANGE, 'argument 1', 'string', '\0'],
  ['text', [5], TYPE, 'argument 1', 'string', 5],
  ['wide_text', ['a\0b'], RANGE, 'argument 1', 'string', 'a\0b'],
  ['point_at', [{ x: 1, y: '2' }], TYPE, 'argument 1.y', 'f64', '2'],
  ['point_at', [5], TYPE, 'argument 1', 'struct { x, y }', 5],
  ['point_at', [-1n], RANGE, 'argument 1', 'pointer', -1n],
  ['result', [undefined], TYPE, 'argument 1', 'out', undefined],
  ['result', [5], TYPE, 'argument 1', 'out', 5],
  ['both', [{ value: { ...line, width: -1 } }], RANGE, 'argument 1.value.width', 'u8', -1],
  ['both', [{}], TYPE, 'argument 1.value', 'struct { from, to, width }', undefined],
  ['complex_number', [{ re: 1 }], TYPE, 'argument 1.im', 'f64', undefined],
  ['complex_number', [1], TYPE, 'argument 1', 'struct { re, im }', 1],
  ['compare', ['function'], TYPE, 'argument 1', 'callback', 'function'],
  ['compare', [{}], TYPE, 'argument 1', 'callback', {}],
  ['variadic', [1, ['u8', 256]], RANGE, 'argument 2', 'u8', 256],
  ['variadic', [1, ['i32', 1], ['i32', '1']], TYPE, 'argument 3', 'i32', '1'],
  ['variadic', [1, [Point, { x: 1, y: '1' }]], TYPE, 'argument 2.y', 'f64', '1'],
  ['variadic', ['1', ['i32', 1]], TYPE, 'argument 1', 'i32', '1'],
];

describe('a value of the wrong type', () => {
  const titled = WRONG.map((row) => [`${row[0]}: ${row[3]} is no ${row[4]}`, ...row] as const);

  test.each(titled)('%s', (_title, name, values, code, where, wanted, given) => {
    const before = calls.count;
    const argument = Number(/\d/.exec(where)![0]) - 1;
    const message = `${name}: ${where} is ${wanted}: it must be `;
    const facts = { message, symbol: name, argument, wanted, given };
    expect(calls.errorOf(name, values)).toEqual(codedError(code, facts));
    expect(calls.count).toBe(before);
  });

  test('rejects the promise of a nonblocking function, and calls nothing', async () => {
    const before = calls.count;
    const promise = calls.exchange.function('nonblocking')({ ...line, to: { x: 1, y: 'two' } });
    await expect(promise).rejects.toEqual(
      codedError(TYPE, { message: 'nonblocking: argument 1.to.y is f64', argument: 0 }),
    );
    expect(calls.count).toBe(before);
  });
});

describe('a structure given as bytes', () => {
  test('has as many as the structure', () => {
    expect(calls.errorOf('line', [new Uint8Array(40)])).toBeUndefined();
    expect(calls.errorOf('line', [new Uint8Array(39)])).toEqual(
      codedError(RANGE, { message: 'line: argument 1 is struct { from, to, width }: it must be' }),
    );
  });
});

describe('too few and too many arguments', () => {
  test.each([
    ['point', [1], 'point: takes 2 arguments, not 1'],
    ['point', [1, zero, 1], 'point: takes 2 arguments, not 3'],
    ['line', [], 'line: takes 1 argument, not 0'],
    ['compare', [() => 0, 1], 'compare: takes 1 argument, not 2'],
    ['result', [], 'result: takes 1 argument, not 0'],
    ['variadic', [], 'variadic: takes '],
  ])('%s(...%j) throws', (name, values, message) => {
    const before = calls.count;
    expect(calls.errorOf(name, values)).toEqual(codedError(TYPE, { message, symbol: name }));
    expect(calls.count).toBe(before);
  });
});

describe('a variable argument', () => {
  const MUST_BE_PAIR = 'variadic: argument 2 must be a pair of a type and a value, not ';

  test.each([[5], ['i32'], [[]], [['i32']], [['i32', 1, 2]], [null], [{ 0: 'i32', 1: 5 }]])(
    'that is %j is no pair of a type and a value',
    (pair) => {
      const before = calls.count;
      const facts = { message: MUST_BE_PAIR, symbol: 'variadic', argument: 1 };
      expect(calls.errorOf('variadic', [1, pair])).toEqual(codedError(TYPE, facts));
      expect(calls.count).toBe(before);
    },
  );

  test.each([['int33'], [5], [null], [{}], ['void']])('has no type %j', (type) => {
    const before = calls.count;
    const facts = { message: 'variadic: argument 2: ', symbol: 'variadic' };
    const error = calls.errorOf('variadic', [1, [type, 1]]);
    expect(error).toEqual(codedError('ERR_SYMBOL_DEFINITION', facts));
    expect(calls.count).toBe(before);
  });
});
