import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { DynamicReload, type Library } from '../lib';
import { codedError } from './support/coded-error';
import { compile } from './support/compiler';
import { logEvents } from './support/event-log';
import { useProjectDirectory } from './support/temporary-directory';
import { collectUncaught } from './support/uncaught';
import { nextEvent, waitFor } from './support/wait';

const project = useProjectDirectory();

const sharedFun = { shared_fun: { return: 'i32' } } as const;
type SharedFun = Library<typeof sharedFun>;

const UNRESOLVED = 'int missing(void); int shared_fun(void) { return missing(); }';
const OTHER_SYMBOL = 'int shared_func(void) { return 0; }';
const GARBAGE = 'no library';

function build(value: number): string {
  return compile({ value }, project.file('libx.so'));
}

async function add(reloader: DynamicReload): Promise<SharedFun> {
  return reloader.addLibrary(build(1), { symbols: sharedFun });
}

/** Puts a library that cannot be loaded in the place of the good one, and waits for the failure. */
async function breakWith(reloader: DynamicReload, source: string) {
  const failed = nextEvent(reloader, 'failed');
  if (source === GARBAGE) writeFileSync(project.file('libx.so'), GARBAGE);
  else compile(source, project.file('libx.so'));
  return failed;
}

async function repairWith(reloader: DynamicReload, value: number): Promise<void> {
  const after = nextEvent(reloader, 'after');
  build(value);
  await after;
}

describe('a reload', () => {
  test('is announced while the old version works, and told of when the new one does', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader);
    const seen: unknown[] = [];
    const look = () => [library.version, library.symbols.shared_fun()];
    reloader.on('before', ({ version }) => seen.push(['before', version, ...look()]));
    reloader.on('after', ({ version }) => seen.push(['after', version, ...look()]));
    await repairWith(reloader, 2);
    expect(seen).toEqual([
      ['before', 1, 1, 1],
      ['after', 2, 2, 2],
    ]);
  });

  test('tells of itself while the old version is still loaded, and unloads it then', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader);
    const old = library.loadedPath;
    const isLoaded = () => readFileSync('/proc/self/maps', 'utf8').includes(old);
    const loaded: boolean[] = [];
    reloader.on('before', () => loaded.push(isLoaded()));
    reloader.on('after', () => loaded.push(isLoaded()));
    await repairWith(reloader, 2);
    expect(loaded).toEqual([true, true]);
    expect(isLoaded()).toBe(false);
  });

  test('tells which library it is', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader);
    await reloader.addLibrary(compile({ value: 1 }, project.file('liby.so')));
    const libraries: Library[] = [];
    reloader.on('before', (event) => libraries.push(event.library));
    reloader.on('after', (event) => libraries.push(event.library));
    await repairWith(reloader, 2);
    expect(libraries).toEqual([library, library]);
    expect((await breakWith(reloader, GARBAGE)).library).toBe(library);
  });
});

describe('a change', () => {
  test.each([
    ['that is no library', GARBAGE, 'ERR_LIBRARY_INCOMPLETE', []],
    ['that the loader refuses', UNRESOLVED, 'ERR_LIBRARY_LOAD', ['before 1']],
    ['that lacks a symbol', OTHER_SYMBOL, 'ERR_SYMBOL_NOT_FOUND', ['before 1']],
  ] as const)(
    '%s leaves the old version, and the next good one is loaded',
    async (_what, source, code, announced) => {
      await using reloader = new DynamicReload({ shadowDir: '.' });
      const library = await add(reloader);
      const { loadedPath, originalPath } = library;
      const log = logEvents(reloader);
      const event = await breakWith(reloader, source);
      expect(event).toMatchObject({ library, version: 1 });
      expect(event.error).toEqual(codedError(code, { path: originalPath }));
      expect(log).toEqual([...announced, `failed 1: ${code}`]);
      expect(library.symbols.shared_fun()).toBe(1);
      expect(library).toMatchObject({ version: 1, loadedPath });
      expect(existsSync(loadedPath)).toBe(true);

      await repairWith(reloader, 2);
      expect([library.version, library.symbols.shared_fun()]).toEqual([2, 2]);
    },
  );

  test('that cannot be copied leaves the old version', async () => {
    const shadowDir = project.directory('shadow');
    await using reloader = new DynamicReload({ shadowDir });
    const library = await add(reloader);
    const log = logEvents(reloader);
    const failed = nextEvent(reloader, 'failed');
    rmSync(shadowDir, { recursive: true });
    build(2);
    expect((await failed).error).toMatchObject({ path: library.originalPath, syscall: 'open' });
    expect(log).toEqual(['failed 1: ERR_SHADOW_COPY']);
    expect([library.version, library.symbols.shared_fun()]).toEqual([1, 1]);
  });

  test('that cannot be loaded is reported once', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader);
    const log = logEvents(reloader);
    await breakWith(reloader, OTHER_SYMBOL);
    await breakWith(reloader, UNRESOLVED);
    await repairWith(reloader, 2);
    expect(log).toEqual([
      ...['before 1', 'failed 1: ERR_SYMBOL_NOT_FOUND'],
      ...['before 1', 'failed 1: ERR_LIBRARY_LOAD'],
      ...['before 1', 'after 2'],
    ]);
    expect(library.symbols.shared_fun()).toBe(2);
  });

  test.each([
    ['was damaged', GARBAGE],
    ['lacked a symbol', OTHER_SYMBOL],
  ])(
    'that brings back the version that runs, after the file %s, is no news',
    async (_what, bad) => {
      await using reloader = new DynamicReload();
      const library = await add(reloader);
      const witness = await reloader.addLibrary(compile({ value: 1 }, project.file('liby.so')));
      await repairWith(reloader, 2);
      const good = readFileSync(library.originalPath);
      await breakWith(reloader, bad);
      const told = jest.fn();
      reloader.on('before', (event) => {
        if (event.library === library) told('before');
      });
      reloader.on('failed', (event) => {
        if (event.library === library) told('failed');
      });
      writeFileSync(library.originalPath, good);
      // Changes are looked at one after the other, so this one comes after the other would have.
      compile({ value: 2 }, witness.originalPath);
      await waitFor(() => witness.version === 2);
      expect(told).not.toHaveBeenCalled();
      expect([library.version, library.symbols.shared_fun()]).toEqual([2, 2]);
    },
  );
});

describe('a "before" listener that throws', () => {
  test('keeps the old version, and the next build is tried', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader);
    const log = logEvents(reloader);
    const cause = new Error('not during the game');
    const refuse = () => {
      throw cause;
    };
    const later = jest.fn();
    reloader.on('before', refuse).on('before', later);
    const failed = nextEvent(reloader, 'failed');
    build(2);
    const { error } = await failed;
    expect(error).toEqual(
      codedError('ERR_BEFORE_LISTENER', {
        name: 'DynamicReloadError',
        message: `A "before" listener refused to reload ${library.name}: not during the game`,
        cause,
      }),
    );
    expect(library.symbols.shared_fun()).toBe(1);
    expect(later).not.toHaveBeenCalled();

    reloader.off('before', refuse);
    await repairWith(reloader, 3);
    expect(library.symbols.shared_fun()).toBe(3);
    expect(log).toEqual(['before 1', 'failed 1: ERR_BEFORE_LISTENER', 'before 1', 'after 2']);
  });

  test('may throw anything', async () => {
    await using reloader = new DynamicReload();
    await add(reloader);
    reloader.on('before', () => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- what a listener may do
      throw 'no';
    });
    const failed = nextEvent(reloader, 'failed');
    build(2);
    expect((await failed).error).toMatchObject({
      message: expect.stringMatching(/: 'no'$/),
      cause: 'no',
    });
  });
});

describe('a listener that throws when there is nothing left to stop', () => {
  test('after a reload is an uncaught exception, and the reload is done', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader);
    const old = library.loadedPath;
    const thrown = new Error('thrown after');
    reloader.once('after', () => {
      throw thrown;
    });
    await collectUncaught(async (uncaught) => {
      build(2);
      await waitFor(() => uncaught.length > 0);
      expect(uncaught).toEqual([thrown]);
    });
    expect([library.version, library.symbols.shared_fun()]).toEqual([2, 2]);
    await waitFor(() => !existsSync(old));
    await repairWith(reloader, 3);
    expect(library.symbols.shared_fun()).toBe(3);
  });

  test('after a failure is an uncaught exception, and the old version works', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader);
    const thrown = new Error('thrown after a failure');
    reloader.once('failed', () => {
      throw thrown;
    });
    await collectUncaught(async (uncaught) => {
      writeFileSync(library.originalPath, GARBAGE);
      await waitFor(() => uncaught.length > 0);
      expect(uncaught).toEqual([thrown]);
    });
    expect(library.symbols.shared_fun()).toBe(1);
    await repairWith(reloader, 2);
    expect(library.symbols.shared_fun()).toBe(2);
  });

  test('does not keep another library from its reload', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader);
    const other = await reloader.addLibrary(compile({ value: 1 }, project.file('liby.so')), {
      symbols: sharedFun,
    });
    reloader.on('after', (event) => {
      throw new Error(`thrown for ${event.library.name}`);
    });
    await collectUncaught(async (uncaught) => {
      build(2);
      compile({ value: 3 }, other.originalPath);
      await waitFor(() => uncaught.length === 2);
    });
    expect([library.symbols.shared_fun(), other.symbols.shared_fun()]).toEqual([2, 3]);
  });
});

test('every "before" is followed by exactly one "after" or "failed" of its library', async () => {
  await using reloader = new DynamicReload();
  await add(reloader);
  const log = logEvents(reloader);
  for (const [i, source] of [OTHER_SYMBOL, GARBAGE, UNRESOLVED, GARBAGE].entries()) {
    await breakWith(reloader, source);
    await repairWith(reloader, i + 2);
  }
  const pairs = log.join('; ').replaceAll(/before \d; (after \d|failed \d: \w+)/g, 'pair');
  expect(pairs).toBe(
    'pair; pair; failed 2: ERR_LIBRARY_INCOMPLETE; pair; pair; pair; ' +
      'failed 4: ERR_LIBRARY_INCOMPLETE; pair',
  );
});
