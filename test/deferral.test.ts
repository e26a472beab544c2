import path from 'node:path';
import { DynamicReload } from '../lib';
import { codedError } from './support/coded-error';
import { compile } from './support/compiler';
import { logEvents } from './support/event-log';
import { shadowCopies } from './support/shadow-copies';
import { useProjectDirectory } from './support/temporary-directory';
import { nextEvent, waitFor } from './support/wait';

const project = useProjectDirectory();
const symbols = { shared_fun: { return: 'i32' } } as const;

function build(value: number): string {
  return compile({ value }, project.file('libx.so'));
}

describe('deferReload()', () => {
  test('holds reloads back, and what changed is reloaded once', async () => {
    const shadow = project.directory('shadow');
    await using reloader = new DynamicReload({ shadowDir: shadow });
    const library = await reloader.addLibrary(build(1), { symbols });
    const log = logEvents(reloader);
    const deferral = reloader.deferReload();
    build(2);
    await waitFor(() => reloader.pending === 1);
    const second = shadowCopies(shadow).find((copy) => copy !== path.basename(library.loadedPath));
    build(3);
    await waitFor(() => !shadowCopies(shadow).includes(second!)); // The third has replaced it.
    expect(library.symbols.shared_fun()).toBe(1);
    deferral.release();
    deferral.release();
    await waitFor(() => library.symbols.shared_fun() === 3);
    expect(log).toEqual(['before 1', 'after 2']);
  });

  test('ends with its block, and the last of several counts', async () => {
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary(build(1), { symbols });
    const other = reloader.deferReload();
    {
      using _deferral = reloader.deferReload();
      build(2);
      await waitFor(() => reloader.pending === 1);
    }
    expect(library.symbols.shared_fun()).toBe(1);
    other.release();
    expect(library.symbols.shared_fun()).toBe(2);
  });

  test('counts each holder once, also when it lets go while that makes a reload', async () => {
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary(build(1), { symbols });
    const first = reloader.deferReload();
    reloader.on('before', () => {
      first.release();
    });
    build(2);
    await waitFor(() => reloader.pending === 1);
    first.release();
    expect(library.symbols.shared_fun()).toBe(2);
    const [second, third] = [reloader.deferReload(), reloader.deferReload()];
    build(3);
    await waitFor(() => reloader.pending === 1);
    second.release();
    expect(library.symbols.shared_fun()).toBe(2);
    third.release();
    expect(library.symbols.shared_fun()).toBe(3);
  });

  test('holds back a reload that has begun', async () => {
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary(build(1), { symbols });
    let ready!: () => void;
    reloader.once('before', ({ waitUntil }) => waitUntil(new Promise<void>((r) => (ready = r))));
    const before = nextEvent(reloader, 'before');
    build(2);
    await before;
    const deferral = reloader.deferReload();
    ready();
    await new Promise(setImmediate);
    expect(library.version).toBe(1);
    const after = nextEvent(reloader, 'after');
    deferral.release();
    await after;
    expect(library.symbols.shared_fun()).toBe(2);
  });

  test('holds back update() too', async () => {
    await using reloader = new DynamicReload({ reload: 'manual' });
    await reloader.addLibrary(build(1), { symbols });
    const deferral = reloader.deferReload();
    build(2);
    await waitFor(() => reloader.update() === 0 && reloader.pending === 1);
    deferral.release();
    expect(reloader.update()).toBe(1);
  });
});

describe('beforeTimeoutMs', () => {
  test('ends the waiting for a listener that takes too long', async () => {
    await using reloader = new DynamicReload({ beforeTimeoutMs: 1 });
    const library = await reloader.addLibrary(build(1), { symbols });
    reloader.once('before', ({ waitUntil }) => waitUntil(new Promise(() => undefined)));
    const failed = nextEvent(reloader, 'failed');
    build(2);
    const { error } = await failed;
    expect(error).toEqual(codedError('ERR_BEFORE_LISTENER', { message: 'more than 1 ms' }));
    expect(library.symbols.shared_fun()).toBe(1);
    const after = nextEvent(reloader, 'after');
    build(3);
    await after;
    expect(library.symbols.shared_fun()).toBe(3);
  });
});
