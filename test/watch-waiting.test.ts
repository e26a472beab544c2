// Libraries that do not exist yet, and those that are installed in several steps.

import { copyFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DynamicReload } from '../lib';
import { codedError } from './support/coded-error';
import { compile } from './support/compiler';
import { logEvents } from './support/event-log';
import { useProjectDirectory } from './support/temporary-directory';
import { nextEvent } from './support/wait';

const project = useProjectDirectory();

const symbols = { shared_fun: { return: 'i32' } } as const;

/** Adds a damaged library. It fails when looks at other damaged files of that moment have ended. */
async function failToAdd(reloader: DynamicReload): Promise<void> {
  const file = project.file('damaged.so');
  writeFileSync(file, 'no library');
  await expect(reloader.addLibrary(file)).rejects.toThrow();
}

describe.each(['events', 'poll'] as const)('noticed by %s, a file that is waited for', (watch) => {
  const waiting = { waitForFile: true, symbols };
  let reloader: DynamicReload;

  beforeEach(() => {
    reloader = new DynamicReload({ watch, searchPaths: ['later'] });
  });
  afterEach(() => reloader.close());

  test('is loaded when it appears, and reloaded from then on', async () => {
    const adding = reloader.addLibrary('build/libx.so', waiting);
    compile({ value: 1 }, project.file('build/libx.so'));
    const library = await adding;
    expect(library.originalPath).toBe(project.file('build/libx.so'));
    expect(library.symbols.shared_fun()).toBe(1);
    compile({ value: 2 }, library.originalPath);
    await nextEvent(reloader, 'after');
    expect(library.symbols.shared_fun()).toBe(2);
  });

  test('is loaded at once when it is there', async () => {
    compile({ value: 1 }, project.file('libx.so'));
    expect((await reloader.addLibrary('libx.so', waiting)).version).toBe(1);
  });

  test('may appear in any place that is searched', async () => {
    const adding = reloader.addLibrary('libx.so', waiting);
    compile({ value: 1 }, project.file('later/libx.so'));
    const library = await adding;
    expect(library.originalPath).toBe(project.file('later/libx.so'));
    // Of the other places nothing is heard any more.
    const log = logEvents(reloader);
    compile({ value: 2 }, project.file('libx.so'));
    await failToAdd(reloader);
    expect(log).toEqual([]);
  });

  test('is not taken before it is finished', async () => {
    const file = project.file('libx.so');
    writeFileSync(file, '');
    const adding = reloader.addLibrary(file, waiting);
    await failToAdd(reloader);
    copyFileSync(compile({ value: 1 }, project.file('built.so')), file);
    expect((await adding).symbols.shared_fun()).toBe(1);
  });

  test('is not waited for any longer once the signal is aborted', async () => {
    const { signal, abort } = controller();
    const adding = reloader.addLibrary('libx.so', { ...waiting, signal });
    abort(new Error('enough'));
    await expect(adding).rejects.toThrow('enough');
    compile({ value: 1 }, project.file('libx.so'));
    expect((await reloader.addLibrary('libx.so')).version).toBe(1);
  });

  test('is given up when the reloader is closed', async () => {
    const adding = reloader.addLibrary('libx.so', waiting);
    void reloader.close();
    await expect(adding).rejects.toEqual(codedError('ERR_RELOADER_CLOSED', {}));
  });

  test('fails when it cannot be loaded after all', async () => {
    const adding = reloader.addLibrary('libx.so', { ...waiting, symbols: { other: {} } });
    compile({ value: 1 }, project.file('libx.so'));
    await expect(adding).rejects.toEqual(codedError('ERR_SYMBOL_NOT_FOUND', {}));
  });

  test('is not waited for without the event loop', async () => {
    expect(() => reloader.addLibrarySync('libx.so', waiting)).toThrow(
      codedError('ERR_INVALID_ARG_TYPE', { message: '"waitForFile" must be false here, not true' }),
    );
    const { signal, abort } = controller();
    const file = project.file('libx.so');
    const adding = reloader.addLibrary(file, { ...waiting, signal });
    writeFileSync(file, 'damaged');
    expect(() => reloader.addLibrarySync(file)).toThrow(codedError('ERR_INVALID_STATE', {}));
    abort(new Error('enough'));
    await expect(adding).rejects.toThrow('enough');
  });
});

function controller() {
  const aborting = new AbortController();
  return {
    signal: aborting.signal,
    abort: (reason: Error) => {
      aborting.abort(reason);
    },
  };
}

test('steps of an installer that follow each other within `settleMs` are one reload', async () => {
  const [first, second, third] = [1, 2, 3].map((value) =>
    compile({ value }, project.file(`${value}.so`)),
  );
  await using reloader = new DynamicReload();
  const file = compile({ value: 0 }, project.file('libx.so'));
  const library = await reloader.addLibrary(file, { symbols, settleMs: 300 });
  const log = logEvents(reloader);
  for (const step of [first, second, third]) renameSync(step ?? '', file);
  await nextEvent(reloader, 'after');
  expect(library.symbols.shared_fun()).toBe(3);
  expect(log).toEqual(['before 1', 'after 2']);
});

test('directories on the way may appear one by one', async () => {
  await using reloader = new DynamicReload();
  const adding = reloader.addLibrary('a/b/libx.so', { waitForFile: true, symbols });
  mkdirSync(path.join(project.path, 'a'));
  mkdirSync(path.join(project.path, 'a/b'));
  compile({ value: 1 }, project.file('a/b/libx.so'));
  expect((await adding).symbols.shared_fun()).toBe(1);
});
