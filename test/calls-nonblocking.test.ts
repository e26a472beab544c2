import { existsSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { DynamicReload, type Library } from '../lib';
import { codedError } from './support/coded-error';
import { compile } from './support/compiler';
import { fixture } from './support/fixtures';
import { collectGarbage, isCollected } from './support/garbage';
import { Gate } from './support/gate';
import { useTemporaryDirectory } from './support/temporary-directory';
import { nextEvent, waitFor } from './support/wait';

const directory = useTemporaryDirectory();

const DEFINITIONS = {
  meet: { arguments: ['buffer', 'i32'], return: 'bool', nonblocking: true },
  value_after: { arguments: ['buffer'], return: 'i32', nonblocking: true },
  text_after: { arguments: ['buffer'], return: 'string', nonblocking: true },
  length_after: { arguments: ['buffer', 'string'], return: 'usize', nonblocking: true },
  sum_after: { arguments: ['buffer', 'buffer', 'usize'], return: 'u64', nonblocking: true },
  value: { return: 'i32' },
} as const;

function build(version: number): string {
  const file = directory.file('libnonblocking.so');
  return compile({ file: 'nonblocking.c' }, file, { defines: { VALUE: version } });
}

function add(reloader: DynamicReload): Promise<Library<typeof DEFINITIONS>> {
  return reloader.addLibrary(build(1), { symbols: DEFINITIONS });
}

/** Whether a promise has settled, after one more turn of the event loop. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const note = () => (settled = true);
  promise.then(note, note);
  await setImmediate();
  return settled;
}

describe('a nonblocking call', () => {
  test('lets JavaScript go on while it runs', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = await add(reloader);
    const gate = new Gate();
    const call = symbols.value_after(gate.memory);
    await gate.reachedBy(1);
    expect(await isSettled(call)).toBe(false);
    gate.open();
    expect(await call).toBe(1);
  });

  test('runs at the same time as another', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = await add(reloader);
    const gate = new Gate();
    const calls = [symbols.meet(gate.memory, 2), symbols.meet(gate.memory, 2)];
    expect(await Promise.all(calls)).toEqual([true, true]);
  });

  test('does not see what becomes of a string, which it has a copy of', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = await add(reloader);
    const gate = new Gate();
    const lengths = [1, 256, 100_000];
    const calls = lengths.map((length) => symbols.length_after(gate.memory, 'x'.repeat(length)));
    await gate.reachedBy(lengths.length);
    collectGarbage();
    gate.open();
    expect(await Promise.all(calls)).toEqual(lengths.map(BigInt));
  });

  test.each([16, 1 << 20])('keeps a buffer of %d bytes alive until it ends', async (size) => {
    await using reloader = new DynamicReload();
    const { symbols } = await add(reloader);
    const gate = new Gate();
    const start = () => {
      const bytes = new Uint8Array(size).fill(1);
      return { bytes: new WeakRef(bytes), call: symbols.sum_after(gate.memory, bytes, size) };
    };
    const { bytes, call } = start();
    await gate.reachedBy(1);
    for (let i = 0; i < 5; i++) {
      collectGarbage();
      new Uint8Array(size).fill(2); // Likely to lie where the other was, had that been collected.
    }
    gate.open();
    expect(await call).toBe(BigInt(size));
    expect(bytes.deref()).toBeDefined();
    await isCollected(bytes);
  });

  test('rejects where a blocking one throws', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = await add(reloader);
    const call = symbols.meet as unknown as (...values: unknown[]) => Promise<unknown>;
    await expect(call(null, '2')).rejects.toEqual(
      codedError('ERR_INVALID_ARG_TYPE', { message: 'meet: argument 2 is i32: it must be an' }),
    );
    await expect(call(null, 2 ** 31)).rejects.toEqual(codedError('ERR_OUT_OF_RANGE'));
    await expect(call(null)).rejects.toEqual(
      codedError('ERR_INVALID_ARG_TYPE', { message: 'meet: takes 2 arguments, not 1' }),
    );
    await reloader.close();
    await expect(call(null, 2)).rejects.toEqual(
      codedError('ERR_LIBRARY_CLOSED', { message: 'Cannot use "meet"' }),
    );
  });

  test('gives what a blocking one gives, for every type', async () => {
    await using reloader = new DynamicReload();
    const values = {
      bool: true,
      i8: -128,
      u16: 65535,
      i32: -5,
      i64: -(2n ** 63n),
      usize: 2n ** 64n - 1n,
      f32: 0.5,
      f64: 0.1,
      char: 65,
      pointer: 1n,
      string: 'Grüße',
    };
    for (const [type, value] of Object.entries(values) as [keyof typeof values, never][]) {
      const { symbols } = await reloader.addLibrary(fixture('libcalls.so'), {
        symbols: {
          [type]: { name: `identity_${type}`, arguments: [type], return: type, nonblocking: true },
        },
      });
      expect(await symbols[type]!(value)).toBe(value);
    }
    const { symbols } = await reloader.addLibrary(fixture('libcalls.so'), {
      symbols: { do_nothing: { nonblocking: true } },
    });
    expect(await (symbols.do_nothing as () => Promise<unknown>)()).toBeUndefined();
  });
});

describe('while a nonblocking call runs', () => {
  test('a reload is not held up, and the call ends in the version it began in', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader);
    const { symbols, loadedPath } = library;
    const gate = new Gate();
    const calls = [symbols.value_after(gate.memory), symbols.text_after(gate.memory)];
    await gate.reachedBy(2);

    const after = nextEvent(reloader, 'after');
    build(2);
    await after;
    expect([symbols.value(), library.version]).toEqual([2, 2]);
    expect(existsSync(loadedPath)).toBe(true);

    gate.open();
    expect(await Promise.all(calls)).toEqual([1, 'version 1']);
    expect(await symbols.text_after(gate.memory)).toBe('version 2');
    await waitFor(() => !existsSync(loadedPath));
  });

  test.each(['removing the library', 'closing the reloader'])('%s waits for it', async (what) => {
    await using reloader = new DynamicReload();
    const library = await add(reloader);
    const { symbols, loadedPath } = library;
    const gate = new Gate();
    const call = symbols.text_after(gate.memory);
    await gate.reachedBy(1);

    const closing =
      what === 'closing the reloader' ? reloader.close() : reloader.removeLibrary(library);
    expect(() => symbols.value()).toThrow(codedError('ERR_LIBRARY_CLOSED'));
    expect(await isSettled(closing)).toBe(false);
    expect(existsSync(loadedPath)).toBe(true);

    gate.open();
    await closing;
    expect(await call).toBe('version 1');
    await waitFor(() => !existsSync(loadedPath));
  });
});

test('a variadic nonblocking call rejects, whatever is wrong', async () => {
  await using reloader = new DynamicReload();
  const source = 'int first(int number, ...) { return number; }';
  const { symbols } = reloader.addLibrarySync(compile(source, directory.file('first.so')), {
    symbols: {
      first: { arguments: ['i32'], return: 'i32', variadic: true, nonblocking: true },
    },
  });
  const first = symbols.first as (...values: unknown[]) => Promise<number>;
  expect(await first(5, ['i32', 6])).toBe(5);
  for (const wrong of [[5, 6], [5, ['i33', 6]], [5, ['u8', 256]], ['5'], []]) {
    const call = first(...wrong);
    await expect(call).rejects.toThrow(/first/);
  }
});
