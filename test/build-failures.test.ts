// Builds that fail, are ended, or cannot be asked for.

import { writeFileSync } from 'node:fs';
import { DynamicReload, type BuildOptions } from '../lib';
import { SourcePatterns } from '../lib/build-sources';
import {
  addBuilt,
  logBuilds,
  MAKE,
  outputOf,
  symbols,
  useBuildProject,
} from './support/build-project';
import { ownSeconds, sleepers } from './support/sleepers';
import { nextEvent, waitFor } from './support/wait';

const project = useBuildProject();

describe('a first build that fails', () => {
  test('is the failure of addLibrary(), with its output', async () => {
    project.write('no C');
    await using reloader = new DynamicReload();
    const adding = addBuilt(reloader);
    await expect(adding).rejects.toMatchObject({ code: 'ERR_BUILD', exitCode: 2 });
    project.write(1);
    expect((await addBuilt(reloader)).symbols.shared_fun()).toBe(1);
  });

  test('is waited for with waitForFile', async () => {
    project.write('no C');
    await using reloader = new DynamicReload();
    const events = logBuilds(reloader);
    const adding = reloader.addLibrary('./libx.so', { symbols, build: MAKE, waitForFile: true });
    await waitFor(() => events.some((event) => event.state === 'ended' && event.error !== null));
    expect(outputOf(events)).toContain('error');
    project.write(2);
    expect((await adding).symbols.shared_fun()).toBe(2);
  });

  test.each([
    ['a program that does not exist', { command: ['no-such-program'] as const }],
    ['a directory that does not exist', { cwd: 'nowhere' }],
  ])('for want of %s says so', async (_what, part) => {
    await using reloader = new DynamicReload();
    await expect(addBuilt(reloader, { ...MAKE, ...part })).rejects.toMatchObject({
      ...{ code: 'ERR_BUILD', exitCode: null, signal: null, output: '' },
      cause: expect.objectContaining({ code: 'ENOENT' }),
    });
  });

  test('by a signal names it', async () => {
    await using reloader = new DynamicReload();
    const adding = addBuilt(reloader, { ...MAKE, command: 'kill -SEGV $$' });
    await expect(adding).rejects.toMatchObject({ exitCode: null, signal: 'SIGSEGV' });
  });

  test('keeps the end of a long output', async () => {
    await using reloader = new DynamicReload();
    const command = 'yes | head -n 100000; echo last; exit 3';
    const adding = addBuilt(reloader, { ...MAKE, command });
    const output = expect.stringMatching(/^[y\n]{65531}last\n$/);
    await expect(adding).rejects.toMatchObject({ exitCode: 3, output });
  });
});

/** A command that goes on for ever in processes of its own, and how many of them there are. */
function endless(): { readonly build: BuildOptions; readonly count: () => number } {
  const seconds = ownSeconds();
  const command = `test -e wait || exec make; sleep ${seconds} & sleep ${seconds}; true`;
  return { build: { ...MAKE, command }, count: () => sleepers(seconds).length };
}

describe('a build under way', () => {
  const ends = {
    'the library is closed': (reloader: DynamicReload, library: { close(): Promise<void> }) =>
      library.close(),
    'the reloader is closed': (reloader: DynamicReload) => reloader.close(),
  };

  test.each(Object.entries(ends))('ends, with all that it started, when %s', async (_when, end) => {
    await using reloader = new DynamicReload();
    const { build, count } = endless();
    const library = await addBuilt(reloader, build);
    const failed: unknown[] = [];
    reloader.on('failed', (event) => failed.push(event));
    writeFileSync(project.file('wait'), '');
    project.write(2);
    await waitFor(() => count() === 2);
    await end(reloader, library);
    await waitFor(() => count() === 0);
    expect(failed).toEqual([]);
  });

  test('ends although it does not want to', async () => {
    await using reloader = new DynamicReload();
    const { build, count } = endless();
    const command = `trap "" TERM; ${build.command as string}`;
    const library = await addBuilt(reloader, { ...build, command });
    writeFileSync(project.file('wait'), '');
    project.write(2);
    await waitFor(() => count() === 2);
    await library.close();
    await waitFor(() => count() === 0);
  });

  test('for a library that is being added ends when that is given up', async () => {
    await using reloader = new DynamicReload();
    const { build, count } = endless();
    writeFileSync(project.file('wait'), '');
    const controller = new AbortController();
    const adding = reloader.addLibrary('./libx.so', { symbols, build, signal: controller.signal });
    await waitFor(() => count() === 2);
    controller.abort();
    await expect(adding).rejects.toBe(controller.signal.reason);
    await waitFor(() => count() === 0);
  });

  test('for a library that is being added ends when the reloader is closed', async () => {
    const reloader = new DynamicReload();
    const { build, count } = endless();
    writeFileSync(project.file('wait'), '');
    const adding = addBuilt(reloader, build);
    const refused = expect(adding).rejects.toMatchObject({ code: 'ERR_RELOADER_CLOSED' });
    await waitFor(() => count() === 2);
    await reloader.close();
    await refused;
    await waitFor(() => count() === 0);
  });

  test('is over when it is over, whatever it leaves in the background', async () => {
    await using reloader = new DynamicReload();
    const { build, count } = endless();
    const [, seconds] = /sleep (\d+)/.exec(build.command as string)!;
    await addBuilt(reloader, { ...build, command: `sleep ${seconds} & make` });
    expect(count()).toBe(1);
    for (const pid of sleepers(Number(seconds))) process.kill(Number(pid));
  });
});

describe('sources', () => {
  test.each([
    ['src/**/*.{c,h}', ['src/x.c', 'src/deep/er/y.h'], ['src/x.o', 'x.c', 'src/.x.c', 'other/x.c']],
    ['*.c', ['x.c'], ['src/x.c', 'x.h']],
    ['src', ['src/x.c', 'src/deep/y'], ['srcs/x.c', 'x.c']],
    ['src/x.c', ['src/x.c'], ['src/x.cc', 'src/y.c']],
    ['../common/**/*.c', ['../common/x.c', '../common/deep/x.c'], ['common/x.c', '../x.c']],
    ['**/*.c', ['x.c', 'src/x.c'], ['node_modules/a/x.c', 'src/node_modules/x.c', '../x.c']],
    ['node_modules/a/*.c', ['node_modules/a/x.c'], ['node_modules/b/x.c']],
  ])('of the pattern %s are those that match', (pattern, matching, others) => {
    const cwd = '/project/x';
    const patterns = new SourcePatterns({ watch: [pattern], cwd });
    const isSource = (name: string) => patterns.match(new URL(name, `file://${cwd}/`).pathname);
    expect(matching.filter(isSource)).toEqual(matching);
    expect(others.filter(isSource)).toEqual([]);
  });

  test('are not what another pattern leaves out', () => {
    const patterns = new SourcePatterns({ watch: ['**/*.c', '!build/**'], cwd: '/p' });
    expect(patterns.match('/p/src/x.c')).toBe(true);
    expect(patterns.match('/p/build/x.c')).toBe(false);
    expect(patterns.ignore('/p/build')).toBe(true);
  });
});

describe('an option', () => {
  test.each([
    ['build', 'make', 'an object'],
    ['build.command', { watch: ['x'] }, 'a command, or a list'],
    ['build.command', { command: '', watch: ['x'] }, 'a command, or a list'],
    ['build.command', { command: [], watch: ['x'] }, 'a command, or a list'],
    ['build.command', { command: ['make', 1], watch: ['x'] }, 'a command, or a list'],
    ['build.watch', { command: 'make' }, 'a list of paths and patterns'],
    ['build.watch', { command: 'make', watch: 'src' }, 'a list of paths and patterns'],
    ['build.watch', { command: 'make', watch: [] }, 'a list of paths and patterns'],
    ['build.watch', { command: 'make', watch: ['!x'] }, 'a list of paths and patterns'],
    ['build.cwd', { command: 'make', watch: ['x'], cwd: 1 }, 'a path'],
    ['build.env', { command: 'make', watch: ['x'], env: 1 }, 'an object'],
  ])('%s that makes no sense is refused', async (name, build, wanted) => {
    await using reloader = new DynamicReload();
    await expect(
      reloader.addLibrary('x', { build: build as unknown as BuildOptions }),
    ).rejects.toThrow(`"${name}" must be ${wanted}`);
  });

  test('that does not exist is refused', async () => {
    await using reloader = new DynamicReload();
    const build = { ...MAKE, globs: [] };
    await expect(reloader.addLibrary('x', { build })).rejects.toThrow('There is no option "globs"');
  });

  test('"build" is refused where nothing can be built', async () => {
    await using reloader = new DynamicReload();
    const refusal = { code: 'ERR_INVALID_ARG_TYPE' };
    expect(() => reloader.addLibrarySync('x', { build: MAKE })).toThrow('"build" must be absent');
    const adding = reloader.addLibrary('libm.so.6', { system: true, build: MAKE });
    await expect(adding).rejects.toMatchObject(refusal);
  });

  test('"build" of another owner is the same, or none', async () => {
    await using reloader = new DynamicReload();
    const library = await addBuilt(reloader);
    expect(await addBuilt(reloader)).toBe(library);
    expect(await reloader.addLibrary('./libx.so')).toBe(library);
    await expect(addBuilt(reloader, { ...MAKE, command: ['make'] })).rejects.toMatchObject({
      code: 'ERR_INVALID_STATE',
    });
    const failed = nextEvent(reloader, 'failed');
    project.write('no C');
    expect((await failed).library).toBe(library);
  });
});
