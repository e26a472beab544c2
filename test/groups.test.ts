// Libraries that are replaced together.

import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { DynamicReload } from '../lib';
import { codedError } from './support/coded-error';
import { compile } from './support/compiler';
import { useProjectDirectory } from './support/temporary-directory';
import { nextEvent, waitFor } from './support/wait';

const project = useProjectDirectory();
const symbols = { shared_fun: { return: 'i32' } } as const;

function build(name: string, value: number): string {
  return compile({ value }, project.file(name));
}

async function addPair(reloader: DynamicReload) {
  return {
    a: await reloader.addLibrary(build('liba.so', 1), { symbols, group: 'pair' }),
    b: await reloader.addLibrary(build('libb.so', 1), { symbols, group: 'pair' }),
  };
}

/** Lets the changes of both be noticed before anything is done about them. */
async function rebuildBoth(reloader: DynamicReload, rebuild: () => void): Promise<void> {
  using _deferral = reloader.deferReload();
  rebuild();
  await waitFor(() => reloader.pending === 2);
}

describe('a group', () => {
  test('has all new versions before it tells of one', async () => {
    await using reloader = new DynamicReload();
    const { a, b } = await addPair(reloader);
    const seen: unknown[] = [];
    reloader.on('after', () => seen.push([a.symbols.shared_fun(), b.symbols.shared_fun()]));
    await rebuildBoth(reloader, () => {
      build('liba.so', 2);
      build('libb.so', 2);
    });
    expect(seen).toEqual([
      [2, 2],
      [2, 2],
    ]);
  });

  test('keeps all old versions when one is no good, until that one is', async () => {
    await using reloader = new DynamicReload();
    const { a, b } = await addPair(reloader);
    const errors: unknown[] = [];
    reloader.on('failed', ({ library, error }) => errors.push([library, error]));
    await rebuildBoth(reloader, () => {
      build('liba.so', 2);
      compile('int another;', project.file('libb.so'));
    });
    expect(errors).toEqual([
      [a, codedError('ERR_GROUP', { message: 'libb.so' })],
      [b, codedError('ERR_SYMBOL_NOT_FOUND')],
    ]);
    expect([a.symbols.shared_fun(), b.symbols.shared_fun()]).toEqual([1, 1]);

    const after = nextEvent(reloader, 'after');
    build('libb.so', 3);
    await after;
    expect([a.symbols.shared_fun(), b.symbols.shared_fun()]).toEqual([2, 3]);
    expect([a.version, b.version]).toEqual([2, 2]);
  });

  test('does not wait for one that was removed', async () => {
    await using reloader = new DynamicReload();
    const { a, b } = await addPair(reloader);
    await rebuildBoth(reloader, () => {
      build('liba.so', 2);
      compile('int another;', project.file('libb.so'));
    });
    expect(a.symbols.shared_fun()).toBe(1);
    const after = nextEvent(reloader, 'after');
    await reloader.removeLibrary(b);
    await after;
    expect(a.symbols.shared_fun()).toBe(2);
  });

  test.each([
    ['is rejected', 'int another;'],
    ['is damaged', undefined],
  ])('goes on when a member that %s is put back to what runs', async (_how, bad) => {
    await using reloader = new DynamicReload();
    const { a, b } = await addPair(reloader);
    const original = readFileSync('libb.so');
    await rebuildBoth(reloader, () => {
      build('liba.so', 2);
      if (bad === undefined) writeFileSync('libb.so', 'no library');
      else compile(bad, project.file('libb.so'));
    });
    expect([a.version, b.version]).toEqual([1, 1]);
    const after = nextEvent(reloader, 'after');
    writeFileSync('libb.so', original);
    expect((await after).library).toBe(a);
    expect([a.symbols.shared_fun(), b.symbols.shared_fun()]).toEqual([2, 1]);
    expect(reloader.pending).toBe(0);
  });

  test('tells of each member that was replaced, also of one that was closed since', async () => {
    await using reloader = new DynamicReload();
    const { a, b } = await addPair(reloader);
    const log: unknown[] = [];
    reloader.on('before', ({ library }) => log.push(['before', library.name]));
    reloader.on('after', ({ library, version }) => log.push(['after', library.name, version]));
    a.once('after', () => void b.close());
    await rebuildBoth(reloader, () => {
      build('liba.so', 2);
      build('libb.so', 2);
    });
    expect(log).toEqual([
      ['before', a.name],
      ['before', b.name],
      ['after', a.name, 2],
      ['after', b.name, 2],
    ]);
  });

  test('is replaced in part when only a part changed', async () => {
    await using reloader = new DynamicReload();
    const { a, b } = await addPair(reloader);
    const after = nextEvent(reloader, 'after');
    build('liba.so', 2);
    await after;
    expect([a.symbols.shared_fun(), b.symbols.shared_fun()]).toEqual([2, 1]);
  });

  test('does not concern libraries outside of it', async () => {
    await using reloader = new DynamicReload();
    const { a } = await addPair(reloader);
    const other = await reloader.addLibrary(build('libother.so', 1), { symbols });
    await rebuildBoth(reloader, () => {
      compile('int another;', project.file('.next.so'));
      build('libother.so', 2);
      renameSync('.next.so', 'liba.so');
    });
    expect([a.symbols.shared_fun(), other.symbols.shared_fun()]).toEqual([1, 2]);
  });
});
