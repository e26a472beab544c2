// Listeners that hold a reload back.

import { readdirSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { DynamicReload, type BeforeEvent, type Library } from '../lib';
import { codedError } from './support/coded-error';
import { compile } from './support/compiler';
import { logEvents } from './support/event-log';
import { shadowCopies } from './support/shadow-copies';
import { useProjectDirectory } from './support/temporary-directory';
import { nextEvent, waitFor } from './support/wait';

const project = useProjectDirectory();

const sharedFun = { shared_fun: { return: 'i32' } } as const;

function build(value: number, name = 'libx.so'): string {
  return compile({ value }, project.file(name));
}

/** A reloader whose next reload waits until `release()` or `refuse()`. */
interface Held extends AsyncDisposable {
  readonly reloader: DynamicReload;
  readonly library: Library<typeof sharedFun>;
  readonly log: string[];
  release(): void;
  refuse(reason: Error): void;
}

/** Loads version 1, builds version 2, and comes back when a listener waits. */
async function holdReload(): Promise<Held> {
  const reloader = new DynamicReload({ shadowDir: project.directory('shadow') });
  const library = await reloader.addLibrary(build(1), { symbols: sharedFun });
  const log = logEvents(reloader);
  let release!: () => void;
  let refuse!: (reason: Error) => void;
  const decision = new Promise<void>((resolve, reject) => {
    release = resolve;
    refuse = reject;
  });
  reloader.once('before', ({ waitUntil }) => waitUntil(decision));
  const before = nextEvent(reloader, 'before');
  build(2);
  await before;
  const dispose = async () => {
    release();
    await reloader.close();
  };
  return { reloader, library, log, release, refuse, [Symbol.asyncDispose]: dispose };
}

/** Lets everything happen that is already on its way to JavaScript. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await setImmediate();
}

describe('waitUntil()', () => {
  test('holds the reload back, and the old version works meanwhile', async () => {
    await using held = await holdReload();
    const { library, log, reloader } = held;
    await settle();
    expect([library.version, library.symbols.shared_fun()]).toEqual([1, 1]);
    expect(log).toEqual(['before 1']);
    const after = nextEvent(reloader, 'after');
    held.release();
    await after;
    expect([library.version, library.symbols.shared_fun()]).toEqual([2, 2]);
    expect(log).toEqual(['before 1', 'after 2']);
  });

  test('waits for all that listeners give', async () => {
    await using reloader = new DynamicReload();
    await reloader.addLibrary(build(1));
    const steps: string[] = [];
    const slowly = async (name: string) => {
      await settle();
      steps.push(name);
    };
    reloader.on('before', (event) => {
      event.waitUntil(slowly('first'));
      event.waitUntil(slowly('second'));
    });
    reloader.on('before', (event) => event.waitUntil(slowly('third')));
    reloader.on('after', () => steps.push('after'));
    const after = nextEvent(reloader, 'after');
    build(2);
    await after;
    expect(steps).toEqual(['first', 'second', 'third', 'after']);
  });

  test('accepts the promise of somebody else, and what is no promise at all', async () => {
    await using reloader = new DynamicReload();
    await reloader.addLibrary(build(1));
    reloader.on('before', (event) => {
      event.waitUntil({ then: (onFulfilled) => Promise.resolve().then(onFulfilled) });
      event.waitUntil(undefined as unknown as Promise<void>);
    });
    const after = nextEvent(reloader, 'after');
    build(2);
    expect((await after).version).toBe(2);
  });

  test('keeps the old version when the promise rejects, and the next build is tried', async () => {
    await using held = await holdReload();
    const { library, log, reloader } = held;
    const failed = nextEvent(reloader, 'failed');
    const cause = new Error('still saving');
    held.refuse(cause);
    expect((await failed).error).toEqual(
      codedError('ERR_BEFORE_LISTENER', { message: /refused to reload .*: still saving$/, cause }),
    );
    expect([library.version, library.symbols.shared_fun()]).toEqual([1, 1]);
    const after = nextEvent(reloader, 'after');
    build(3);
    await after;
    expect([library.version, library.symbols.shared_fun()]).toEqual([2, 3]);
    expect(log).toEqual(['before 1', 'failed 1: ERR_BEFORE_LISTENER', 'before 1', 'after 2']);
  });

  test('fails once, when all others are done, when one of the listeners throws', async () => {
    await using reloader = new DynamicReload();
    await reloader.addLibrary(build(1));
    const log = logEvents(reloader);
    reloader.once('before', (event) => {
      event.waitUntil(settle().then(() => log.push('saved')));
    });
    reloader.once('before', () => {
      throw new Error('thrown');
    });
    const failed = nextEvent(reloader, 'failed');
    build(2);
    expect((await failed).error.message).toMatch(/: thrown$/);
    await settle();
    expect(log).toEqual(['before 1', 'saved', 'failed 1: ERR_BEFORE_LISTENER']);
  });

  test('fails once when two of the listeners refuse', async () => {
    await using reloader = new DynamicReload();
    await reloader.addLibrary(build(1));
    const log = logEvents(reloader);
    reloader.once('before', (event) => {
      event.waitUntil(Promise.reject(new Error('rejected')));
      throw new Error('thrown');
    });
    const failed = nextEvent(reloader, 'failed');
    build(2);
    expect((await failed).error.code).toBe('ERR_BEFORE_LISTENER');
    await settle();
    expect(log).toEqual(['before 1', 'failed 1: ERR_BEFORE_LISTENER']);
  });

  test('is refused once the listener has returned', async () => {
    await using held = await holdReload();
    const late = new Promise<BeforeEvent>((resolve) => held.reloader.once('before', resolve));
    const after = nextEvent(held.reloader, 'after');
    held.release();
    await after;
    const done = nextEvent(held.reloader, 'after');
    build(3);
    const event = await late;
    expect(() => event.waitUntil(Promise.resolve())).toThrow(
      codedError('ERR_INVALID_STATE', {
        message: 'waitUntil() can only be called while the listener runs.',
      }),
    );
    await done;
  });
});

describe('while a reload waits', () => {
  test('all changes that come together make exactly one more', async () => {
    await using held = await holdReload();
    const { library, reloader } = held;
    const witness = await reloader.addLibrary(build(0, 'liby.so'));
    const versions: number[] = [];
    reloader.on('after', (event) => {
      if (event.library === library) versions.push(event.version);
    });
    for (const value of [3, 4]) {
      build(value);
      // Changes are noticed one after the other: when this one is here, so is the one before.
      build(value, 'liby.so');
      await waitFor(() => witness.version === value - 1);
    }
    expect([library.version, versions]).toEqual([1, []]);
    held.release();
    await waitFor(() => library.version === 3);
    expect(library.symbols.shared_fun()).toBe(4);
    await settle();
    expect(versions).toEqual([2, 3]);
    expect(reloader.update()).toBe(0);
    const copies = () => shadowCopies('shadow').filter((name) => name.endsWith('libx.so'));
    await waitFor(() => copies().length === 1);
  });

  test('a change is not lost when the reload fails', async () => {
    await using held = await holdReload();
    const { library, log } = held;
    build(3);
    await waitFor(() => shadowCopies('shadow').includes('3-libx.so'));
    await settle();
    held.refuse(new Error('no'));
    await waitFor(() => library.version === 2);
    expect(library.symbols.shared_fun()).toBe(3);
    expect(log).toEqual(['before 1', 'failed 1: ERR_BEFORE_LISTENER', 'before 1', 'after 2']);
  });

  test('update() does not touch it, and neither does the change that comes then', async () => {
    await using held = await holdReload();
    const { library, log, reloader } = held;
    build(3);
    await waitFor(() => shadowCopies('shadow').includes('3-libx.so'));
    expect(reloader.update()).toBe(0);
    expect(log).toEqual(['before 1']);
    held.release();
    await waitFor(() => library.version === 3);
    expect(log).toEqual(['before 1', 'after 2', 'before 2', 'after 3']);
  });

  test('another library is reloaded', async () => {
    await using held = await holdReload();
    const { library, reloader } = held;
    const other = await reloader.addLibrary(build(10, 'liby.so'), { symbols: sharedFun });
    const after = nextEvent(reloader, 'after');
    build(11, 'liby.so');
    expect((await after).library).toBe(other);
    expect([library.symbols.shared_fun(), other.symbols.shared_fun()]).toEqual([1, 11]);
  });

  test('an owner may come, whose symbols are those of the new version then', async () => {
    await using held = await holdReload();
    const { library, reloader } = held;
    const owner = await reloader.addLibrary(library.originalPath, {
      symbols: { again: { name: 'shared_fun', return: 'i32' } },
    });
    expect(owner.symbols.again()).toBe(1);
    const after = nextEvent(reloader, 'after');
    held.release();
    await after;
    expect([owner.symbols.again(), library.symbols.shared_fun()]).toEqual([2, 2]);
  });

  test('the library can be removed: the reload fails, and nothing is left', async () => {
    await using held = await holdReload();
    const { library, log, reloader } = held;
    await reloader.removeLibrary(library);
    expect(() => library.symbols.shared_fun()).toThrow(codedError('ERR_LIBRARY_CLOSED'));
    expect(log).toEqual(['before 1']);
    const failed = nextEvent(reloader, 'failed');
    held.release();
    expect(await failed).toMatchObject({ library, version: 1 });
    expect(log).toEqual(['before 1', 'failed 1: ERR_LIBRARY_CLOSED']);
    await waitFor(() => shadowCopies('shadow').length === 0);
  });

  test('the library can be removed and added again, and the old reload is none of the new one', async () => {
    await using held = await holdReload();
    const { library, reloader } = held;
    await reloader.removeLibrary(library);
    const again = await reloader.addLibrary(library.originalPath, { symbols: sharedFun });
    const failed = nextEvent(reloader, 'failed');
    held.release();
    expect((await failed).library).toBe(library);
    expect([again.version, again.symbols.shared_fun()]).toEqual([1, 2]);
  });

  test('the reloader can be closed: the reload fails, and nothing is left', async () => {
    await using held = await holdReload();
    const { library, log, reloader } = held;
    await reloader.close();
    expect(readdirSync('shadow')).toEqual([]);
    const failed = nextEvent(reloader, 'failed');
    held.release();
    expect(await failed).toMatchObject({ library, version: 1 });
    expect(log).toEqual(['before 1', 'failed 1: ERR_LIBRARY_CLOSED']);
    await settle();
    expect(readdirSync('shadow')).toEqual([]);
  });
});
