// The reloader, its options and its events.

import type {
  AfterEvent,
  BuildError,
  BuildEvent,
  ErrorCode,
  FailedEvent,
  Library,
  ReloadEvent,
  ReloadTimings,
  SymbolChanges,
  TraceEvent,
  UpdateState,
} from '../../lib';
import {
  DynamicReload,
  DynamicReloadError,
  LibraryNotFoundError,
  SystemCallError,
} from '../../lib';
import { check, type Equal } from './check.test-d';

async function main(): Promise<void> {
  await using reloader = new DynamicReload({
    searchPaths: ['build'] as const,
    shadowDir: 'build',
    search: 'backwards',
    debounceMs: 200,
    watch: 'poll',
    reload: 'manual',
    shareVersions: true,
    signal: new AbortController().signal,
  });
  await using library = await reloader.addLibrary('test_shared', {
    platformName: true,
    watchDependencies: true,
    copy: 'loadable',
    flags: 2,
    signal: AbortSignal.timeout(1000),
    allow: ['0'.repeat(64)] as const,
    verify: ({ sha256, size, buildId }) =>
      check<Equal<[string, number, string | null], [typeof sha256, typeof size, typeof buildId]>>(),
    probe: true,
    symbols: { shared_fun: { return: 'i32' } },
  });
  check<Equal<ReturnType<typeof library.symbols.shared_fun>, number>>();
  check<Equal<typeof library.version, number>>();
  check<Equal<typeof library.originalPath, string>>();
  check<Equal<typeof library.loadedPath, string>>();
  await reloader.removeLibrary(library);
  reloader.unref().ref();
}
void main();

declare const reloader: DynamicReload;
declare const library: Library;

// ---- Options

// @ts-expect-error no such search
new DynamicReload({ search: 'up' });
// @ts-expect-error no such mode
new DynamicReload({ reload: 'never' });
// @ts-expect-error a list, not one
new DynamicReload({ searchPaths: 'build' });
// @ts-expect-error no such option
new DynamicReload({ searchPath: ['build'] });
// @ts-expect-error no such option
reloader.addLibrary('x', { symbol: {} });
// @ts-expect-error no such copy
reloader.addLibrary('x', { copy: 'half' });
// @ts-expect-error a name is needed
reloader.addLibrary();

// ---- What cannot be changed

// @ts-expect-error can only be read
library.version = 2;
// @ts-expect-error can only be read
library.symbols = {};

// ---- Events

reloader.on('before', (event) => event.waitUntil(Promise.resolve(event.library.version)));
reloader.on('after', (event) => {
  check<Equal<typeof event, AfterEvent>>();
  check<Equal<typeof event.timings, ReloadTimings | null>>();
  check<Equal<Exclude<ReloadTimings[keyof ReloadTimings], number>, 'full' | 'loadable'>>();
  // @ts-expect-error there is nothing to wait for any more
  event.waitUntil;
});
reloader.once('failed', (event) => {
  check<Equal<typeof event, FailedEvent>>();
  check<Equal<typeof event.error, DynamicReloadError>>();
});
reloader.on('error', (error) => {
  check<Equal<typeof error, DynamicReloadError>>();
});
reloader.on('before', (event) => {
  event.state = { any: 'value' };
  check<Equal<typeof event.closesFirst, boolean>>();
  check<Equal<typeof event.rollbackTo, number | null>>();
  // @ts-expect-error can only be read
  event.closesFirst = true;
});
reloader.on('after', (event) => {
  check<Equal<typeof event.symbols, SymbolChanges | null>>();
  check<Equal<typeof event.state, unknown>>();
  // @ts-expect-error it has nowhere to go to
  event.state = 1;
});
reloader.on('failed', ({ oldVersion }) => {
  check<Equal<typeof oldVersion, 'kept' | 'reopened' | 'lost'>>();
});
void library.rollback().then((event) => {
  check<Equal<typeof event, AfterEvent>>();
});
void library.rollback({ version: 2 });
// @ts-expect-error an object with a number
void library.rollback(2);
void library.reloaded().then((event) => {
  check<Equal<typeof event, ReloadEvent>>();
});
void reloader.addLibrary('x', {
  preserve: ['counter'] as const,
  state: { save: 'save', restore: 'restore' },
  abiTag: 'abi',
  keepVersions: 2,
});
// @ts-expect-error both are needed
void reloader.addLibrary('x', { state: { save: 'save' } });
// @ts-expect-error a list, not one
void reloader.addLibrary('x', { preserve: 'counter' });

reloader.on('build', (event) => {
  check<Equal<typeof event, BuildEvent>>();
  check<Equal<typeof event.libraries, readonly Library[]>>();
  if (event.state === 'output') check<Equal<typeof event.stream, 'stdout' | 'stderr'>>();
  else if (event.state === 'ended') check<Equal<typeof event.error, BuildError | null>>();
  else check<Equal<typeof event.sources, readonly string[]>>();
});
library.on('build', (event) => {
  check<Equal<typeof event, BuildEvent>>();
});
void reloader.addLibrary('x', {
  build: { command: ['make', '-j2'] as const, watch: ['src/*.c'] as const, env: { CC: undefined } },
});
// @ts-expect-error what is to be watched is needed
void reloader.addLibrary('x', { build: { command: 'make' } });
// @ts-expect-error a list of nothing is no command
void reloader.addLibrary('x', { build: { command: [], watch: ['*.c'] } });

reloader.on('trace', (entry) => {
  check<Equal<typeof entry, TraceEvent>>();
  check<Equal<typeof entry.library, Library | null>>();
  if (entry.kind === 'decision') check<Equal<typeof entry.reason, string>>();
  else check<Equal<typeof entry.detail, string>>();
  // @ts-expect-error no such word
  if (entry.kind === 'phase') entry.what === 'moved-to';
});
// @ts-expect-error the reloader traces, for all of its libraries
library.on('trace', () => {});

// @ts-expect-error no such event
reloader.on('befor', () => {});
reloader.on('before', (event) => {
  // @ts-expect-error something to wait for is needed
  event.waitUntil();
});

// ---- update()

const count = reloader.update((state, which, error) => {
  check<Equal<typeof state, UpdateState>>();
  check<Equal<UpdateState, 'before' | 'after' | 'failed'>>();
  check<Equal<typeof which, Library>>();
  check<Equal<typeof error, DynamicReloadError | undefined>>();
});
check<Equal<typeof count, number>>();
reloader.update();

// ---- Errors

declare const error: DynamicReloadError;
check<Equal<typeof error.code, ErrorCode>>();
if (error instanceof LibraryNotFoundError) {
  check<Equal<typeof error.searched, readonly string[]>>();
}
if (error instanceof SystemCallError) {
  check<Equal<typeof error.syscall, string | undefined>>();
}
// @ts-expect-error no such code
error.code === 'ERR_NOTHING';
