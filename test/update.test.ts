// update(): changes are handled when the program says so.

import { readdirSync, writeFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { DynamicReload, type Library, type UpdateCallback } from '../lib';
import { codedError } from './support/coded-error';
import { compile } from './support/compiler';
import { logEvents } from './support/event-log';
import { shadowCopies } from './support/shadow-copies';
import { useProjectDirectory } from './support/temporary-directory';
import { DEADLINE_MS, waitFor } from './support/wait';

const project = useProjectDirectory();

const sharedFun = { shared_fun: { return: 'i32' } } as const;

function build(value: number, name = 'libx.so'): string {
  return compile({ value }, project.file(name));
}

function manualReloader(): DynamicReload {
  return new DynamicReload({ reload: 'manual', shadowDir: project.directory('shadow') });
}

async function noticed(copy: string): Promise<void> {
  await waitFor(() => shadowCopies('shadow').includes(copy));
}

/** Calls `update()` until it has handled so many changes in all. */
async function updateUntil(reloader: DynamicReload, wanted: number, callback?: UpdateCallback) {
  let handled = 0;
  await waitFor(() => {
    handled += reloader.update(callback);
    return handled >= wanted;
  });
  expect(handled).toBe(wanted);
}

/** A callback that writes down what it hears. */
function logUpdates(log: string[] = []): { log: string[]; callback: UpdateCallback } {
  const callback: UpdateCallback = (state, library, error) => {
    log.push(`update: ${state} ${library.version}${error === undefined ? '' : ` ${error.code}`}`);
  };
  return { log, callback };
}

describe("with reload: 'manual'", () => {
  test('nothing is reloaded until update() is called', async () => {
    await using reloader = manualReloader();
    const library = await reloader.addLibrary(build(1), { symbols: sharedFun });
    const log = logEvents(reloader);
    build(2);
    await noticed('2-libx.so');
    for (let turn = 0; turn < 20; turn++) await setImmediate();
    expect([library.version, library.symbols.shared_fun()]).toEqual([1, 1]);
    expect(log).toEqual([]);
    await updateUntil(reloader, 1);
    expect([library.version, library.symbols.shared_fun()]).toEqual([2, 2]);
    expect(log).toEqual(['before 1', 'after 2']);
  });

  test('several changes of a library are handled as one: the newest', async () => {
    await using reloader = manualReloader();
    const library = await reloader.addLibrary(build(1), { symbols: sharedFun });
    for (const value of [2, 3, 4]) {
      build(value);
      await noticed(`${value}-libx.so`);
    }
    await waitFor(() => shadowCopies('shadow').join() === '1-libx.so,4-libx.so');
    expect(reloader.update()).toBe(1);
    expect(library.symbols.shared_fun()).toBe(4);
  });

  test('a library is loaded by addLibrary() all the same', async () => {
    await using reloader = manualReloader();
    const library = await reloader.addLibrary(build(1), { symbols: sharedFun });
    expect(library.symbols.shared_fun()).toBe(1);
    expect(reloader.update()).toBe(0);
  });
});

describe('update()', () => {
  test('gives how many libraries were reloaded or failed to', async () => {
    await using reloader = manualReloader();
    const names = ['libx.so', 'liby.so', 'libz.so'];
    for (const name of names) {
      await reloader.addLibrary(build(1, name), { symbols: sharedFun });
    }
    expect(reloader.update()).toBe(0);
    build(2, 'libx.so');
    compile('int other;', project.file('liby.so'));
    await noticed('5-liby.so');
    const { log, callback } = logUpdates();
    await updateUntil(reloader, 2, callback);
    expect(log.sort()).toEqual([
      ...['update: after 2', 'update: before 1', 'update: before 1'],
      'update: failed 1 ERR_SYMBOL_NOT_FOUND',
    ]);
    expect(reloader.update(callback)).toBe(0);
  });

  test('tells the listeners, and then the callback, of each step', async () => {
    await using reloader = manualReloader();
    const library = await reloader.addLibrary(build(1), { symbols: sharedFun });
    const { log, callback } = logUpdates(logEvents(reloader));
    build(2);
    await updateUntil(reloader, 1, callback);
    expect(log).toEqual(['before 1', 'update: before 1', 'after 2', 'update: after 2']);
    log.length = 0;
    writeFileSync(library.originalPath, 'no library');
    await updateUntil(reloader, 1, callback);
    expect(log).toEqual([
      'failed 2: ERR_LIBRARY_INCOMPLETE',
      'update: failed 2 ERR_LIBRARY_INCOMPLETE',
    ]);
  });

  test('works in a loop that never lets the event loop run', async () => {
    await using reloader = new DynamicReload();
    const library = reloader.addLibrarySync(build(1), { symbols: sharedFun });
    const log = logEvents(reloader);
    build(2);
    const deadline = performance.now() + DEADLINE_MS;
    while (reloader.update() === 0) expect(performance.now()).toBeLessThan(deadline);
    expect(library.symbols.shared_fun()).toBe(2);
    for (let turn = 0; turn < 20; turn++) await setImmediate();
    expect(log).toEqual(['before 1', 'after 2']);
  });

  test('does not wait: waitUntil() is refused, which makes the reload fail', async () => {
    await using reloader = manualReloader();
    const library = await reloader.addLibrary(build(1), { symbols: sharedFun });
    reloader.on('before', (event) => event.waitUntil(Promise.resolve()));
    const errors: unknown[] = [];
    build(2);
    await updateUntil(reloader, 1, (state, _library, error) => errors.push([state, error]));
    const cause = codedError('ERR_INVALID_STATE', {
      message: 'waitUntil() cannot be used in update(), which does not wait.',
    });
    expect(errors).toEqual([['failed', codedError('ERR_BEFORE_LISTENER', { cause })]]);
    expect(library.symbols.shared_fun()).toBe(1);
  });

  test('can be called by a listener, and loses no change that comes then', async () => {
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary(build(1), { symbols: sharedFun });
    const other = await reloader.addLibrary(build(1, 'liby.so'), { symbols: sharedFun });
    reloader.once('after', () => {
      build(3);
      build(5, 'liby.so'); // Noticed after the other one, which is not the turn of update().
      const deadline = performance.now() + DEADLINE_MS;
      while (reloader.update() === 0) expect(performance.now()).toBeLessThan(deadline);
      expect([library.symbols.shared_fun(), other.symbols.shared_fun()]).toEqual([2, 5]);
    });
    build(2);
    await waitFor(() => library.version === 3);
    expect(library.symbols.shared_fun()).toBe(3);
  });
});

describe('a callback of update() that throws', () => {
  async function addTwo(reloader: DynamicReload): Promise<Library<typeof sharedFun>[]> {
    const options = { symbols: sharedFun };
    const libraries = [
      await reloader.addLibrary(build(1, 'libx.so'), options),
      await reloader.addLibrary(build(1, 'liby.so'), options),
    ];
    build(2, 'libx.so');
    await noticed('3-libx.so');
    build(2, 'liby.so');
    await noticed('4-liby.so');
    return libraries;
  }

  const values = (libraries: Library<typeof sharedFun>[]) =>
    libraries.map((library) => library.symbols.shared_fun());

  test('before the reload makes it fail, and the other library is reloaded', async () => {
    await using reloader = manualReloader();
    const libraries = await addTwo(reloader);
    const log: string[] = [];
    await updateUntil(reloader, 2, (state, library, error) => {
      log.push(`${state} ${error?.code ?? ''}`);
      if (state === 'before' && library === libraries[0]) throw new Error('not now');
    });
    expect(log).toEqual(['before ', 'failed ERR_BEFORE_LISTENER', 'before ', 'after ']);
    expect(values(libraries)).toEqual([1, 2]);
  });

  test('after the reload lets everything be done, and is thrown by update()', async () => {
    await using reloader = manualReloader();
    const libraries = await addTwo(reloader);
    const thrown = new Error('thrown after');
    let caught: unknown;
    await waitFor(() => {
      try {
        reloader.update((state, library) => {
          if (state === 'after' && library === libraries[0]) throw thrown;
        });
      } catch (error) {
        caught = error;
      }
      return values(libraries).join() === '2,2';
    });
    expect(caught).toBe(thrown);
  });

  test('several times gives one error with all of them', async () => {
    await using reloader = manualReloader();
    const libraries = await addTwo(reloader);
    reloader.on('after', ({ library }) => {
      if (library === libraries[0]) throw new Error('of a listener');
    });
    const thrown: string[] = [];
    await waitFor(() => {
      try {
        reloader.update((state, { version }) => {
          if (state === 'after') throw new Error(`of the callback at ${version}`);
        });
      } catch (error) {
        const errors = error instanceof AggregateError ? (error.errors as Error[]) : [error];
        thrown.push(...errors.map((one) => (one as Error).message));
      }
      return values(libraries).join() === '2,2';
    });
    expect(thrown).toEqual(['of a listener', 'of the callback at 2', 'of the callback at 2']);
  });

  test('leaves the old version when it throws of a failure', async () => {
    await using reloader = manualReloader();
    const library = await reloader.addLibrary(build(1), { symbols: sharedFun });
    compile('int other;', library.originalPath);
    await noticed('2-libx.so');
    const update = () =>
      reloader.update((state) => {
        if (state === 'failed') throw new Error('thrown of a failure');
      });
    await waitFor(() => {
      try {
        return update() > 0;
      } catch (error) {
        return (error as Error).message === 'thrown of a failure';
      }
    });
    expect(library.symbols.shared_fun()).toBe(1);
    build(3);
    await updateUntil(reloader, 1);
    expect(library.symbols.shared_fun()).toBe(3);
  });

  test('may close the reloader, and the other library is left alone', async () => {
    const reloader = manualReloader();
    await addTwo(reloader);
    const log = logEvents(reloader);
    await waitFor(() => {
      if (log.length > 0) return true;
      reloader.update((state) => {
        if (state === 'after') void reloader.close();
      });
      return false;
    });
    expect(log).toEqual(['before 1', 'after 2']);
    await reloader.close();
    expect(readdirSync('shadow')).toEqual([]);
  });
});
