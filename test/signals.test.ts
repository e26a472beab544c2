// AbortSignal, for a reloader and for a library that is being added.

import { closeSync, openSync, readdirSync } from 'node:fs';
import { getEventListeners } from 'node:events';
import { DynamicReload } from '../lib';
import { codedError } from './support/coded-error';
import { compile } from './support/compiler';
import { useProjectDirectory } from './support/temporary-directory';
import { nextEvent, waitFor } from './support/wait';

const project = useProjectDirectory();

const sharedFun = { shared_fun: { return: 'i32' } } as const;

function build(value = 1): string {
  return compile({ value }, project.file('libx.so'));
}

function listenersOf(signal: AbortSignal): number {
  return getEventListeners(signal, 'abort').length;
}

describe('the signal of a reloader', () => {
  test('closes it when it is aborted', async () => {
    const controller = new AbortController();
    const shadowDir = project.directory('shadow');
    const reloader = new DynamicReload({ shadowDir, signal: controller.signal });
    const library = await reloader.addLibrary(build(), { symbols: sharedFun });
    controller.abort();
    expect(() => library.symbols.shared_fun()).toThrow(codedError('ERR_LIBRARY_CLOSED'));
    expect(() => reloader.update()).toThrow(codedError('ERR_RELOADER_CLOSED'));
    await reloader.close();
    expect(readdirSync(shadowDir)).toEqual([]);
  });

  test('refuses a new one when it is aborted before, and leaves nothing', () => {
    const shadowDir = project.directory('shadow');
    const signal = AbortSignal.abort(new Error('too late'));
    expect(() => new DynamicReload({ shadowDir, signal })).toThrow('too late');
    expect(readdirSync(shadowDir)).toEqual([]);
  });

  test('is forgotten when the reloader is closed', async () => {
    const { signal } = new AbortController();
    const reloader = new DynamicReload({ signal });
    expect(listenersOf(signal)).toBe(1);
    await reloader.close();
    expect(listenersOf(signal)).toBe(0);
  });

  test('is not listened to by a reloader that could not be made', () => {
    const { signal } = new AbortController();
    expect(() => new DynamicReload({ signal, shadowDir: 'nowhere' })).toThrow();
    expect(listenersOf(signal)).toBe(0);
  });
});

describe('the signal of a library', () => {
  /** Runs `body` while somebody has the library open for writing, so it cannot be loaded yet. */
  async function whileBeingWritten<T>(body: (file: string) => Promise<T>): Promise<T> {
    const file = build();
    const descriptor = openSync(file, 'r+');
    try {
      return await body(file);
    } finally {
      closeSync(descriptor);
    }
  }

  test('ends the waiting, with its reason', async () => {
    await using reloader = new DynamicReload();
    const controller = new AbortController();
    await whileBeingWritten(async (file) => {
      const adding = reloader.addLibrary(file, { signal: controller.signal });
      const reason = new Error('changed my mind');
      controller.abort(reason);
      await expect(adding).rejects.toBe(reason);
      expect(listenersOf(controller.signal)).toBe(0);
    });
  });

  test('rejects with an AbortError when it has no reason of its own', async () => {
    await using reloader = new DynamicReload();
    const controller = new AbortController();
    await whileBeingWritten(async (file) => {
      const adding = reloader.addLibrary(file, { signal: controller.signal });
      controller.abort();
      await expect(adding).rejects.toMatchObject({ name: 'AbortError' });
    });
  });

  test('may be a time limit', async () => {
    await using reloader = new DynamicReload();
    await whileBeingWritten(async (file) => {
      const adding = reloader.addLibrary(file, { signal: AbortSignal.timeout(1) });
      await expect(adding).rejects.toMatchObject({ name: 'TimeoutError' });
    });
  });

  test('that is aborted before keeps it from being looked for', async () => {
    await using reloader = new DynamicReload();
    const signal = AbortSignal.abort(new Error('too late'));
    await expect(reloader.addLibrary('nowhere.so', { signal })).rejects.toThrow('too late');
    expect(() => reloader.addLibrarySync('nowhere.so', { signal })).toThrow('too late');
  });

  test('leaves the library to be added again', async () => {
    await using reloader = new DynamicReload();
    const controller = new AbortController();
    const again = await whileBeingWritten(async (file) => {
      const adding = reloader.addLibrary(file, { signal: controller.signal });
      controller.abort();
      await expect(adding).rejects.toThrow();
      return { adding: reloader.addLibrary(file, { symbols: sharedFun }) };
    });
    expect((await again.adding).symbols.shared_fun()).toBe(1);
  });

  test('means nothing any more once the library is there', async () => {
    await using reloader = new DynamicReload();
    const controller = new AbortController();
    const { signal } = controller;
    const library = await reloader.addLibrary(build(), { symbols: sharedFun, signal });
    expect(listenersOf(signal)).toBe(0);
    controller.abort();
    expect(library.symbols.shared_fun()).toBe(1);
    const after = nextEvent(reloader, 'after');
    build(2);
    await after;
    expect(library.symbols.shared_fun()).toBe(2);
  });

  test('does not leak when it waits for somebody who adds the library at the same time', async () => {
    await using reloader = new DynamicReload();
    const { signal } = new AbortController();
    const adding = await whileBeingWritten((file) => {
      const first = reloader.addLibrary(file);
      return Promise.resolve([first, reloader.addLibrary(file, { signal })]);
    });
    await Promise.all(adding);
    await waitFor(() => listenersOf(signal) === 0);
  });
});
