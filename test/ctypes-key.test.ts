// When two types are the same type, which decides whether a symbol may be added twice.

import { array, callback, DynamicReload, enumeration, pointer, struct, type CType } from '../lib';
import { codedError } from './support/coded-error';
import { fixture } from './support/fixtures';

type Make = () => CType;

/** `count` structures, each with a pointer to each of them. */
function entangled(count: number): CType {
  const all: CType[] = [];
  for (let made = 0; made < count; made++) {
    const members = Array.from({ length: count }, (_, to) => [
      `p${to}`,
      pointer((): never => all[to] as never),
    ]);
    all.push(struct({ own: array('u8', made + 1), ...Object.fromEntries(members) } as never));
  }
  return all[0]!;
}

function nested(depth: number): CType {
  return depth === 0
    ? struct({ x: 'i32' })
    : struct({ a: pointer(nested(depth - 1)), b: pointer(nested(depth - 1)) });
}

function shared(depth: number): CType {
  if (depth === 0) return struct({ x: 'i32' });
  const inner = pointer(shared(depth - 1));
  return struct({ a: inner, b: inner });
}

function node(name: string, value: 'i32' | 'u32'): CType {
  const made: CType = struct({ [name]: value, next: pointer((): never => made as never) });
  return made;
}

function unrolled(): CType {
  const one: CType = struct({ v: 'i32', next: pointer((): never => other as never) });
  const other: CType = struct({ v: 'i32', next: pointer((): never => one as never) });
  return one;
}

const reloader = new DynamicReload();
afterAll(() => reloader.close());
let count = 0;

/** Adds a symbol with one type and then with the other. */
function addTwice(one: CType, other: CType) {
  const key = `symbol_${++count}`;
  const add = (type: CType) =>
    reloader.addLibrarySync(fixture('libcalls.so'), {
      symbols: { [key]: { name: 'do_nothing', arguments: [type] } },
    });
  add(one);
  return () => add(other);
}

describe('are the same', () => {
  test.each<[string, Make, Make]>([
    ['structures', () => struct({ x: 'i32' }), () => struct({ x: 'int' })],
    ['lists', () => node('v', 'i32'), () => node('v', 'i32')],
    ['a list and one of twice the length', () => node('v', 'i32'), unrolled],
    ['types made once and made again', () => shared(4), () => nested(4)],
    ['entangled structures', () => entangled(4), () => entangled(4)],
  ])('%s', (_what, one, other) => {
    expect(addTwice(pointer(one()), pointer(other()))).not.toThrow();
  });
});

describe('are not the same', () => {
  test.each<[string, Make, Make]>([
    ['members of other names', () => node('v', 'i32'), () => node('w', 'i32')],
    ['members of other types', () => node('v', 'i32'), () => node('v', 'u32')],
    ['alignments', () => struct({ x: 'i32' }), () => struct({ x: 'i32' }, { align: 8 })],
    ['lengths', () => array('i32', 2), () => array('i32', 3)],
    ['names', () => enumeration({ A: 1 }), () => enumeration({ B: 1 })],
    ['results', () => callback({ return: 'i32' }), () => callback({ arguments: ['i32'] })],
    ['what is far away', () => nested(3), () => nested(4)],
    ['sizes', () => entangled(4), () => entangled(5)],
  ])('%s', (_what, one, other) => {
    expect(addTwice(pointer(one()), pointer(other()))).toThrow(
      codedError('ERR_SYMBOL_DEFINITION', { message: 'with another definition' }),
    );
  });
});

test('many structures that all point to each other are no more work than their number', () => {
  expect(addTwice(pointer(entangled(40)), pointer(entangled(40)))).not.toThrow();
});
