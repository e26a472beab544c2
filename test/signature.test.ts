import { keyOf } from '../lib/ctypes/key';
import { sameSignature, toSignature } from '../lib/signature';
import type { SymbolDefinition } from '../lib/types';
import { codedError } from './support/coded-error';

function signature(definition: unknown) {
  return toSignature('f', definition as SymbolDefinition);
}

/** What a program without type checks may hand in. Types are shown by their keys. */
function signatureOf(definition: unknown, key = 'f') {
  const signature = toSignature(key, definition as SymbolDefinition);
  return signature.kind === 'variable'
    ? { ...signature, type: keyOf(signature.type) }
    : {
        ...signature,
        arguments: signature.arguments.map((type) => keyOf(type)),
        return: keyOf(signature.return),
      };
}

function refusal(message: string): Error {
  return codedError('ERR_SYMBOL_DEFINITION', { name: 'DynamicReloadTypeError', message });
}

describe('a function definition', () => {
  test('has defaults: no arguments, no result, the key for a name', () => {
    expect(signatureOf({}, 'tick')).toEqual({
      kind: 'function',
      symbol: 'tick',
      arguments: [],
      return: 'void',
      nonblocking: false,
      variadic: false,
      optional: false,
    });
  });

  test('keeps everything it says', () => {
    const definition = {
      arguments: ['i32', 'string'],
      return: 'pointer',
      name: '_Z3fooi',
      nonblocking: true,
      optional: true,
    } as const;
    expect(signatureOf(definition, 'foo')).toEqual({
      kind: 'function',
      symbol: '_Z3fooi',
      arguments: ['i32', 'string'],
      return: 'pointer',
      nonblocking: true,
      optional: true,
      variadic: false,
    });
  });

  test('takes undefined for absent', () => {
    const definition = {
      arguments: undefined,
      return: undefined,
      name: undefined,
      nonblocking: undefined,
      optional: undefined,
    };
    expect(signatureOf(definition)).toEqual(signatureOf({}));
  });

  test('is not changed by its owner afterwards', () => {
    const types = ['i32'];
    const signature = signatureOf({ arguments: types });
    types.push('f64');
    expect(signature).toMatchObject({ arguments: ['i32'] });
  });
});

describe('a variable definition', () => {
  test('is one that has a type', () => {
    expect(signatureOf({ type: 'u32' }, 'count')).toEqual({
      kind: 'variable',
      symbol: 'count',
      type: 'u32',
      optional: false,
    });
  });

  test.each(['arguments', 'return', 'nonblocking'])('cannot have "%s"', (key) => {
    expect(() => signatureOf({ type: 'u32', [key]: undefined })).toThrow(
      refusal(`a variable has no "${key}"; it can have type, name, optional`),
    );
  });
});

describe('types', () => {
  test.each([
    ...['bool', 'i8', 'u8', 'i16', 'u16', 'i32', 'u32', 'i64', 'u64', 'isize', 'usize'],
    ...['f32', 'f64', 'char', 'pointer', 'buffer', 'function', 'string'],
  ])('%s is a type of arguments, results and variables', (type) => {
    expect(signatureOf({ arguments: [type], return: type })).toMatchObject({
      arguments: [type],
      return: type,
    });
    expect(signatureOf({ type })).toMatchObject({ type });
  });

  test.each([
    ['int8', 'i8'],
    ['uint8', 'u8'],
    ['int16', 'i16'],
    ['uint16', 'u16'],
    ['int32', 'i32'],
    ['uint32', 'u32'],
    ['int64', 'i64'],
    ['uint64', 'u64'],
    ['float', 'f32'],
    ['float32', 'f32'],
    ['double', 'f64'],
    ['float64', 'f64'],
    ['ptr', 'pointer'],
    ['str', 'string'],
    ['arraybuffer', 'buffer'],
  ])("%s is node:ffi's other name of %s", (alias, type) => {
    expect(signatureOf({ arguments: [alias], return: alias })).toEqual(
      signatureOf({ arguments: [type], return: type }),
    );
    expect(signatureOf({ type: alias })).toEqual(signatureOf({ type }));
  });

  test.each([
    [{ arguments: ['void'] }, 'only a result can be void'],
    [{ type: 'void' }, 'only a result can be void'],
    [{ arguments: ['i33'] }, "'i33' is no type; there are bool, "],
    [{ return: 'I32' }, "'I32' is no type"],
    [{ return: '' }, "'' is no type"],
    [{ arguments: [undefined] }, 'undefined is no type'],
    [{ arguments: [, 'i32'] }, 'undefined is no type'],
    [{ type: undefined }, 'undefined is no type'],
    [{ return: 32 }, '32 is no type'],
    [{ return: { type: 'i32' } }, "{ type: 'i32' } is no type"],
    [{ return: 'toString' }, "'toString' is no type"],
  ])('%j is refused', (definition, message) => {
    expect(() => signatureOf(definition)).toThrow(refusal(message));
  });
});

describe('a wrong definition', () => {
  test.each([
    ['parameters', 'arguments'],
    ['args', 'arguments'],
    ['result', 'return'],
    ['returns', 'return'],
  ])('with "%s" learns that it is "%s" here', (theirs, ours) => {
    expect(() => signatureOf({ [theirs]: [] })).toThrow(
      refusal(`Symbol "f": "${theirs}" is named "${ours}" here`),
    );
    expect(() => signatureOf({ type: 'i32', [theirs]: [] })).toThrow(
      refusal(`"${theirs}" is named "${ours}" here`),
    );
  });

  test.each([
    [null, 'a definition is an object, not null'],
    [undefined, 'a definition is an object, not undefined'],
    [() => 0, 'a definition is an object, not [Function'],
    [{ argument: [] }, 'a function has no "argument"; it can have arguments, return, name'],
    [{ arguments: 'i32' }, `"arguments" is an array, not 'i32'`],
    [{ arguments: { length: 0 } }, '"arguments" is an array, not { length: 0 }'],
    [{ arguments: null, return: 5 }, '5 is no type'],
    [{ name: '' }, `"name" is the name of a symbol, not ''`],
    [{ name: 'a\0b' }, `"name" is the name of a symbol, not 'a\\x00b'`],
    [{ name: 7 }, '"name" is the name of a symbol, not 7'],
    [{ nonblocking: 1 }, '"nonblocking" is a boolean, not 1'],
    [{ optional: 'yes' }, `"optional" is a boolean, not 'yes'`],
  ])('%p is refused', (definition, message) => {
    expect(() => signatureOf(definition)).toThrow(refusal(`Symbol "f": `));
    expect(() => signatureOf(definition)).toThrow(refusal(message));
  });

  test('is named by its key, not by its symbol', () => {
    expect(() => signatureOf({ name: 'crc', return: 'i33' }, 'checksum')).toThrow(
      refusal('Symbol "checksum": '),
    );
  });

  test('must have a name when the key cannot be one', () => {
    expect(() => signatureOf({}, '')).toThrow(refusal('Symbol "": "name" is'));
    expect(signatureOf({ name: 'f' }, '')).toMatchObject({ symbol: 'f' });
  });
});

test('each property of a definition is read exactly once', () => {
  const reads: string[] = [];
  const watch = (target: object) =>
    new Proxy(target, {
      get: (_target, key, receiver) => {
        reads.push(String(key));
        return Reflect.get(target, key, receiver) as unknown;
      },
    });
  const types = Array.from(['i32', 'f64']);
  const definition = {
    arguments: types,
    return: 'i32',
    name: 'g',
    nonblocking: false,
    optional: true,
  };
  signatureOf(watch({ ...definition, arguments: watch(types) }));
  const properties = [...Object.keys(definition), ...Object.keys(types)];
  for (const property of properties) {
    expect(reads.filter((read) => read === property)).toEqual([property]);
  }
});

describe('two definitions', () => {
  test.each([
    [{ return: 'i32' }, { return: 'int32' }],
    [{}, { arguments: [], return: 'void', nonblocking: false }],
    [{ type: 'double' }, { type: 'f64', optional: false }],
  ])('%j and %j are the same', (one, other) => {
    expect(sameSignature(signature(one), signature(other))).toBe(true);
  });

  test.each([
    [{ return: 'i32' }, { return: 'u32' }],
    [{ arguments: ['i32', 'f64'] }, { arguments: ['f64', 'i32'] }],
    [{}, { nonblocking: true }],
    [{}, { optional: true }],
    [{}, { name: 'g' }],
    [{ type: 'i32' }, { return: 'i32' }],
  ])('%j and %j are not the same', (one, other) => {
    expect(sameSignature(signature(one), signature(other))).toBe(false);
  });
});
