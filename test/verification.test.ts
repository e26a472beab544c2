import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { DynamicReload, type LibraryFile } from '../lib';
import { codedError } from './support/coded-error';
import { compile, type CompileOptions } from './support/compiler';
import { logEvents } from './support/event-log';
import { shadowCopies } from './support/shadow-copies';
import { useProjectDirectory } from './support/temporary-directory';
import { nextEvent, waitFor } from './support/wait';

const project = useProjectDirectory();
const symbols = { shared_fun: { return: 'i32' } } as const;

/** Makes `touched` the moment that it is loaded. */
function witness(value: number): string {
  return `#include <stdio.h>
    __attribute__((constructor)) static void touch(void) {
      FILE *file = fopen("${project.file('touched')}", "w");
      if (file) fclose(file);
    }
    int shared_fun(void) { return ${value}; }`;
}

function build(value: number, name = 'libx.so', options: CompileOptions = {}): string {
  return compile({ value }, project.file(name), options);
}

function digestOf(file: string): string {
  return execFileSync('sha256sum', [file], { encoding: 'utf8' }).slice(0, 64);
}

function hasRun(): boolean {
  return statSync(project.file('touched'), { throwIfNoEntry: false }) !== undefined;
}

// The compiler makes `counter` one for the whole process, which a copy is patched for.
const UNIQUE = `
  inline int &counter() { static int count = 0; return count; }
  extern "C" int shared_fun() { return ++counter(); }`;

describe('verify()', () => {
  test('learns the digest, the size and the build id of each version', async () => {
    await using reloader = new DynamicReload();
    const seen: LibraryFile[] = [];
    const verify = (file: LibraryFile) => void seen.push(file);
    const options = { flags: ['-Wl,--build-id=0xabcdef'] };
    const original = build(1, 'libx.so', options);
    const expected = [
      { sha256: digestOf(original), size: statSync(original).size, buildId: 'abcdef' },
    ];
    const library = await reloader.addLibrary(original, { symbols, verify });
    expect(seen[0]).toEqual({ path: library.loadedPath, originalPath: original, ...expected[0] });
    const after = nextEvent(reloader, 'after');
    build(2, 'libx.so', { flags: ['-Wl,--build-id=none'] });
    await after;
    const size = statSync(original).size;
    expect(seen[1]).toMatchObject({ sha256: digestOf(original), size, buildId: null });
    expect([seen.length, library.symbols.shared_fun()]).toEqual([2, 2]);
  });

  test('sees the bytes of the original where the copy is changed before it is loaded', async () => {
    await using reloader = new DynamicReload();
    const original = compile(UNIQUE, project.file('libx.so'), { language: 'c++' });
    const seen: unknown[] = [];
    const verify = ({ path, sha256 }: LibraryFile) => {
      seen.push(sha256, readFileSync(path).equals(readFileSync(original)));
    };
    const library = await reloader.addLibrary(original, { symbols, verify });
    expect(seen).toEqual([digestOf(original), true]);
    // It is loaded as any other is: each version has its own counter, and can be unloaded.
    expect(library.symbols.shared_fun()).toBe(1);
    const unloaded = nextEvent(reloader, 'unloaded');
    compile(`${UNIQUE} // 2\n int second;`, original, { language: 'c++' });
    expect((await unloaded).version).toBe(1);
    expect(library.symbols.shared_fun()).toBe(1);
    expect(digestOf(original)).toBe(seen[2]);
  });

  test('is about what is loaded, whatever the original has become', async () => {
    await using reloader = new DynamicReload({ reload: 'manual' });
    build(1);
    const evil = compile(witness(666), project.file('evil.so'));
    const digests: string[] = [];
    const verify = async ({ sha256, originalPath }: LibraryFile) => {
      digests.push(sha256);
      execFileSync('cp', ['--remove-destination', evil, originalPath]);
      await Promise.resolve();
    };
    const good = digestOf(project.file('libx.so'));
    const library = await reloader.addLibrary('libx.so', { symbols, verify });
    expect(digestOf(project.file('libx.so'))).toBe(digestOf(evil));
    expect([digests, library.symbols.shared_fun(), hasRun()]).toEqual([[good], 1, false]);
  });

  test('hands out a copy that nobody can write to', async () => {
    await using reloader = new DynamicReload();
    const modes: number[] = [];
    const verify = ({ path }: LibraryFile) => void modes.push(statSync(path).mode & 0o222);
    const unique = compile(UNIQUE, project.file('libu.so'), { language: 'c++' });
    for (const original of [build(1), unique]) {
      const library = await reloader.addLibrary(original, { symbols, verify });
      modes.push(statSync(library.loadedPath).mode & 0o222);
    }
    expect(modes).toEqual([0, 0, 0, 0]);
  });
});

const REFUSALS: readonly (readonly [string, () => unknown])[] = [
  ['returns false', () => false],
  ['resolves with false', () => Promise.resolve(false)],
  [
    'throws',
    () => {
      throw new Error('unknown build');
    },
  ],
  ['rejects', () => Promise.reject(new Error('unknown build'))],
];

describe.each(REFUSALS)('a verify() that %s', (_how, refuse) => {
  test('keeps a first version from running', async () => {
    await using reloader = new DynamicReload({ shadowDir: project.directory('shadow') });
    const original = compile(witness(1), project.file('libx.so'));
    const adding = reloader.addLibrary(original, { verify: refuse });
    const cause: unknown = expect.anything();
    await expect(adding).rejects.toEqual(codedError('ERR_VALIDATION', { cause }));
    expect(hasRun()).toBe(false);
    await waitFor(() => shadowCopies(project.file('shadow')).length === 0);
  });

  test('keeps the old version, and the next good one is taken', async () => {
    await using reloader = new DynamicReload({ shadowDir: project.directory('shadow') });
    const bad = digestOf(compile(witness(2), project.file('bad.so')));
    const verify = ({ sha256 }: LibraryFile) => (sha256 === bad ? refuse() : undefined);
    const library = await reloader.addLibrary(build(1), { symbols, verify });
    const log = logEvents(reloader);
    const failed = nextEvent(reloader, 'failed');
    compile(witness(2), project.file('libx.so'));
    expect((await failed).error).toEqual(codedError('ERR_VALIDATION'));
    expect([library.version, library.symbols.shared_fun(), hasRun()]).toEqual([1, 1, false]);
    await waitFor(() => shadowCopies(project.file('shadow')).length === 1);
    const after = nextEvent(reloader, 'after');
    build(3);
    await after;
    expect([library.version, library.symbols.shared_fun()]).toEqual([2, 3]);
    expect(log).toEqual(['failed 1: ERR_VALIDATION', 'before 1', 'after 2']);
  });
});

describe('a verify() that takes its time', () => {
  test('is waited for', async () => {
    await using reloader = new DynamicReload();
    let answer!: () => void;
    const verify = jest.fn(() => new Promise<void>((resolve) => (answer = resolve)));
    const adding = reloader.addLibrary(compile(witness(1), project.file('libx.so')), { verify });
    await waitFor(() => verify.mock.calls.length === 1);
    expect(hasRun()).toBe(false);
    answer();
    await adding;
    expect(hasRun()).toBe(true);
  });

  test('is not waited for in update() and addLibrarySync()', async () => {
    await using reloader = new DynamicReload({ reload: 'manual' });
    const verify = () => Promise.resolve();
    const add = () => reloader.addLibrarySync(build(1), { symbols, verify });
    expect(add).toThrow(codedError('ERR_INVALID_STATE', { message: 'addLibrarySync' }));
    const library = await reloader.addLibrary('libx.so', { symbols, verify });
    const states: unknown[] = [];
    build(2);
    await waitFor(() => reloader.update((state, _library, error) => states.push(state, error)) > 0);
    expect(states).toEqual(['failed', codedError('ERR_INVALID_STATE', { message: 'update' })]);
    expect(library.symbols.shared_fun()).toBe(1);
  });

  test('fails when it takes longer than allowed', async () => {
    await using reloader = new DynamicReload({ beforeTimeoutMs: 1 });
    let count = 0;
    const verify = () => (++count === 1 ? undefined : new Promise(() => undefined));
    const library = await reloader.addLibrary(build(1), { symbols, verify });
    const failed = nextEvent(reloader, 'failed');
    build(2);
    expect((await failed).error).toEqual(codedError('ERR_TIMEOUT', { message: 'verify()' }));
    expect(library.symbols.shared_fun()).toBe(1);
  });

  test('gives way when the library is closed', async () => {
    await using reloader = new DynamicReload();
    const never = new Promise(() => undefined);
    const verify = jest
      .fn<unknown, [LibraryFile]>()
      .mockReturnValueOnce(true)
      .mockReturnValue(never);
    const library = await reloader.addLibrary(build(1), { symbols, verify });
    const log = logEvents(reloader);
    const failed = nextEvent(reloader, 'failed');
    compile(witness(2), project.file('libx.so'));
    await waitFor(() => verify.mock.calls.length === 2);
    await library.close();
    expect((await failed).error).toEqual(codedError('ERR_LIBRARY_CLOSED'));
    expect([log, hasRun()]).toEqual([['failed 1: ERR_LIBRARY_CLOSED'], false]);
  });

  test('gives way when nobody waits for the first version any more', async () => {
    await using reloader = new DynamicReload({ shadowDir: project.directory('shadow') });
    const verify = jest.fn(() => new Promise(() => undefined));
    const controller = new AbortController();
    const original = compile(witness(1), project.file('libx.so'));
    const adding = reloader.addLibrary(original, { verify, signal: controller.signal });
    await waitFor(() => verify.mock.calls.length === 1);
    controller.abort();
    await expect(adding).rejects.toThrow('aborted');
    await waitFor(() => shadowCopies(project.file('shadow')).length === 0);
    expect(hasRun()).toBe(false);
  });
});

describe('allow', () => {
  test('lets in what it lists, in either case', async () => {
    await using reloader = new DynamicReload();
    const first = digestOf(build(1));
    const second = digestOf(build(2, 'second.so')).toUpperCase();
    const library = reloader.addLibrarySync('libx.so', { symbols, allow: [first, second] });
    const after = nextEvent(reloader, 'after');
    build(2);
    await after;
    expect(library.symbols.shared_fun()).toBe(2);
  });

  test('keeps out everything else, and names its digest', async () => {
    await using reloader = new DynamicReload();
    const allow = [digestOf(build(1))];
    const verify = jest.fn();
    const library = await reloader.addLibrary('libx.so', { symbols, allow, verify });
    const failed = nextEvent(reloader, 'failed');
    const refused = compile(witness(2), project.file('libx.so'));
    const message = digestOf(refused);
    expect((await failed).error).toEqual(codedError('ERR_VALIDATION', { message }));
    expect([library.symbols.shared_fun(), hasRun(), verify.mock.calls.length]).toEqual([
      1,
      false,
      1,
    ]);
    const adding = reloader.addLibrary(compile(witness(3), project.file('liby.so')), { allow });
    await expect(adding).rejects.toEqual(codedError('ERR_VALIDATION'));
    expect(hasRun()).toBe(false);
  });

  test.each([['text'], [['abc']], [[5]], [['g'.repeat(64)]], [new Set()]])(
    'cannot be %p',
    async (allow: unknown) => {
      await using reloader = new DynamicReload();
      const add = () => reloader.addLibrarySync('libx.so', { allow: allow as string[] });
      expect(add).toThrow(codedError('ERR_INVALID_ARG_TYPE', { message: '64 hexadecimal digits' }));
    },
  );
});

test.each([{ verify: () => true }, { allow: [] }, { probe: true }])(
  'a library of the system cannot be had with %p',
  async (options) => {
    await using reloader = new DynamicReload();
    const add = () => reloader.addLibrarySync('libm.so.6', { system: true, ...options });
    expect(add).toThrow(codedError('ERR_INVALID_ARG_TYPE', { message: '`system`' }));
  },
);

test('a version that had to wait for another of its group was verified once', async () => {
  await using reloader = new DynamicReload();
  const verify = jest.fn();
  const group = 'pair';
  const one = compile(UNIQUE, project.file('libx.so'), { language: 'c++' });
  const library = await reloader.addLibrary(one, { symbols, group, verify });
  const other = await reloader.addLibrary(build(1, 'liby.so'), { symbols, group });
  const log = logEvents(reloader);
  const defer = reloader.deferReload();
  compile(`${UNIQUE} int second;`, one, { language: 'c++' });
  compile('int other_fun(void) { return 2; }', project.file('liby.so'));
  await waitFor(() => reloader.pending === 2);
  defer.release();
  await waitFor(() => log.length === 4);
  build(3, 'liby.so');
  await waitFor(() => library.version === 2 && other.version === 2);
  expect(verify.mock.calls.length).toBe(2);
  expect(other.symbols.shared_fun()).toBe(3);
});
