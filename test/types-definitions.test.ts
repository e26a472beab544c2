// Types that make no sense are refused where they are made.

import {
  array,
  bits,
  callback,
  DynamicReload,
  enumeration,
  inout,
  out,
  pointer,
  string,
  struct,
  union,
  type AnyType,
  type SymbolDefinitions,
} from '../lib';
import { codedError } from './support/coded-error';
import { fixture } from './support/fixtures';

const reloader = new DynamicReload();
afterAll(() => reloader.close());

/** As a program without type checks may write it. */
const wrong = (value: unknown) => value as AnyType;

test.each([
  [
    'an unknown name',
    () => struct({ a: wrong('int33') }),
    `struct: member "a": 'int33' is no type`,
  ],
  ['void as a member', () => struct({ a: wrong('void') }), 'only a result can be void'],
  ['no members', () => struct({}), 'struct: it has no members'],
  ['no object', () => struct(wrong(null) as never), 'struct: members are an object, not null'],
  [
    'a look-alike',
    () => struct({ a: wrong({ kind: 'scalar', name: 'i32', size: 4 }) }),
    'is no type',
  ],
  ['an out member', () => struct({ a: out('i32') }), 'only an argument can be out'],
  ['an inout member', () => union({ a: inout('i32') }), 'only an argument can be inout'],
  ['an endless array', () => struct({ a: array('i32') }), 'an array inside a struct has a length'],
  ['a negative length', () => array('i32', -1), 'array: a length is a count, not -1'],
  ['half an element', () => array('i32', 0.5), 'array: a length is a count, not 0.5'],
  ['an array of nothing', () => array(wrong('void'), 2), 'only a result can be void'],
  ['odd alignment', () => struct({ a: 'i32' }, { align: 3 }), '"align" is a power of two'],
  ['no alignment', () => struct({ a: 'i32' }, { align: 0 }), '"align" is a power of two'],
  [
    'packed by number',
    () => struct({ a: 'i32' }, { packed: wrong(1) as never }),
    '"packed" is a boolean',
  ],
  ['too many bits', () => bits('u8', 9), 'bits: a width is from 0 to 8, not 9'],
  ['many booleans', () => bits('bool', 2), 'bits: a width is from 0 to 1, not 2'],
  ['bits of a float', () => bits(wrong('f32') as 'i32', 3), `bits: 'f32' is no integer type`],
  ['half a bit', () => bits('u8', 0.5), 'bits: a width is from 0 to 8, not 0.5'],
  [
    'a fractional constant',
    () => enumeration({ A: 0.5 }),
    'enumeration: A is an integer of type i32',
  ],
  [
    'a textual constant',
    () => enumeration({ A: wrong('1') as never }),
    'A is an integer of type i32',
  ],
  [
    'a floating enumeration',
    () => enumeration({ A: 0 }, wrong('f64') as 'i32'),
    `'f64' is no integer`,
  ],
  ['a constant out of range', () => enumeration({ A: 256 }, 'u8'), 'enumeration: A '],
  [
    'an unknown encoding',
    () => string({ encoding: wrong('latin1') as never }),
    'an encoding is utf8',
  ],
  ['no symbol to free with', () => string({ free: '' }), '"free" is the name of a symbol'],
  ['an unknown target', () => pointer(wrong('int33')), `pointer: 'int33' is no type`],
  ['out of nothing', () => out(wrong('void')), 'only a result can be void'],
  [
    'a wrong callback',
    () => callback({ arguments: [wrong('int33')] }),
    `callback: 'int33' is no type`,
  ],
  ['a wrong answer', () => callback({ return: wrong('int33') }), `callback: 'int33' is no type`],
])('%s is refused', (_what, make, message) => {
  expect(make).toThrow(
    codedError('ERR_SYMBOL_DEFINITION', { name: 'DynamicReloadTypeError', message }),
  );
});

const Node = struct({ value: 'i32', next: 'pointer' });

test.each([
  ['an unknown argument', { arguments: [wrong('int33')] }, `'int33' is no type`],
  ['an unknown result', { return: wrong('int33') }, `'int33' is no type`],
  ['a void argument', { arguments: [wrong('void')] }, 'only a result can be void'],
  ['an array as a result', { return: array('i32', 4) }, 'a result cannot be array'],
  ['out as a result', { return: out('i32') }, 'a result cannot be out'],
  ['an out variable', { type: out('i32') }, 'only an argument can be out'],
  ['an endless variable', { type: array('i32') }, 'an array that is a variable has a length'],
  [
    'a huge result',
    { return: struct({ a: array(Node, 1000) }) },
    'a result has at most 4096 bytes',
  ],
])('%s is refused with the name of the symbol', (_what, definition, message) => {
  const symbols = { do_nothing: definition } as SymbolDefinitions;
  expect(() => reloader.addLibrarySync(fixture('libcalls.so'), { symbols })).toThrow(
    codedError('ERR_SYMBOL_DEFINITION', { message, symbol: 'do_nothing' }),
  );
});

describe('a structure that leads to its own kind', () => {
  test('is made with a pointer', () => {
    type Linked = ReturnType<typeof struct>;
    const Item: Linked = struct({ value: 'i32', next: pointer((): Linked => Item) });
    expect([Item.size, Item.alignment]).toEqual([16, 8]);
  });

  test('cannot have itself inside', () => {
    type Linked = ReturnType<typeof struct>;
    expect(() => {
      const Item: Linked = struct({ value: 'i32', next: wrong(() => Item) });
    }).toThrow(codedError('ERR_SYMBOL_DEFINITION', { message: 'struct: member "next"' }));
  });
});
