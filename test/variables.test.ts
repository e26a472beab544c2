import { DynamicReload, struct } from '../lib';
import { codedError } from './support/coded-error';
import { compile } from './support/compiler';
import { fixture } from './support/fixtures';
import { useTemporaryDirectory } from './support/temporary-directory';
import { nextEvent } from './support/wait';

const directory = useTemporaryDirectory();

const reloader = new DynamicReload();
afterAll(() => reloader.close());

const { symbols } = reloader.addLibrarySync(fixture('libcalls.so'), {
  symbols: {
    variable_bool: { type: 'bool' },
    variable_i8: { type: 'i8' },
    variable_u8: { type: 'u8' },
    variable_i16: { type: 'i16' },
    variable_u16: { type: 'u16' },
    variable_i32: { type: 'i32' },
    variable_u32: { type: 'u32' },
    variable_i64: { type: 'i64' },
    variable_u64: { type: 'u64' },
    variable_isize: { type: 'isize' },
    variable_usize: { type: 'usize' },
    variable_f32: { type: 'f32' },
    variable_f64: { type: 'f64' },
    variable_char: { type: 'char' },
    variable_pointer: { type: 'pointer' },
    variable_string: { type: 'string' },
    string_as_buffer: { name: 'variable_string', type: 'buffer' },
    string_as_pointer: { name: 'variable_string', type: 'pointer' },
    read_variable_i32: { return: 'i32' },
    read_variable_f64: { return: 'f64' },
    read_variable_string: { return: 'string' },
    greeting: { return: 'string' },
    address_of_greeting: { name: 'greeting', return: 'pointer' },
  },
});

/** The variables as a program without type checks sees them. */
const variables = symbols as Record<string, unknown>;

test.each([
  ['bool', true],
  ['i8', -8],
  ['u8', 200],
  ['i16', -1600],
  ['u16', 60000],
  ['i32', -320000],
  ['u32', 4000000000],
  ['i64', -(2n ** 63n)],
  ['u64', 2n ** 64n - 1n],
  ['isize', -64n],
  ['usize', 64n],
  ['f32', 0.5],
  ['f64', 0.1],
  ['char', 'c'.charCodeAt(0)],
  ['string', 'text'],
])('a variable of type %s begins with what the library gave it', (type, value) => {
  expect(variables[`variable_${type}`]).toBe(value);
});

test.each([
  ['bool', [false, true]],
  ['i8', [-128, 127, 0]],
  ['u8', [0, 255]],
  ['i16', [-32768, 32767]],
  ['u16', [0, 65535]],
  ['i32', [-2147483648, 2147483647]],
  ['u32', [0, 4294967295]],
  ['i64', [-(2n ** 63n), 2n ** 63n - 1n]],
  ['u64', [0n, 2n ** 64n - 1n]],
  ['isize', [-(2n ** 63n), 2n ** 63n - 1n]],
  ['usize', [0n, 2n ** 64n - 1n]],
  ['f32', [NaN, -Infinity, -0, 1.5]],
  ['f64', [NaN, Number.MIN_VALUE, -0, 0.1]],
  ['char', [65, 0]],
  ['pointer', [0n, 2n ** 64n - 1n]],
])('a variable of type %s keeps what is written, up to its limits', (type, values) => {
  for (const value of values) {
    variables[`variable_${type}`] = value;
    expect(variables[`variable_${type}`]).toBe(value);
  }
});

describe('writing', () => {
  test('is seen by the library', () => {
    symbols.variable_i32 = -7;
    symbols.variable_f64 = 2.5;
    expect([symbols.read_variable_i32(), symbols.read_variable_f64()]).toEqual([-7, 2.5]);
  });

  test('takes what an argument of the type takes', () => {
    variables['variable_bool'] = 1;
    variables['variable_u64'] = 7;
    variables['variable_pointer'] = null;
    expect(symbols.variable_bool).toBe(true);
    expect(symbols.variable_u64).toBe(7n);
    expect(symbols.variable_pointer).toBe(0n);
  });

  test.each([
    ['variable_u8', 256, 'ERR_OUT_OF_RANGE', 'variable_u8 is u8: it must be an integer from 0'],
    ['variable_u8', '1', 'ERR_INVALID_ARG_TYPE', `from 0 to 255, not '1'`],
    ['variable_i64', 2n ** 63n, 'ERR_OUT_OF_RANGE', 'variable_i64 is i64: it must be a bigint'],
    ['variable_bool', 'true', 'ERR_INVALID_ARG_TYPE', 'variable_bool is bool: it must be'],
    ['variable_f64', 1n, 'ERR_INVALID_ARG_TYPE', 'variable_f64 is f64: it must be a number'],
    ['variable_pointer', 1, 'ERR_INVALID_ARG_TYPE', 'variable_pointer is pointer: it must be'],
  ] as const)('%s = %p is refused and changes nothing', (name, value, code, message) => {
    const before = variables[name];
    expect(() => (variables[name] = value)).toThrow(codedError(code, { message }));
    expect(variables[name]).toBe(before);
  });

  test('touches no byte beside the variable', async () => {
    const file = compile(
      'unsigned char cells[8] = {1, 2, 3, 4, 5, 6, 7, 8};',
      directory.file('libcells.so'),
    );
    const cells = await reloader.addLibrary(file, {
      symbols: {
        all: { name: 'cells', type: 'u64' },
        one: { name: 'cells', type: 'i8' },
        two: { name: 'cells', type: 'u16' },
        four: { name: 'cells', type: 'f32' },
      },
    });
    cells.symbols.one = -1;
    expect(cells.symbols.all).toBe(0x08070605040302ffn);
    cells.symbols.two = 0;
    expect(cells.symbols.all).toBe(0x0807060504030000n);
    cells.symbols.four = 0;
    expect(cells.symbols.all).toBe(0x0807060500000000n);
  });
});

describe('a string', () => {
  test.each(['variable_string', 'string_as_buffer'])('%s can only be read', (name) => {
    expect(() => (variables[name] = 'other')).toThrow(
      codedError('ERR_INVALID_ARG_TYPE', {
        name: 'DynamicReloadTypeError',
        message: `${name}: a variable of type ${name === 'variable_string' ? 'string' : 'buffer'}`,
      }),
    );
    expect(symbols.variable_string).toBe('text');
  });

  test('is written as a pointer', () => {
    const before = symbols.string_as_pointer;
    symbols.string_as_pointer = symbols.address_of_greeting();
    expect(symbols.variable_string).toBe(symbols.greeting());
    expect(symbols.read_variable_string()).toBe(symbols.greeting());
    symbols.string_as_pointer = 0n;
    expect(symbols.variable_string).toBeNull();
    symbols.string_as_pointer = before;
    expect(symbols.variable_string).toBe('text');
  });

  test('declared as a buffer is an address', () => {
    expect(symbols.string_as_buffer).toBe(symbols.string_as_pointer);
  });
});

describe('after a reload', () => {
  const source = 'int count = VALUE; int get_count(void) { return count; }';
  const build = (value: number) =>
    compile(source, directory.file('libcount.so'), { defines: { VALUE: value } });

  test('a variable is that of the new version, with its initial value', async () => {
    const library = await reloader.addLibrary(build(1), {
      symbols: { count: { type: 'i32' }, get_count: { return: 'i32' } },
    });
    library.symbols.count = 100;
    const after = nextEvent(reloader, 'after');
    build(2);
    await after;
    expect(library.symbols.count).toBe(2);
    library.symbols.count = 7;
    expect(library.symbols.get_count()).toBe(7);
  });
});

describe('when its library is closed', () => {
  test('a variable can neither be read nor written', async () => {
    const file = compile('int count = 1;', directory.file('libcount.so'));
    const library = await reloader.addLibrary(file, { symbols: { count: { type: 'i32' } } });
    await reloader.removeLibrary(library);
    const closed = codedError('ERR_LIBRARY_CLOSED', { message: 'Cannot use "count"' });
    expect(() => library.symbols.count).toThrow(closed);
    expect(() => (library.symbols.count = 2)).toThrow(closed);
  });
});

test('a variable is written where it is once the value was read', async () => {
  await using own = new DynamicReload();
  const point = struct({ x: 'i32', y: 'i32' });
  const library = await own.addLibrary(
    compile('struct { int x, y; } pt;', directory.file('pt.so')),
    {
      symbols: { pt: { type: point } },
    },
  );
  const closing = {
    x: 1,
    get y() {
      void library.close();
      return 2;
    },
  };
  expect(() => (library.symbols.pt = closing)).toThrow(codedError('ERR_LIBRARY_CLOSED'));
});
