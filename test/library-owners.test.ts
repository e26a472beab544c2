// One file, added several times.

import { closeSync, openSync, writeFileSync } from 'node:fs';
import { DynamicReload } from '../lib';
import { codedError } from './support/coded-error';
import { compile } from './support/compiler';
import { logEvents } from './support/event-log';
import { useProjectDirectory } from './support/temporary-directory';
import { nextEvent } from './support/wait';

const project = useProjectDirectory();

const one = { one: { return: 'i32' } } as const;
const two = { two: { return: 'i32' } } as const;
const wrong = { wrong: {} } as const;

function build(version = 0): string {
  const source = 'int one(void) { return VALUE + 1; } int two(void) { return VALUE + 2; }';
  return compile(source, project.file('libx.so'), { defines: { VALUE: version * 10 } });
}

/** Runs `body` while somebody has the library open for writing, so that it cannot be loaded yet. */
async function whileBeingWritten<T>(file: string, body: () => T | Promise<T>): Promise<T> {
  const descriptor = openSync(file, 'r+');
  try {
    return await body();
  } finally {
    closeSync(descriptor);
  }
}

describe('a file that is added twice', () => {
  test('is one library, however it is named', async () => {
    const file = build();
    await using reloader = new DynamicReload({ searchPaths: ['.'] });
    const library = await reloader.addLibrary(file);
    expect(await reloader.addLibrary('libx.so')).toBe(library);
    expect(await reloader.addLibrary('./a/../libx.so')).toBe(library);
    expect(await reloader.addLibrary('x', { platformName: true })).toBe(library);
    expect(library.name).toBe(file);
  });

  test('works until its last owner is gone', async () => {
    const file = build();
    await using reloader = new DynamicReload();
    const first = await reloader.addLibrary(file, { symbols: one });
    const second = await reloader.addLibrary(file, { symbols: one });
    await reloader.removeLibrary(first);
    expect(second.symbols.one()).toBe(1);
    const after = nextEvent(reloader, 'after');
    build(1);
    await after;
    expect(second.symbols.one()).toBe(11);
    await second.close();
    expect(() => second.symbols.one()).toThrow(codedError('ERR_LIBRARY_CLOSED'));
  });

  test('reloads once for all owners', async () => {
    const file = build();
    await using reloader = new DynamicReload();
    const first = await reloader.addLibrary(file, { symbols: one });
    const second = await reloader.addLibrary(file, { symbols: two });
    const log = logEvents(reloader);
    const after = nextEvent(reloader, 'after');
    build(1);
    await after;
    expect([first.symbols.one(), second.symbols.two()]).toEqual([11, 12]);
    expect(log).toEqual(['before 1', 'after 2']);
  });

  test('has the symbols of all its owners', async () => {
    const file = build();
    await using reloader = new DynamicReload();
    const first = await reloader.addLibrary(file, { symbols: one });
    const { one: held } = first.symbols;
    const second = await reloader.addLibrary(file, { symbols: { ...one, ...two } });
    expect([second.symbols.one(), second.symbols.two()]).toEqual([1, 2]);
    expect(second.symbols.one).toBe(held);
    expect(Object.keys(first.symbols)).toEqual(['one', 'two']);
  });

  test('refuses another definition of a symbol that it has, and changes nothing', async () => {
    const file = build();
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary(file, { symbols: one });
    for (const definition of [{ return: 'u32' }, { return: 'i32', name: 'two' }] as const) {
      await expect(
        reloader.addLibrary(file, { symbols: { ...two, one: definition } }),
      ).rejects.toEqual(
        codedError('ERR_SYMBOL_DEFINITION', {
          name: 'DynamicReloadTypeError',
          message: 'Symbol "one": the library already has it with another definition',
        }),
      );
    }
    expect(Object.keys(library.symbols)).toEqual(['one']);
    expect(library.symbols.one()).toBe(1);
    await library.close();
    expect(() => library.symbols.one()).toThrow(codedError('ERR_LIBRARY_CLOSED'));
  });

  test('refuses an owner whose symbols it does not export, and changes nothing', async () => {
    const file = build();
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary(file, { symbols: one });
    await expect(reloader.addLibrary(file, { symbols: { ...two, ...wrong } })).rejects.toEqual(
      codedError('ERR_SYMBOL_NOT_FOUND'),
    );
    expect(Object.keys(library.symbols)).toEqual(['one']);
    await library.close();
    expect(() => library.symbols.one()).toThrow(codedError('ERR_LIBRARY_CLOSED'));
  });

  test('must have the symbols of all owners to reload', async () => {
    const file = build();
    await using reloader = new DynamicReload();
    await reloader.addLibrary(file, { symbols: one });
    const library = await reloader.addLibrary(file, { symbols: two });
    const failed = nextEvent(reloader, 'failed');
    compile('int one(void) { return 5; }', file);
    expect((await failed).error).toMatchObject({ code: 'ERR_SYMBOL_NOT_FOUND', symbol: 'two' });
    expect(library.symbols.two()).toBe(2);
  });
});

describe('a file that is added while it is being added', () => {
  test('is one library', async () => {
    const file = build();
    await using reloader = new DynamicReload();
    const [first, second, third] = await Promise.all([
      reloader.addLibrary(file, { symbols: one }),
      reloader.addLibrary(file, { symbols: two }),
      reloader.addLibrary(file),
    ]);
    expect(second).toBe(first);
    expect(third).toBe(first);
    expect([first.symbols.one(), second.symbols.two()]).toEqual([1, 2]);
    await Promise.all([first.close(), second.close()]);
    expect(first.symbols.one()).toBe(1);
    await third.close();
    expect(() => first.symbols.one()).toThrow(codedError('ERR_LIBRARY_CLOSED'));
  });

  test('is loaded for the second when the first wants a symbol that it does not have', async () => {
    const file = build();
    await using reloader = new DynamicReload();
    const [first, second] = await Promise.allSettled([
      reloader.addLibrary(file, { symbols: wrong }),
      reloader.addLibrary(file, { symbols: one }),
    ]);
    expect(first).toMatchObject({ status: 'rejected', reason: { code: 'ERR_SYMBOL_NOT_FOUND' } });
    expect(second).toMatchObject({ status: 'fulfilled', value: { version: 1 } });
  });

  test('is refused to the second alone when only the second is wrong', async () => {
    const file = build();
    await using reloader = new DynamicReload();
    const [first, second] = await Promise.allSettled([
      reloader.addLibrary(file, { symbols: one }),
      reloader.addLibrary(file, { symbols: wrong }),
    ]);
    expect(first).toMatchObject({ status: 'fulfilled', value: { version: 1 } });
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'ERR_SYMBOL_NOT_FOUND' } });
  });

  test('is refused to all when it is damaged', async () => {
    const file = project.file('libx.so');
    writeFileSync(file, 'no library');
    await using reloader = new DynamicReload();
    const results = await Promise.allSettled([
      reloader.addLibrary(file, { symbols: one }),
      reloader.addLibrary(file, { symbols: one }),
    ]);
    const refusal = { status: 'rejected', reason: { code: 'ERR_LIBRARY_INCOMPLETE' } };
    expect(results).toMatchObject([refusal, refusal]);
  });

  test('can be had at once by addLibrarySync()', async () => {
    const file = build();
    await using reloader = new DynamicReload();
    const adding = reloader.addLibrary(file, { symbols: one });
    const library = reloader.addLibrarySync(file, { symbols: two });
    expect(library.symbols.two()).toBe(2);
    expect(await adding).toBe(library);
    await library.close();
    expect((await adding).symbols.one()).toBe(1);
  });

  test('can be had at once also when the first wants a symbol that it does not have', async () => {
    const file = build();
    await using reloader = new DynamicReload();
    const adding = reloader.addLibrary(file, { symbols: wrong });
    const library = reloader.addLibrarySync(file, { symbols: one });
    await expect(adding).rejects.toEqual(codedError('ERR_SYMBOL_NOT_FOUND'));
    expect(library.symbols.one()).toBe(1);
  });

  test('waits with all of them while somebody writes it', async () => {
    const file = build();
    await using reloader = new DynamicReload();
    const adding = await whileBeingWritten(file, () => [
      reloader.addLibrary(file, { symbols: one }),
      reloader.addLibrary(file, { symbols: two }),
    ]);
    const [first, second] = await Promise.all(adding);
    expect(second).toBe(first);
  });

  test('is loaded for the second when the first gives up', async () => {
    const file = build();
    await using reloader = new DynamicReload();
    const controller = new AbortController();
    const second = await whileBeingWritten(file, async () => {
      const { signal } = controller;
      const first = reloader.addLibrary(file, { symbols: one, signal });
      const adding = reloader.addLibrary(file, { symbols: two });
      controller.abort(new Error('too slow'));
      await expect(first).rejects.toThrow('too slow');
      return { adding };
    });
    expect((await second.adding).symbols.two()).toBe(2);
  });

  test('belongs to the second alone when the first gives up too late to stop it', async () => {
    const file = build();
    await using reloader = new DynamicReload();
    const controller = new AbortController();
    const first = reloader.addLibrary(file, { symbols: one, signal: controller.signal });
    controller.abort(new Error('too late'));
    const library = reloader.addLibrarySync(file, { symbols: one });
    await expect(first).rejects.toThrow('too late');
    expect(library.symbols.one()).toBe(1);
    await library.close();
    expect(() => library.symbols.one()).toThrow(codedError('ERR_LIBRARY_CLOSED'));
  });

  test('is not loaded for the second when the reloader is closed first, by a bare name', async () => {
    const reloader = new DynamicReload();
    const validate = () => new Promise(() => undefined);
    const first = reloader.addLibrary('libm.so.6', { system: true, validate });
    const second = reloader.addLibrary('libm.so.6', { system: true });
    const results = Promise.allSettled([first, second]);
    await reloader.close();
    const refusal = { status: 'rejected', reason: { code: 'ERR_RELOADER_CLOSED' } };
    expect(await results).toMatchObject([refusal, refusal]);
  });

  test('is not waited for when its owner gives up, by a bare name', async () => {
    await using reloader = new DynamicReload();
    const controller = new AbortController();
    const { signal } = controller;
    const validate = () => new Promise(() => undefined);
    const adding = reloader.addLibrary('libm.so.6', { system: true, validate, signal });
    const reason = new Error('too slow');
    controller.abort(reason);
    await expect(adding).rejects.toBe(reason);
    expect((await reloader.addLibrary('libm.so.6', { system: true })).version).toBe(1);
  });

  test.each(['nothing else', 'a call that runs'])(
    'is refused to all when the reloader is closed and waits for %s',
    async (what) => {
      const file = build();
      const reloader = new DynamicReload();
      const { symbols } = await reloader.addLibrary('libc.so.6', {
        system: true,
        symbols: { usleep: { arguments: ['u32'], return: 'i32', nonblocking: true } },
      });
      if (what !== 'nothing else') void symbols.usleep(100_000);
      await whileBeingWritten(file, async () => {
        const adding = [reloader.addLibrary(file), reloader.addLibrary(file)];
        const results = Promise.allSettled(adding);
        await reloader.close();
        const refusal = {
          status: 'rejected',
          reason: { code: 'ERR_RELOADER_CLOSED', message: 'The reloader is closed.' },
        };
        expect(await results).toMatchObject([refusal, refusal]);
      });
    },
  );
});
