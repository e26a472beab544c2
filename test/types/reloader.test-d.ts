// The reloader, its options and its events.

import type { ErrorCode, FailedEvent, Library, ReloadEvent, UpdateState } from '../../lib';
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
    reload: 'manual',
    signal: new AbortController().signal,
  });
  await using library = await reloader.addLibrary('test_shared', {
    platformName: true,
    flags: 2,
    signal: AbortSignal.timeout(1000),
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
  check<Equal<typeof event, ReloadEvent>>();
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
