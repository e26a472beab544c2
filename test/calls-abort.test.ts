// Nonblocking calls that are taken back, and many of them at once.

import { getEventListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { DynamicReload } from '../lib';
import { codedError } from './support/coded-error';
import { compile } from './support/compiler';
import { collectGarbage, isCollected } from './support/garbage';
import { Gate } from './support/gate';
import { useTemporaryDirectory } from './support/temporary-directory';
import { nextEvent, waitFor } from './support/wait';

const directory = useTemporaryDirectory();

/** How many calls run at once: the others wait for a thread. */
const THREADS = Number(process.env['UV_THREADPOOL_SIZE'] ?? 4);

const DEFINITIONS = {
  value_after: { arguments: ['buffer'], return: 'i32', nonblocking: true },
  length_after: { arguments: ['buffer', 'string'], return: 'usize', nonblocking: true },
  sum_after: { arguments: ['buffer', 'buffer', 'usize'], return: 'u64', nonblocking: true },
  value: { return: 'i32' },
} as const;

function build(version: number): string {
  const file = directory.file('libnonblocking.so');
  return compile({ file: 'nonblocking.c' }, file, { defines: { VALUE: version } });
}

function add(reloader: DynamicReload) {
  return reloader.addLibrary(build(1), { symbols: DEFINITIONS });
}

type Symbols = Awaited<ReturnType<typeof add>>['symbols'];

/** Keeps every thread busy until the returned function is called, which gives the results. */
async function occupyThreads(symbols: Symbols): Promise<() => Promise<number[]>> {
  const gate = new Gate();
  const calls = Array.from({ length: THREADS }, () => symbols.value_after(gate.memory));
  await gate.reachedBy(THREADS);
  return () => {
    gate.open();
    return Promise.all(calls);
  };
}

describe('a nonblocking call whose signal', () => {
  test('was aborted before does not begin', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = await add(reloader);
    const gate = new Gate();
    const reason = new Error('not any more');
    const signal = AbortSignal.abort(reason);
    await expect(symbols.value_after(gate.memory, { signal })).rejects.toBe(reason);
    expect(gate.visitors).toBe(0);
  });

  test('is aborted while it waits for a thread never runs', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = await add(reloader);
    const release = await occupyThreads(symbols);
    const gate = new Gate();
    const controller = new AbortController();
    const { signal } = controller;
    const waiting = [1, 2, 3].map(() => symbols.value_after(gate.memory, { signal }));
    controller.abort();
    for (const call of waiting) {
      await expect(call).rejects.toMatchObject({ name: 'AbortError' });
    }
    expect(await release()).toEqual(Array.from({ length: THREADS }, () => 1));
    gate.open();
    expect(await symbols.value_after(gate.memory)).toBe(1);
    expect(gate.visitors).toBe(1);
  });

  test('is aborted with a reason of any kind rejects with it', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = await add(reloader);
    const release = await occupyThreads(symbols);
    for (const reason of ['text', 0, null]) {
      const controller = new AbortController();
      const call = symbols.value_after(new Gate().memory, { signal: controller.signal });
      controller.abort(reason);
      await expect(call).rejects.toBe(reason);
    }
    await release();
  });

  test('is aborted while it runs goes on', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = await add(reloader);
    const gate = new Gate();
    const controller = new AbortController();
    const call = symbols.length_after(gate.memory, 'text', { signal: controller.signal });
    await waitFor(() => gate.visitors === 1);
    controller.abort();
    gate.open();
    expect(await call).toBe(4n);
  });

  test('is not aborted is left alone when it is over', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = await add(reloader);
    const gate = new Gate();
    gate.open();
    const controller = new AbortController();
    const { signal } = controller;
    const calls = Array.from({ length: 10 }, () => symbols.value_after(gate.memory, { signal }));
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await Promise.all(calls);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    controller.abort();
    expect(await symbols.value_after(gate.memory)).toBe(1);
  });

  test('cannot be listened to rejects, and its arguments stay until C is done', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = await add(reloader);
    const refusal = new Error('no listeners');
    const signal = {
      aborted: false,
      throwIfAborted: () => undefined,
      addEventListener: () => {
        throw refusal;
      },
      removeEventListener: () => undefined,
    } as unknown as AbortSignal;
    const gate = new Gate();
    const refused = symbols.length_after(gate.memory, 'first', { signal });
    await expect(refused).rejects.toBe(refusal);
    await expect(symbols.length_after(gate.memory, 'again', { signal })).rejects.toBe(refusal);
    const calls = Array.from({ length: 8 }, (_, index) =>
      symbols.length_after(gate.memory, 'x'.repeat(index)),
    );
    gate.open();
    expect(await Promise.all(calls)).toEqual(calls.map((_, index) => BigInt(index)));
  });

  test('is aborted lets its arguments go', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = await add(reloader);
    const release = await occupyThreads(symbols);
    const callAndAbort = async () => {
      const bytes = new Uint8Array(5000);
      const controller = new AbortController();
      const { signal } = controller;
      const call = symbols.sum_after(new Gate().memory, bytes, bytes.length, { signal });
      controller.abort();
      await expect(call).rejects.toMatchObject({ name: 'AbortError' });
      return new WeakRef(bytes);
    };
    await isCollected(await callAndAbort());
    await release();
  });

  test('is aborted holds up no reload and no close', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader);
    const release = await occupyThreads(library.symbols);
    const controller = new AbortController();
    const call = library.symbols.value_after(new Gate().memory, { signal: controller.signal });
    const after = nextEvent(reloader, 'after');
    build(2);
    await after;
    controller.abort();
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
    await release();
    await reloader.close();
  });
});

describe('what follows the arguments of a nonblocking call', () => {
  test.each([undefined, { signal: undefined }])('may be %p', async (options) => {
    await using reloader = new DynamicReload();
    const { symbols } = await add(reloader);
    const gate = new Gate();
    gate.open();
    const call = symbols.value_after as (...values: unknown[]) => Promise<number>;
    expect(await call(gate.memory, options)).toBe(1);
  });

  test.each([null, 5, 'signal', {}, { Signal: AbortSignal.abort() }, AbortSignal.abort()])(
    'cannot be %p',
    async (options) => {
      await using reloader = new DynamicReload();
      const { symbols } = await add(reloader);
      const call = symbols.value_after as (...values: unknown[]) => Promise<number>;
      await expect(call(new Gate().memory, options)).rejects.toEqual(
        codedError('ERR_INVALID_ARG_TYPE', { message: 'value_after: what follows the arguments' }),
      );
    },
  );

  test.each([5, 'signal', {}, new AbortController()])('has no %p for a signal', async (signal) => {
    await using reloader = new DynamicReload();
    const { symbols } = await add(reloader);
    const gate = new Gate();
    gate.open();
    const call = symbols.value_after as (...values: unknown[]) => Promise<number>;
    await expect(call(gate.memory, { signal })).rejects.toEqual(
      codedError('ERR_INVALID_ARG_TYPE', { message: 'value_after' }),
    );
    expect(gate.visitors).toBe(0);
  });
});

describe('sixty-four nonblocking calls', () => {
  test('are in flight at once, each with its own arguments', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = await add(reloader);
    const gate = new Gate();
    const lengths = Array.from({ length: 64 }, (_, index) => index * 100);
    const calls = lengths.map((length) => symbols.length_after(gate.memory, 'x'.repeat(length)));
    collectGarbage();
    gate.open();
    expect(await Promise.all(calls)).toEqual(lengths.map(BigInt));
  });

  test('keep what they were given, also those that wait for a thread', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = await add(reloader);
    const gate = new Gate();
    const calls = Array.from({ length: 64 }, (_, index) =>
      symbols.sum_after(gate.memory, new Uint8Array(1000).fill(index), 1000),
    );
    for (let i = 0; i < 3; i++) {
      await setImmediate();
      collectGarbage();
      Array.from({ length: 64 }, () => new Uint8Array(1000).fill(255));
    }
    gate.open();
    expect(await Promise.all(calls)).toEqual(calls.map((_, index) => BigInt(1000 * index)));
  });

  test('end in the version that they were called in', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = await add(reloader);
    const gate = new Gate();
    const calls = Array.from({ length: 64 }, () => symbols.value_after(gate.memory));
    const after = nextEvent(reloader, 'after');
    build(2);
    await after;
    expect(symbols.value()).toBe(2);
    gate.open();
    expect(await Promise.all(calls)).toEqual(calls.map(() => 1));
  });
});
