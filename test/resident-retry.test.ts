// Old versions whose reason to stay passes: nobody has to call reap().

import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { DynamicReload, type Library } from '../lib';
import { compile } from './support/compiler';
import { useProjectDirectory } from './support/temporary-directory';
import { nextEvent, waitFor } from './support/wait';

const project = useProjectDirectory();

// A thread that waits in the library, until somebody posts its semaphore.
const SOURCE = `
  #define _GNU_SOURCE
  #include <pthread.h>
  #include <semaphore.h>
  #include <sys/syscall.h>
  #include <unistd.h>
  static sem_t started, stop;
  static int thread_id;
  static void *wait_inside(void *unused) {
    thread_id = syscall(SYS_gettid);
    sem_post(&started);
    while (sem_wait(&stop)) {}
    return unused;
  }
  int start(void) {
    pthread_t thread;
    sem_init(&started, 0, 0);
    sem_init(&stop, 0, 0);
    if (pthread_create(&thread, 0, wait_inside, 0)) return 0;
    pthread_detach(thread);
    while (sem_wait(&started)) {}
    return thread_id;
  }
  void *stop_address(void) { return &stop; }
  int version = VERSION;`;

const symbols = { start: { return: 'i32' }, stop_address: { return: 'pointer' } } as const;

function build(version: number): string {
  const options = { flags: ['-pthread'], defines: { VERSION: version } };
  return compile(SOURCE, project.file('libx.so'), options);
}

/** Two versions, and a thread that waits in the first one. `stop` ends it. */
async function keepFirst(reloader: DynamicReload): Promise<{
  readonly library: Library;
  readonly stop: () => Promise<unknown>;
}> {
  const library = await reloader.addLibrary(build(1), { symbols });
  const thread = library.symbols.start();
  const address = library.symbols.stop_address();
  const resident = nextEvent(reloader, 'resident');
  build(2);
  expect(await resident).toEqual({ library, version: 1, reasons: ['thread'] });
  const libc = await reloader.addLibrary('libc.so.6', {
    system: true,
    symbols: { sem_post: { arguments: ['pointer'], return: 'i32' } },
  });
  const stop = () => {
    libc.symbols.sem_post(address);
    return waitFor(() => !existsSync(`/proc/self/task/${thread}`));
  };
  return { library, stop };
}

const statesOf = ({ versions }: Library) => versions.map(({ state }) => state);

test('a version whose thread ended goes with the next reload', async () => {
  await using reloader = new DynamicReload();
  const { library, stop } = await keepFirst(reloader);
  await stop();
  const gone: number[] = [];
  reloader.on('unloaded', ({ version }) => gone.push(version));
  build(3);
  await waitFor(() => gone.length === 2);
  expect(gone).toEqual([1, 2]);
  expect(statesOf(library)).toEqual(['unloaded', 'unloaded', 'current']);
});

test('it is gone after the listeners of the reload, not before', async () => {
  await using reloader = new DynamicReload();
  const { library, stop } = await keepFirst(reloader);
  await stop();
  const order: string[] = [];
  reloader.on('before', () => order.push(`before ${statesOf(library)[0] ?? ''}`));
  reloader.on('after', () => order.push(`after ${statesOf(library)[0] ?? ''}`));
  const unloaded = nextEvent(reloader, 'unloaded');
  build(3);
  expect(await unloaded).toEqual({ library, version: 1 });
  expect(order).toEqual(['before resident', 'after resident']);
});

test('it goes when nothing else is unloaded by that reload', async () => {
  await using reloader = new DynamicReload();
  const library = await reloader.addLibrary(build(1), { symbols, keepVersions: 1 });
  const thread = library.symbols.start();
  const libc = await reloader.addLibrary('libc.so.6', {
    system: true,
    symbols: { sem_post: { arguments: ['pointer'], return: 'i32' } },
  });
  const address = library.symbols.stop_address();
  build(2);
  await library.reloaded({ version: 2 });
  const resident = nextEvent(reloader, 'resident');
  build(3);
  await resident;
  libc.symbols.sem_post(address);
  await waitFor(() => !existsSync(`/proc/self/task/${thread}`));
  const unloaded = nextEvent(reloader, 'unloaded');
  await library.rollback();
  expect(await unloaded).toEqual({ library, version: 1 });
});

test('a version whose thread ended goes when the library is closed', async () => {
  await using reloader = new DynamicReload();
  const { library, stop } = await keepFirst(reloader);
  await stop();
  const gone: number[] = [];
  library.on('unloaded', ({ version }) => gone.push(version));
  await library.close();
  expect(gone.sort()).toEqual([1, 2]);
  expect(reloader.reap()).toBe(0);
});

test('however many there are, all go', async () => {
  const COUNT = 10;
  await using reloader = new DynamicReload();
  const library = await reloader.addLibrary(build(1), { symbols });
  const libc = await reloader.addLibrary('libc.so.6', {
    system: true,
    symbols: { sem_post: { arguments: ['pointer'], return: 'i32' } },
  });
  const threads: number[] = [];
  const addresses: unknown[] = [];
  for (let version = 2; version <= COUNT + 1; version += 1) {
    threads.push(library.symbols.start());
    addresses.push(library.symbols.stop_address());
    const resident = nextEvent(reloader, 'resident');
    build(version);
    await resident;
  }
  for (const address of addresses) libc.symbols.sem_post(address as bigint);
  await waitFor(() => !threads.some((thread) => existsSync(`/proc/self/task/${thread}`)));
  const isKept = () => statesOf(library).includes('resident');
  for (let version = COUNT + 2; version <= COUNT + 3; version += 1) {
    const reloaded = library.reloaded();
    build(version);
    await reloaded;
  }
  await waitFor(() => !isKept());
});

test('a version whose thread waits stays, and is announced once', async () => {
  await using reloader = new DynamicReload();
  const { library, stop } = await keepFirst(reloader);
  const resident: number[] = [];
  reloader.on('resident', ({ version }) => resident.push(version));
  const unloaded = once(reloader, 'unloaded');
  build(3);
  expect(await unloaded).toEqual([{ library, version: 2 }]);
  expect(statesOf(library)).toEqual(['resident', 'unloaded', 'current']);
  expect(resident).toEqual([]);
  await stop();
});
