// Every scalar type at its limits, on every way between JavaScript and C.

import { callback, inout, out, pointer } from '../lib';
import { structure } from './abi/aggregates';
import { useFixture } from './abi/exchange';
import { callee, caller, through, variadic, type FixtureFunction } from './abi/functions';
import type { Kind, ScalarKind } from './abi/kind';
import { COLOR, I64, SCALARS } from './abi/scalars';

const KINDS = [...SCALARS, COLOR].map((kind) => ({
  kind,
  holder: structure({ before: SCALARS[1]!, member: kind, after: SCALARS[1]! }),
}));

function functionsOf(kind: Kind, holder: Kind): FixtureFunction[] {
  const { title, type } = kind;
  const direct = { parameters: [kind], result: kind };
  const inStructure = { parameters: [holder], result: holder };
  return [
    callee(`identity_${title}`, direct),
    caller(`call_${title}`, direct),
    callee(`member_${title}`, inStructure),
    variadic(`variadic_${title}`, [kind, I64]),
    through(`pointer_${title}`, holder, pointer(holder.type)),
    through(`out_${title}`, kind, out(type)),
    through(`inout_${title}`, kind, inout(type)),
  ];
}

const VARIABLES = KINDS.map(({ kind }) => ({
  kinds: [kind],
  source: `
${kind.declare(`variable_${kind.title}`)};
void read_${kind.title}(void) { begin(); ${kind.put(`variable_${kind.title}`)} }
void write_${kind.title}(void) { begin(); ${kind.take(`variable_${kind.title}`)} }`,
}));

const exchange = useFixture(
  KINDS.flatMap(({ kind, holder }) => functionsOf(kind, holder)),
  {
    further: VARIABLES,
    symbols: Object.fromEntries(
      KINDS.flatMap(({ kind: { title, type } }) => [
        [`variable_${title}`, { type }],
        [`read_${title}`, {}],
        [`write_${title}`, {}],
      ]),
    ),
  },
);

/** The limits, each with another one. */
function pairs({ limits }: ScalarKind): [unknown, unknown][] {
  return limits.map((value, index) => [value, limits.at(index - 1)]);
}

describe.each(KINDS)('$kind.title', ({ kind, holder }) => {
  const { title, limits } = kind;

  test('arrives as an argument and as a result', () => {
    const signature = { parameters: [kind], result: kind };
    for (const [value, answer] of pairs(kind)) {
      const { given, arrived } = exchange.call(`identity_${title}`, signature, [value], answer);
      expect(arrived).toEqual(given);
    }
  });

  test('arrives in a callback and comes back from it', () => {
    const signature = { parameters: [kind], result: kind };
    for (const [value, answer] of pairs(kind)) {
      const { given, arrived } = exchange.callBack(`call_${title}`, signature, [value], answer);
      expect(arrived).toEqual(given);
    }
  });

  test('arrives as a member of a structure', () => {
    const signature = { parameters: [holder], result: holder };
    for (const [member, other] of pairs(kind)) {
      const [value, answer] = [member, other].map((one) => ({ before: -1, member: one, after: 1 }));
      const { given, arrived } = exchange.call(`member_${title}`, signature, [value], answer);
      expect(arrived).toEqual(given);
    }
  });

  test('arrives as a variable argument', () => {
    for (const value of limits) {
      exchange.function(`variadic_${title}`)(1, [kind.type, value], ['i64', -1n]);
      expect(exchange.received).toEqual([1n, ...kind.words(value), ...I64.words(-1n)]);
    }
  });

  test('is read through a pointer to a structure', () => {
    for (const member of limits) {
      const value = { before: -1, member, after: 1 };
      exchange.function(`pointer_${title}`)(value);
      expect(exchange.received).toEqual(holder.words(value));
    }
  });

  test('comes out through a pointer', () => {
    for (const value of limits) {
      const holder: { value?: unknown } = {};
      exchange.send(kind.words(value));
      exchange.function(`out_${title}`)(holder);
      expect(holder.value).toBe(value);
    }
  });

  test('goes in and comes out through a pointer', () => {
    for (const [value, answer] of pairs(kind)) {
      const holder = { value };
      exchange.send(kind.words(answer));
      exchange.function(`inout_${title}`)(holder);
      expect(exchange.received).toEqual(kind.words(value));
      expect(holder.value).toBe(answer);
    }
  });

  test('is read and written as a variable', () => {
    for (const [value, answer] of pairs(kind)) {
      exchange.symbols[`variable_${title}`] = value;
      exchange.function(`read_${title}`)();
      expect(exchange.received).toEqual(kind.words(value));
      exchange.send(kind.words(answer));
      exchange.function(`write_${title}`)();
      expect(exchange.symbols[`variable_${title}`]).toBe(answer);
    }
  });
});

// What is narrower than a register arrives in one whose other bits may be anything.
const DIRTY = '0x5affffff5afffefe';
const CLEAN = [
  ['bool', true],
  ['i8', -2],
  ['u8', 0xfe],
  ['i16', -258],
  ['u16', 0xfefe],
  ['i32', 0x5afffefe],
  ['u32', 0x5afffefe],
] as const;

describe('what a register has beyond the type', () => {
  const dirty = useFixture([], {
    further: [
      {
        kinds: [],
        source: `int64_t result(void) { return ${DIRTY}; }
          void pass(void (*callback)(int64_t)) { callback(${DIRTY}); }`,
      },
    ],
    symbols: Object.fromEntries(
      CLEAN.flatMap(([type]) => [
        [`result_${type}`, { name: 'result', return: type }],
        [`pass_${type}`, { name: 'pass', arguments: [callback({ arguments: [type] })] }],
      ]),
    ),
  });

  test.each(CLEAN)('is no part of a result of type %s', (type, value) => {
    expect(dirty.function(`result_${type}`)()).toBe(value);
  });

  test.each(CLEAN)('is no part of an argument of type %s of a callback', (type, value) => {
    const callee = jest.fn();
    dirty.function(`pass_${type}`)(callee);
    expect(callee).toHaveBeenCalledWith(value);
  });
});

test.each(['i64', 'u64', 'isize', 'usize'])('%s also takes safe integers', (type) => {
  const smallest = type.startsWith('i') ? Number.MIN_SAFE_INTEGER : 0;
  for (const value of [smallest, 0, 1, 2 ** 32, Number.MAX_SAFE_INTEGER]) {
    exchange.send(I64.words(BigInt(value)));
    expect(exchange.function(`identity_${type}`)(value)).toBe(BigInt(value));
    expect(exchange.received).toEqual(I64.words(BigInt(value)));
  }
});
