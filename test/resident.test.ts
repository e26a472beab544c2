// Old versions that the system keeps, as users hear of them.

import { once } from 'node:events';
import { DynamicReload, type Library } from '../lib';
import { compile } from './support/compiler';
import { isCollected } from './support/garbage';
import { useProjectDirectory } from './support/temporary-directory';
import { nextEvent, waitFor } from './support/wait';

const project = useProjectDirectory();

// Each version has a static variable in an inline function, of which C++ makes one for the process.
const CPP = `
  inline int &setting() { static int value = VERSION; return value; }
  extern "C" int shared_fun() { return setting(); }`;

function buildCpp(version: number): string {
  const defines = { VERSION: version };
  return compile(CPP, project.file('libx.so'), { language: 'c++', defines });
}

// A thread that waits in the library, from the first call of start() to that of stop().
const THREAD = `
  #include <pthread.h>
  #include <semaphore.h>
  static sem_t stop_now;
  static pthread_t thread;
  static void *wait_inside(void *unused) { while (sem_wait(&stop_now)) {} return unused; }
  int start(void) { sem_init(&stop_now, 0, 0); return pthread_create(&thread, 0, wait_inside, 0); }
  void *stop_address(void) { return &stop_now; }`;

const symbols = { shared_fun: { return: 'i32' } } as const;

test('a C++ library has its own statics in each version, and the old one is unloaded', async () => {
  await using reloader = new DynamicReload();
  const library = await reloader.addLibrary(buildCpp(1), { symbols });
  expect(library.symbols.shared_fun()).toBe(1);
  const unloaded = nextEvent(reloader, 'unloaded');
  buildCpp(2);
  expect(await unloaded).toEqual({ library, version: 1 });
  expect(library.symbols.shared_fun()).toBe(2);
});

test('keepUnique keeps those of the first version, and that says why it is resident', async () => {
  await using reloader = new DynamicReload();
  const library = await reloader.addLibrary(buildCpp(1), { symbols, keepUnique: true });
  expect(library.symbols.shared_fun()).toBe(1);
  const resident = nextEvent(reloader, 'resident');
  buildCpp(2);
  expect(await resident).toEqual({ library, version: 1, reasons: ['unique'] });
  expect(library.symbols.shared_fun()).toBe(1);
  expect(library.versions[0]).toMatchObject({ state: 'resident', reasons: ['unique'] });
});

test('a version in which a thread waits stays until reap() finds it gone', async () => {
  await using reloader = new DynamicReload();
  const build = (version: number) =>
    compile(`${THREAD} int version = ${version};`, project.file('libx.so'), {
      flags: ['-pthread'],
    });
  const library = await reloader.addLibrary(build(1), {
    symbols: { start: { return: 'i32' }, stop_address: { return: 'pointer' } },
  });
  expect(library.symbols.start()).toBe(0);
  const stop = library.symbols.stop_address();
  const resident = nextEvent(reloader, 'resident');
  build(2);
  expect(await resident).toEqual({ library, version: 1, reasons: ['thread'] });
  expect(reloader.reap()).toBe(0);

  const libc = await reloader.addLibrary('libc.so.6', {
    system: true,
    symbols: { sem_post: { arguments: ['pointer'], return: 'i32' } },
  });
  const unloaded = nextEvent(reloader, 'unloaded');
  libc.symbols.sem_post(stop);
  await waitFor(() => reloader.reap() === 1);
  expect(await unloaded).toEqual({ library, version: 1 });
  expect(library.versions[0]).toMatchObject({ state: 'unloaded', reasons: [] });
});

/** A version in which a thread waits, and what lets it end. */
async function startThread(
  reloader: DynamicReload,
  isGood = true,
): Promise<{ readonly stop: () => void; readonly adding: Promise<Library> }> {
  let stop: bigint | undefined;
  const adding = reloader.addLibrary(
    compile(THREAD, project.file('libx.so'), { flags: ['-pthread'] }),
    {
      symbols: { start: { return: 'i32' }, stop_address: { return: 'pointer' } },
      validate: ({ symbols: candidate }) => {
        candidate.start();
        stop = candidate.stop_address();
        return isGood;
      },
    },
  );
  await Promise.allSettled([adding]);
  const libc = await reloader.addLibrary('libc.so.6', {
    system: true,
    symbols: { sem_post: { arguments: ['pointer'], return: 'i32' } },
  });
  return { stop: () => void libc.symbols.sem_post(stop!), adding };
}

test('a refused version that stays is announced, and goes with reap()', async () => {
  await using reloader = new DynamicReload();
  const resident = nextEvent(reloader, 'resident');
  const { stop, adding } = await startThread(reloader, false);
  await expect(adding).rejects.toMatchObject({ code: 'ERR_VALIDATION' });
  const { library, version, reasons } = await resident;
  expect([version, reasons]).toEqual([0, ['thread']]);
  expect(library.versions).toMatchObject([{ version: 0, state: 'resident', reasons: ['thread'] }]);
  const unloaded = nextEvent(reloader, 'unloaded');
  stop();
  await waitFor(() => reloader.reap() === 1);
  expect(await unloaded).toEqual({ library, version: 0 });
  expect(library.versions).toMatchObject([{ version: 0, state: 'unloaded' }]);
});

test('a closed library is forgotten once reap() finds the last of its versions gone', async () => {
  await using reloader = new DynamicReload();
  const closed = await (async () => {
    const { stop, adding } = await startThread(reloader);
    const library = await adding;
    const resident = once(reloader, 'resident');
    await library.close();
    await resident;
    return { stop, library: new WeakRef(library) };
  })();
  closed.stop();
  await waitFor(() => reloader.reap() === 1);
  await isCollected(closed.library);
});
