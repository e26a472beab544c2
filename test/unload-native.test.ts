// What becomes of a version that is closed, by the native addon alone.

import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, readFileSync, renameSync } from 'node:fs';
import type { NativeImage, NativeWatcher, ResidentReason } from '../binding';
import { DynamicReload } from '../lib';
import { native } from '../lib/native';
import { compile } from './support/compiler';
import { useTemporaryDirectory } from './support/temporary-directory';
import { waitFor } from './support/wait';

const directory = useTemporaryDirectory();

function open(path: string): NativeImage {
  return new native.Image(path, path);
}

/** Closes, which takes no waiting as nothing uses the image. */
function close(image: NativeImage): readonly ResidentReason[] {
  let reasons: readonly ResidentReason[] | undefined;
  image.close((resident) => {
    reasons = resident;
  });
  if (reasons === undefined) throw new Error('it was not closed at once');
  return reasons;
}

function call(image: NativeImage, symbol: string): unknown {
  const address = image.find(symbol, 'function');
  if (address === null) throw new Error(`no ${symbol}`);
  const slot = new native.Slot(symbol, image.path);
  slot.bind(image, address);
  try {
    return native.createFunction(slot, [], 'i32')();
  } finally {
    slot.unbind('closed');
  }
}

function isMapped(path: string): boolean {
  return readFileSync('/proc/self/maps', 'utf8').includes(path);
}

describe('an image', () => {
  it('that unloads has no reason to stay', () => {
    const image = open(compile({ value: 1 }, directory.file('lib.so')));
    expect(close(image)).toEqual([]);
    expect(isMapped(image.path)).toBe(false);
    expect(image.reap()).toEqual([]);
  });

  it('that asks to stay says so, each time', () => {
    const flags = ['-Wl,-z,nodelete'];
    const image = open(compile({ value: 1 }, directory.file('lib.so'), { flags }));
    expect(close(image)).toEqual(['nodelete']);
    expect(image.reap()).toEqual(['nodelete']);
    expect(image.find('shared_fun', 'function')).toBeNull();
  });

  it('stays while a thread executes in it, and is unloaded afterwards', async () => {
    const source = { file: 'unloading/own_threads.c' };
    const image = open(compile(source, directory.file('lib.so'), { flags: ['-pthread'] }));
    call(image, 'start_blocked');
    const end = call(image, 'let_go') as number;
    expect(close(image)).toEqual(['thread']);
    expect(image.reap()).toEqual(['thread']);
    closeSync(end);
    await waitFor(() => image.reap().length === 0);
    expect(isMapped(image.path)).toBe(false);
  });

  it('tells what its file says', () => {
    const flags = ['-Wl,-soname,libnamed.so', '-Wl,--build-id=0x0123', '-Wl,-z,nodelete'];
    flags.push('-Wl,--no-as-needed', '-lm');
    const image = open(compile({ value: 1 }, directory.file('lib.so'), { flags }));
    expect(image.traits).toMatchObject({
      hasUniqueSymbols: false,
      isNodelete: true,
      isGo: false,
      soname: 'libnamed.so',
      buildId: '0123',
    });
    expect(image.traits.needed).toContain('libm.so.6');
    expect(image.traits.fileSize).toBe(readFileSync(image.path).length);
    expect(image.traits.loadableSize).toBeGreaterThan(0);
    close(image);
  });
});

// ---- static variables of C++ -----------------------------------------------------------------------

const statics = readFileSync('fixtures/unloading/statics.cc', 'utf8');
const kinds = ['in_function', 'in_template', 'in_inline_variable'];

function compileStatics(compiler: string, value: number): string {
  const output = directory.file('libstatics.so');
  const options = ['-shared', '-fPIC', '-std=c++17', `-DVALUE=${value}`, '-x', 'c++', '-'];
  execFileSync(compiler, [...options, '-o', `${output}.new`], { input: statics });
  renameSync(`${output}.new`, output);
  return output;
}

function nextCopy(watcher: NativeWatcher, library: number): string {
  const change = watcher.waitFor(library);
  if (change.copy === undefined) throw change.error ?? new Error('no copy');
  watcher.accept(library, change.copy);
  return change.copy;
}

const compilers = ['g++', 'clang++'].filter((name) => spawnSync(name, ['--version']).status === 0);

describe.each(compilers)('static variables of a library that %s built', (compiler) => {
  let watcher: NativeWatcher;
  beforeEach(() => {
    watcher = new native.Watcher(directory.path, 0, () => undefined);
  });
  afterEach(() => new Promise<void>((resolve) => watcher.close(resolve)));

  it.each(kinds)('%s are those of the current version', (kind) => {
    const library = watcher.add(compileStatics(compiler, 1));
    const first = open(nextCopy(watcher, library));
    expect(call(first, kind)).toBe(1);
    compileStatics(compiler, 2);
    const second = open(nextCopy(watcher, library));
    expect(call(second, kind)).toBe(2);
    expect(close(first)).toEqual([]);
    expect(call(second, kind)).toBe(2);
    expect(close(second)).toEqual([]);
  });
});

const withUnique = compilers.includes('g++') ? it : it.skip;

withUnique('keepUnique leaves static variables shared, which keeps the library', async () => {
  const watcher = new native.Watcher(directory.path, 0, () => undefined);
  const library = watcher.add(compileStatics('g++', 1), { keepUnique: true });
  const first = open(nextCopy(watcher, library));
  expect(first.traits.hasUniqueSymbols).toBe(true);
  expect(call(first, 'in_function')).toBe(1);
  compileStatics('g++', 2);
  const second = open(nextCopy(watcher, library));
  expect(call(second, 'in_function')).toBe(1);
  close(second);
  expect(close(first)).toEqual(['unique']);
  await new Promise<void>((resolve) => watcher.close(resolve));
});

// The thread of the pool waits for more work on the stack on which it called.
it('a nonblocking call that is over does not keep a library', async () => {
  const path = compile(
    '#include <unistd.h>\nint wait(int us) { usleep(us); usleep(us); return us; }',
    directory.file('lib.so'),
  );
  await using reloader = new DynamicReload({ shadowDir: directory.path });
  for (let round = 0; round < 5; round += 1) {
    const lib = await reloader.addLibrary(path, {
      symbols: { wait: { arguments: ['i32'], return: 'i32', nonblocking: true } },
    });
    const loadedPath = lib.loadedPath;
    const waits = Array.from({ length: 8 }, () => lib.symbols.wait(100));
    await Promise.all(waits);
    await lib.close();
    expect(isMapped(loadedPath)).toBe(false);
  }
});
