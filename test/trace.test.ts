import { readFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DynamicReload, type Library, type TraceDecision, type TraceEvent } from '../lib';
import { compile } from './support/compiler';
import { useProjectDirectory } from './support/temporary-directory';
import { collectUncaught } from './support/uncaught';
import { nextEvent, waitFor } from './support/wait';

const project = useProjectDirectory();
const symbols = { shared_fun: { return: 'i32' } } as const;

function build(value: number): string {
  return compile({ value }, project.file('libx.so'));
}

/** Kind and word of each entry. */
function words(entries: readonly TraceEvent[]): string[] {
  return entries.map(({ kind, what }) => `${kind} ${what}`);
}

function find(entries: readonly TraceEvent[], what: TraceEvent['what']): TraceEvent | undefined {
  return entries.find((entry) => entry.what === what);
}

async function withTrace(
  body: (entries: TraceEvent[], reloader: DynamicReload, library: Library) => Promise<void>,
  options: ConstructorParameters<typeof DynamicReload>[0] = {},
): Promise<void> {
  await using reloader = new DynamicReload(options);
  const library = await reloader.addLibrary(build(1), { symbols, validate: () => true });
  const entries: TraceEvent[] = [];
  reloader.on('trace', (entry) => entries.push(entry));
  await body(entries, reloader, library);
}

/** What belongs to one reload is over when the old version is gone. */
async function reload(reloader: DynamicReload, entries: readonly TraceEvent[]): Promise<void> {
  const unloaded = nextEvent(reloader, 'unloaded');
  build(2);
  await unloaded;
  await waitFor(() => find(entries, 'unloaded'));
}

describe('the trace of a reload', () => {
  test('tells what the system reported, what was decided and each phase, in this order', async () => {
    await withTrace(async (entries, reloader) => {
      await reload(reloader, entries);
      const told = words(entries);
      expect(told.filter((one) => !one.startsWith('event'))).toEqual([
        'decision look',
        'phase copy',
        'decision reload',
        ...['before', 'load', 'validate', 'commit', 'after', 'retired', 'unloaded'].map(
          (what) => `phase ${what}`,
        ),
      ]);
      expect(told[0]).toBe('event moved-to');
    });
  });

  test('goes forward in time, on the clock of performance.now()', async () => {
    const start = performance.now();
    await withTrace(async (entries, reloader) => {
      await reload(reloader, entries);
      const times = entries.map(({ time }) => time);
      expect(times).toEqual([...times].sort((one, other) => one - other));
      expect(times.at(0)).toBeGreaterThan(start - 1);
      expect(times.at(-1)).toBeLessThan(performance.now() + 1);
    });
  });

  test('names the library, the file and the versions', async () => {
    await withTrace(async (entries, reloader, library) => {
      await reload(reloader, entries);
      expect(new Set(entries.map((entry) => entry.library))).toEqual(new Set([library]));
      expect(find(entries, 'moved-to')).toMatchObject({ detail: 'libx.so' });
      const { size } = library.versions.at(-1)!;
      expect(find(entries, 'copy')).toMatchObject({
        detail: expect.stringMatching(`^${size} bytes in [0-9.]+ ms to ${library.loadedPath}$`),
      });
      expect(find(entries, 'commit')).toMatchObject({ detail: 'version 2' });
      expect(find(entries, 'retired')).toMatchObject({ detail: 'version 1' });
    });
  });

  test('is the same with update(), a moment later', async () => {
    await withTrace(
      async (entries, reloader) => {
        build(2);
        await waitFor(() => reloader.update() > 0);
        await waitFor(() => find(entries, 'after'));
        expect(words(entries)).toEqual(
          expect.arrayContaining(['event moved-to', 'phase before', 'phase commit', 'phase after']),
        );
      },
      { reload: 'manual' },
    );
  });

  test('tells why it failed', async () => {
    await withTrace(async (entries, reloader) => {
      const failed = nextEvent(reloader, 'failed');
      compile('int other(void) { return 0; }', project.file('libx.so'));
      const { error } = await failed;
      await waitFor(() => find(entries, 'failed'));
      expect(find(entries, 'failed')).toMatchObject({ kind: 'phase', detail: error.message });
    });
  });

  test('tells of each step back', async () => {
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary(build(1), { symbols, keepVersions: 1 });
    build(2);
    await library.reloaded();
    const entries: TraceEvent[] = [];
    reloader.on('trace', (entry) => entries.push(entry));
    await library.rollback();
    await waitFor(() => find(entries, 'after'));
    expect(words(entries.filter(({ kind }) => kind === 'phase'))).toEqual(
      ['before', 'commit', 'after'].map((what) => `phase ${what}`),
    );
  });

  test('says that an old version stays, and why', async () => {
    await using reloader = new DynamicReload();
    const entries: TraceEvent[] = [];
    reloader.on('trace', (entry) => entries.push(entry));
    const library = await reloader.addLibrary(build(1), { symbols, drainTimeoutMs: 1 });
    using _lease = library.lease();
    build(2);
    await waitFor(() => find(entries, 'resident'));
    expect(find(entries, 'resident')).toMatchObject({ detail: 'version 1: in-use' });
  });
});

describe('the trace of a change that is none', () => {
  test('tells which copy it is the same as', async () => {
    await withTrace(async (entries, _reloader, library) => {
      build(1);
      const skip = await waitFor(() => find(entries, 'skip'));
      expect(skip).toMatchObject({ reason: `same image as ${library.loadedPath}` });
    });
  });

  test('tells that a file was touched only', async () => {
    await withTrace(async (entries) => {
      utimesSync(project.file('libx.so'), 1, 1);
      const skip = await waitFor(() => find(entries, 'skip'));
      expect(words(entries)).toEqual(['event attrib', 'decision skip']);
      expect(skip).toMatchObject({ reason: 'touched only' });
    });
  });

  test('tells of each look at a file that is damaged, and the words of the failure', async () => {
    await withTrace(async (entries, reloader) => {
      const failed = nextEvent(reloader, 'failed');
      const whole = readFileSync(project.file('libx.so'));
      writeFileSync(project.file('libx.so'), whole.subarray(0, whole.length / 2));
      const { error } = await failed;
      const { reason } = (await waitFor(() => find(entries, 'fail'))) as TraceDecision;
      expect(find(entries, 'retry')).toMatchObject({
        reason: expect.stringMatching(/; next look in [0-9.]+ ms$/),
      });
      expect(error.message).toContain(reason);
      expect(reason).not.toBe('');
    });
  });
});

describe('the trace', () => {
  test('tells of the first version when somebody listens before it is added', async () => {
    await using reloader = new DynamicReload();
    const entries: TraceEvent[] = [];
    reloader.on('trace', (entry) => entries.push(entry));
    const library = reloader.addLibrarySync(build(1));
    await waitFor(() => find(entries, 'commit'));
    expect(words(entries)).toEqual(['phase copy', 'decision reload', 'phase load', 'phase commit']);
    expect(entries.every((entry) => entry.library === library)).toBe(true);
  });

  test('says that a file is polled, and what was seen', async () => {
    await using reloader = new DynamicReload({ watch: 'poll' });
    const entries: TraceEvent[] = [];
    reloader.on('trace', (entry) => entries.push(entry));
    await reloader.addLibrary(build(1));
    build(2);
    await waitFor(() => find(entries, 'after'));
    expect(find(entries, 'poll')).toMatchObject({ kind: 'decision' });
    const polled = entries.filter(({ what }) => what === 'polled');
    expect(polled).toContainEqual(expect.objectContaining({ kind: 'event', detail: 'replaced' }));
  });

  test('says that it looks for the way anew when a directory was replaced', async () => {
    await using reloader = new DynamicReload();
    const entries: TraceEvent[] = [];
    const library = compile({ value: 1 }, project.file('one/libx.so'));
    await reloader.addLibrary(library);
    reloader.on('trace', (entry) => entries.push(entry));
    renameSync(path.dirname(library), project.file('two'));
    expect(await waitFor(() => find(entries, 'replan'))).toMatchObject({
      reason: 'a directory is not where it was',
    });
  });

  test('is only told to those who listen, while they do', async () => {
    await using reloader = new DynamicReload();
    await using other = new DynamicReload();
    const library = await reloader.addLibrary(build(1), { symbols });
    await other.addLibrary(library.originalPath);
    const entries: TraceEvent[] = [];
    const listener = (entry: TraceEvent) => entries.push(entry);
    reloader.on('trace', listener);
    build(2);
    await library.reloaded();
    await waitFor(() => find(entries, 'unloaded'));
    expect(entries.every((entry) => entry.library === library)).toBe(true);
    reloader.off('trace', listener);
    const count = entries.length;
    build(3);
    await library.reloaded({ version: 3 });
    reloader.on('trace', listener);
    build(4);
    await library.reloaded({ version: 4 });
    await waitFor(() => find(entries.slice(count), 'after'));
    expect(find(entries.slice(count), 'commit')).toMatchObject({ detail: 'version 4' });
  });

  test('can be listened to anew after all listeners were removed', async () => {
    await withTrace(async (entries, reloader) => {
      reloader.removeAllListeners();
      reloader.on('trace', (entry) => entries.push(entry));
      await reload(reloader, entries);
      expect(words(entries)).toContain('phase after');
    });
  });

  test('goes on when a listener throws, and so does the reload', async () => {
    await collectUncaught(async (uncaught) => {
      await withTrace(async (entries, reloader) => {
        reloader.on('trace', ({ what }) => {
          if (what === 'before') throw new Error('no');
        });
        await reload(reloader, entries);
        await waitFor(() => uncaught.length > 0);
        expect(uncaught).toEqual([new Error('no')]);
      });
    });
  });

  test('may be used to close the reloader', async () => {
    await withTrace(async (_entries, reloader) => {
      const closed = new Promise<void>((resolve) => {
        reloader.on('trace', ({ what }) => {
          if (what === 'load') resolve(reloader.close());
        });
      });
      build(2);
      await closed;
    });
  });
});
