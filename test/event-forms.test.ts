// The same events in other forms.

import { DynamicReload, type Library, type NamedEvent } from '../lib';
import { codedError } from './support/coded-error';
import { compile } from './support/compiler';
import { useProjectDirectory } from './support/temporary-directory';
import { nextEvent } from './support/wait';

const project = useProjectDirectory();
const symbols = { shared_fun: { return: 'i32' } } as const;

function build(value: number, name = 'libx.so'): string {
  return compile({ value }, project.file(name));
}

describe('reloader.events()', () => {
  test('gives every event in order, and ends when the reloader is closed', async () => {
    const reloader = new DynamicReload();
    const library = await reloader.addLibrary(build(1), { symbols });
    const seen: unknown[] = [];
    const reading = (async () => {
      for await (const event of reloader.events()) seen.push([event.type, event.library]);
    })();
    const unloaded = nextEvent(reloader, 'unloaded');
    build(2);
    await unloaded;
    await reloader.close();
    await reading;
    expect(seen).toEqual([
      ['before', library],
      ['after', library],
      ['unloaded', library],
      ['unloaded', library],
    ]);
  });

  test('keeps what happens before it is read, and listens no more once it is left', async () => {
    await using reloader = new DynamicReload();
    await reloader.addLibrary(build(1), { symbols });
    const events = reloader.events();
    const after = nextEvent(reloader, 'after');
    build(2);
    await after;
    const first: NamedEvent['type'][] = [];
    for await (const { type } of events) {
      first.push(type);
      break;
    }
    expect(first).toEqual(['before']);
    expect(await events.next()).toEqual({ value: undefined, done: true });
    expect(reloader.listenerCount('before')).toBe(0);
  });
});

describe('events that nobody reads', () => {
  /** Tells so many things in a row. */
  function tell(reloader: DynamicReload, library: Library, count: number): void {
    for (let i = 0; i < count; i++) reloader.emit('warning', { library, message: String(i) });
  }

  test('are kept up to 1,000, and then the stream begins with a warning', async () => {
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary(build(1), { symbols });
    const events = reloader.events();
    tell(reloader, library, 1005);
    const message = expect.stringMatching(/^5 events .* lost/) as string;
    expect(await events.next()).toEqual({
      value: { type: 'warning', library, message },
      done: false,
    });
    const first = { value: { type: 'warning', library, message: '5' }, done: false };
    expect(await events.next()).toEqual(first);
    for (let i = 6; i < 1005; i++) await events.next();
    tell(reloader, library, 1);
    expect(await events.next()).toMatchObject({ value: { message: '0' } });
  });
});

test('any number may wait, which Node.js does not take for a leak', async () => {
  const warnings = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  await using reloader = new DynamicReload();
  const library = await reloader.addLibrary(build(1), { symbols });
  const { signal } = new AbortController();
  const streams = Array.from({ length: 20 }, () => reloader.events());
  const waiting = Array.from({ length: 40 }, (_, index) =>
    library.reloaded(index % 2 === 0 ? { signal } : {}),
  );
  build(2);
  for (const { version } of await Promise.all(waiting)) expect(version).toBe(2);
  for (const stream of streams)
    expect(await stream.next()).toMatchObject({ value: { type: 'before' } });
  expect(warnings).not.toHaveBeenCalled();
  warnings.mockRestore();
});

describe('library.reloaded()', () => {
  test('resolves with the next reload', async () => {
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary(build(1), { symbols });
    const reloaded = library.reloaded();
    build(2);
    expect(await reloaded).toEqual({ library, version: 2 });
  });

  test('waits for a version, and not when there is one already', async () => {
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary(build(1), { symbols });
    expect(await library.reloaded({ version: 1 })).toEqual({ library, version: 1 });
    const third = library.reloaded({ version: 3 });
    for (const value of [2, 3]) {
      const next = library.reloaded();
      build(value);
      await next;
    }
    expect(await third).toEqual({ library, version: 3 });
  });

  test('rejects when the library is closed, and when it is aborted', async () => {
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary(build(1), { symbols });
    const controller = new AbortController();
    const aborted = library.reloaded({ signal: controller.signal });
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(aborted).rejects.toBe(reason);
    const closed = library.reloaded();
    await library.close();
    await expect(closed).rejects.toEqual(codedError('ERR_LIBRARY_CLOSED'));
    await expect(library.reloaded()).rejects.toEqual(codedError('ERR_LIBRARY_CLOSED'));
  });
});

describe('listeners of a library', () => {
  test('hear of that library only', async () => {
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary(build(1), { symbols });
    const other = await reloader.addLibrary(build(1, 'libother.so'), { symbols });
    const [heard, elsewhere] = [jest.fn(), jest.fn()];
    library.on('after', ({ version }) => void heard(version));
    other.on('after', elsewhere);
    const reloaded = library.reloaded();
    build(2);
    await reloaded;
    expect(heard.mock.calls).toEqual([[2]]);
    expect(elsewhere).not.toHaveBeenCalled();
  });

  test('can hold a reload back, and refuse it', async () => {
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary(build(1), { symbols });
    library.once('before', ({ waitUntil }) => waitUntil(Promise.reject(new Error('not now'))));
    const failed = nextEvent(reloader, 'failed');
    build(2);
    expect((await failed).error).toEqual(codedError('ERR_BEFORE_LISTENER', { message: 'not now' }));
    expect(library.symbols.shared_fun()).toBe(1);
  });
});
