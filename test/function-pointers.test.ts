// Functions that C gives away by their address.

import { callback, DynamicReload, out, struct, type Holder, type Library } from '../lib';
import { codedError } from './support/coded-error';
import { compile } from './support/compiler';
import { useTemporaryDirectory } from './support/temporary-directory';
import { DEADLINE_MS, nextEvent } from './support/wait';

const directory = useTemporaryDirectory();

const OPERATION = { arguments: ['i32'], return: 'i32' } as const;
const Operation = callback(OPERATION);

const GIVES = { arguments: ['bool'], return: Operation } as const;
const EXCHANGES = { arguments: [Operation], return: Operation } as const;
const DEFINITIONS = {
  get_operation: GIVES,
  get_operation_soon: { ...GIVES, name: 'get_operation', nonblocking: true },
  get_none: { return: Operation },
  get_operations: { return: struct({ multiply: Operation, none: Operation }) },
  find_operation: { arguments: [out(Operation)] },
  apply: { arguments: [Operation, 'i32'], return: 'i32' },
  same_operation: EXCHANGES,
  get_operation_later: EXCHANGES,
  get_operation_slowly: { ...EXCHANGES, name: 'get_operation_later', nonblocking: true },
} as const;

function build(version: number): string {
  const options = { defines: { VALUE: version }, flags: ['-pthread'] };
  return compile({ file: 'callbacks.c' }, directory.file('libcallbacks.so'), options);
}

function add(reloader: DynamicReload): Promise<Library<typeof DEFINITIONS>> {
  return reloader.addLibrary(build(3), { symbols: DEFINITIONS });
}

/** Makes another version the current one. */
async function reload(reloader: DynamicReload): Promise<void> {
  const after = nextEvent(reloader, 'after');
  build(4);
  await after;
}

/** The same at once, for what cannot wait. The file is looked at by another thread meanwhile. */
function reloadNow(reloader: DynamicReload): void {
  build(4);
  const end = performance.now() + DEADLINE_MS;
  while (reloader.update() === 0 && performance.now() < end);
}

describe('a function that C returns', () => {
  test('can be called', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = await add(reloader);
    const [multiply, negate] = [false, true].map((negates) => symbols.get_operation(negates)!);
    expect([multiply!(5), negate!(5)]).toEqual([15, -5]);
  });

  test('has an address, and goes back to C by itself or by that', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = await add(reloader);
    const multiply = symbols.get_operation(false)!;
    expect(multiply.pointer).toEqual(expect.any(BigInt));
    expect([symbols.apply(multiply, 5), symbols.apply(multiply.pointer, 6)]).toEqual([15, 18]);
  });

  test('is the same whenever it is returned', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = await add(reloader);
    const multiply = symbols.get_operation(false);
    expect(symbols.get_operation(false)).toBe(multiply);
    expect(symbols.get_operation(true)).not.toBe(multiply);
    expect(symbols.same_operation(multiply)).toBe(multiply);
  });

  test('checks its arguments', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = await add(reloader);
    const multiply = symbols.get_operation(false) as unknown as (...values: unknown[]) => unknown;
    const name = /^function at 0x[0-9a-f]+: /;
    expect(() => multiply('5')).toThrow(codedError('ERR_INVALID_ARG_TYPE', { message: name }));
    expect(() => multiply()).toThrow(codedError('ERR_INVALID_ARG_TYPE', { message: name }));
    expect(() => multiply(2 ** 31)).toThrow(codedError('ERR_OUT_OF_RANGE', { message: name }));
  });

  test('is null when there is none', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = await add(reloader);
    expect([symbols.get_none(), symbols.same_operation(null)]).toEqual([null, null]);
  });

  test('may be a member of a structure, or come out of a holder', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = await add(reloader);
    const operations = symbols.get_operations();
    expect([operations.multiply!(5), operations.none]).toEqual([15, null]);
    const holder: Holder<typeof operations.multiply> = {};
    symbols.find_operation(holder);
    expect(holder.value!(6)).toBe(18);
  });

  test('may come out of a nonblocking call', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = await add(reloader);
    const multiply = await symbols.get_operation_soon(false);
    expect(multiply!(5)).toBe(15);
  });

  test('is the callback that JavaScript gave to C', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader);
    using double = library.callback(OPERATION, (value) => 2 * value);
    const returned = library.symbols.same_operation(double)!;
    expect(returned.pointer).toBe(double.pointer);
    expect(returned(5)).toBe(10);
  });

  test('throws what a callback throws that it is', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader);
    using refusing = library.callback(OPERATION, () => {
      throw new Error('refused');
    });
    expect(() => library.symbols.same_operation(refusing)!(5)).toThrow('refused');
  });
});

const CLOSED = codedError('ERR_LIBRARY_CLOSED', { message: /function at 0x[0-9a-f]+.* is closed/ });
const REPLACED = codedError('ERR_LIBRARY_CLOSED', {
  message: /function at 0x[0-9a-f]+.* older version/,
});

describe('a function of a version that is gone', () => {
  test('throws after a reload, and the new version gives a new one', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = await add(reloader);
    const old = symbols.get_operation(false)!;
    await reload(reloader);
    expect(() => old(5)).toThrow(REPLACED);
    expect(() => old.pointer).toThrow(REPLACED);
    expect(() => symbols.apply(old, 5)).toThrow(REPLACED);
    expect(symbols.get_operation(false)!(5)).toBe(20);
  });

  test('throws when the library was closed', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader);
    const old = library.symbols.get_operation(false)!;
    await library.close();
    expect(() => old(5)).toThrow(CLOSED);
  });

  test('throws when the call that gave it ended after the library was closed', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader);
    const old = library.symbols.get_operation_later(() => {
      void library.close();
      return 0;
    });
    expect(() => old!(5)).toThrow(CLOSED);
  });

  // Callable, it would lead to memory that is not there any more.
  test('throws when the call that gave it ended after a reload', async () => {
    await using reloader = new DynamicReload({ reload: 'manual' });
    const { symbols } = await add(reloader);
    const old = symbols.get_operation_later(() => {
      reloadNow(reloader);
      return 0;
    })!;
    expect(symbols.get_operation(false)!(5)).toBe(20);
    expect(() => old.pointer).toThrow(REPLACED);
  });

  test('throws when the nonblocking call that gave it ended after a reload', async () => {
    await using reloader = new DynamicReload({ reload: 'manual' });
    const { symbols } = await add(reloader);
    const old = await symbols.get_operation_slowly(() => {
      reloadNow(reloader);
      return 0;
    });
    expect(symbols.get_operation(false)!(5)).toBe(20);
    expect(() => old!.pointer).toThrow(REPLACED);
  });
});
