// Libraries that are built when their sources change.

import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { BuildError, DynamicReload, type BuildEvent } from '../lib';
import {
  addBuilt,
  GATED,
  logBuilds,
  MAKE,
  symbols,
  useBuildProject,
} from './support/build-project';
import { compile } from './support/compiler';
import { logEvents } from './support/event-log';
import { nextEvent, waitFor } from './support/wait';

const project = useBuildProject();

function isStartFor(event: BuildEvent, command: string, source: string): boolean {
  const isStart = event.state === 'started' && event.command === command;
  return isStart && event.sources.includes(project.file(`src/${source}`));
}

describe('a library that is built', () => {
  test('is built before it is loaded, and again when a source changes', async () => {
    await using reloader = new DynamicReload();
    const library = await addBuilt(reloader);
    expect(library.symbols.shared_fun()).toBe(1);
    project.write(2);
    await library.reloaded();
    expect(library.symbols.shared_fun()).toBe(2);
  });

  test('is not loaded as an old build left it', async () => {
    compile({ value: 7 }, project.file('libx.so'));
    project.write(1);
    await using reloader = new DynamicReload();
    const command = ['cc', '-shared', '-fPIC', '-o', 'libx.so', 'src/x.c'] as const;
    const library = await addBuilt(reloader, { ...MAKE, command });
    expect(library.symbols.shared_fun()).toBe(1);
  });

  test('that cannot be built goes on as it is, and is reloaded once it can be', async () => {
    await using reloader = new DynamicReload();
    const library = await addBuilt(reloader);
    const log = logEvents(reloader);
    const failed = nextEvent(reloader, 'failed');
    project.write('int shared_fun(void) { return 2 }\n');
    const { error, version, oldVersion } = await failed;
    expect([version, oldVersion, error.code]).toEqual([1, 'kept', 'ERR_BUILD']);
    expect(error).toBeInstanceOf(BuildError);
    const output = expect.stringMatching(/x\.c:1:\d+: error: expected/);
    expect(error).toMatchObject({ command: 'make', exitCode: 2, signal: null, output });
    expect(error.message).toContain('error: expected');
    expect(library.symbols.shared_fun()).toBe(1);
    project.write(3);
    await library.reloaded();
    expect(library.symbols.shared_fun()).toBe(3);
    expect(log).toEqual(['failed 1: ERR_BUILD', 'before 1', 'after 2']);
  });

  test('tells of a failure only when no reload of it is under way', async () => {
    await using reloader = new DynamicReload();
    const library = await addBuilt(reloader);
    const log = logEvents(reloader);
    const builds = logBuilds(reloader);
    const { promise, resolve } = gate();
    reloader.on('before', (event) => event.waitUntil(promise));
    const before = nextEvent(reloader, 'before');
    project.write(2);
    await before;
    project.write('no C');
    await waitFor(() => builds.some((event) => event.state === 'ended' && event.error !== null));
    expect(log).toEqual(['before 1']);
    const failed = nextEvent(reloader, 'failed');
    resolve();
    await failed;
    expect(log).toEqual(['before 1', 'after 2', 'failed 2: ERR_BUILD']);
    expect(library.symbols.shared_fun()).toBe(2);
  });

  test('is built again for a new file that matches, and for one that goes', async () => {
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary('./libx.so', {
      symbols: { ...symbols, extra: { return: 'i32', optional: true } },
      build: { ...MAKE, command: 'cc -shared -fPIC -o libx.so $(find src -name "*.c")' },
    });
    expect(library.symbols.extra).toBeNull();
    mkdirSync(project.file('src/deep'), { recursive: true });
    project.write('int extra(void) { return 5; }\n', 'deep/extra.c');
    await library.reloaded();
    expect(library.symbols.extra?.()).toBe(5);
    rmSync(project.file('src/deep/extra.c'));
    await library.reloaded({ version: 3 });
    expect(library.symbols.extra).toBeNull();
  });

  test('waits for sources that do not exist', async () => {
    compile({ value: 1 }, project.file('built.so'));
    await using reloader = new DynamicReload();
    const watch = ['generated/**/*.c'];
    const library = await addBuilt(reloader, { ...MAKE, command: 'cp built.so libx.so', watch });
    compile({ value: 2 }, project.file('built.so'));
    writeFileSync(project.file('generated/new.c'), '');
    await library.reloaded();
    expect(library.symbols.shared_fun()).toBe(2);
  });

  test('is not built for what does not match', async () => {
    await using reloader = new DynamicReload();
    const watch = ['src/*.c', '!src/generated*'];
    const library = await addBuilt(reloader, { ...GATED, watch });
    project.write('', 'generated.c');
    project.write('', 'notes.txt');
    project.write('', '.hidden.c');
    project.write('', 'deep.d/x.c');
    project.write(2);
    await library.reloaded();
    expect(project.runs).toBe(2);
  });

  test('is built when an editor replaces a source', async () => {
    await using reloader = new DynamicReload();
    const library = await addBuilt(reloader, { ...MAKE, watch: ['src'] });
    writeFileSync(project.file('src/.x.c.swp'), 'int shared_fun(void) { return 2; }\n');
    renameSync(project.file('src/.x.c.swp'), project.file('src/x.c'));
    await library.reloaded();
    expect(library.symbols.shared_fun()).toBe(2);
  });
});

function gate(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve!: () => void;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

describe('a build', () => {
  test('is told from its start to its end, with what it writes', async () => {
    await using reloader = new DynamicReload();
    const events = logBuilds(reloader);
    const command = 'echo out; echo err >&2; make --silent';
    const library = await addBuilt(reloader, { ...MAKE, command });
    expect(events.at(0)).toEqual({ state: 'started', libraries: [], command, sources: [] });
    expect(events.at(-1)).toEqual({ state: 'ended', libraries: [], command, error: null });
    const texts = events.filter((event) => event.state === 'output');
    expect(texts).toContainEqual(expect.objectContaining({ stream: 'stdout', text: 'out\n' }));
    expect(texts).toContainEqual(expect.objectContaining({ stream: 'stderr', text: 'err\n' }));
    const started = new Promise((resolve) => library.once('build', resolve));
    project.write(2);
    expect(await started).toEqual({
      ...{ state: 'started', command, libraries: [library] },
      sources: [project.file('src/x.c')],
    });
    await library.reloaded();
  });

  test('is followed by exactly one more, whatever changes meanwhile', async () => {
    await using reloader = new DynamicReload();
    const library = await addBuilt(reloader, GATED);
    const witness = compile({ value: 0 }, project.file('libw.so'));
    await reloader.addLibrary(witness, { build: { ...MAKE, command: 'true' } });
    const events = logBuilds(reloader);
    writeFileSync(project.file('wait'), '');
    project.write(2);
    await waitFor(() => project.runs === 2);
    for (let value = 3; value <= 6; value += 1) project.write(value);
    project.write('int other;\n', 'other.c');
    // The other build sees what this one sees.
    await waitFor(() => events.some((event) => isStartFor(event, 'true', 'other.c')));
    writeFileSync(project.file('go'), '');
    const own = () => events.filter(({ command }) => command === GATED.command);
    await waitFor(() => own().filter(({ state }) => state === 'ended').length === 2);
    expect(own().at(-1)?.state).toBe('ended');
    expect(project.runs).toBe(3);
    await waitFor(() => library.symbols.shared_fun() === 6);
  });

  test('is shared by libraries that have the same', async () => {
    writeFileSync(
      project.file('Makefile'),
      'all: libx.so liby.so\nlib%.so: src/%.c\n\techo run >> runs\n\tcc -shared -fPIC -o $@ $<\n',
    );
    project.write(10, 'y.c');
    await using reloader = new DynamicReload();
    const [x, y] = await Promise.all(
      ['./libx.so', './liby.so'].map((name) => reloader.addLibrary(name, { symbols, build: MAKE })),
    );
    expect([x!.symbols.shared_fun(), y!.symbols.shared_fun()]).toEqual([1, 10]);
    expect(project.runs).toBe(2);
    await x!.close();
    project.write(11, 'y.c');
    await y!.reloaded();
    expect(y!.symbols.shared_fun()).toBe(11);
  });

  test('can use its own directory and environment', async () => {
    const cwd = project.directory('sub');
    writeFileSync(project.file('sub/x.c'), 'int shared_fun(void) { return VALUE; }\n');
    await using reloader = new DynamicReload();
    const library = await addBuilt(reloader, {
      command: 'cc -shared -fPIC -DVALUE=$VALUE -o ../libx.so x.c',
      ...{ watch: ['*.c'], cwd: 'sub', env: { ...MAKE.env, VALUE: '4' } },
    });
    expect(library.symbols.shared_fun()).toBe(4);
    writeFileSync(project.file('sub/x.c'), 'int shared_fun(void) { return VALUE + 1; }\n');
    await library.reloaded();
    expect(library.symbols.shared_fun()).toBe(5);
    expect(cwd).toBe(project.file('sub'));
  });

  test('is traced', async () => {
    await using reloader = new DynamicReload();
    const library = await addBuilt(reloader);
    const seen: string[] = [];
    reloader.on('trace', ({ kind, what }) => seen.push(`${kind} ${what}`));
    project.write(2);
    await library.reloaded();
    await waitFor(() => seen.includes('phase after'));
    expect(seen[0]).toBe('phase build');
  });
});
