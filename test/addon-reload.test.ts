// Addons take part in everything that is said about reloads: updates, deferrals, groups, workers.

import path from 'node:path';
import { DynamicReload } from '../lib';
import { buildSmallAddon, type AddonExports } from './support/addon';
import { codedError } from './support/coded-error';
import { compile } from './support/compiler';
import { Script } from './support/script';
import { useProjectDirectory } from './support/temporary-directory';
import { nextEvent, waitFor } from './support/wait';

const project = useProjectDirectory();
const symbols = { shared_fun: { return: 'i32' } } as const;

const build = (value: number, init?: string) =>
  buildSmallAddon(project.file('my_addon.node'), value, init);
const add = (reloader: DynamicReload, group?: string) =>
  reloader.addAddon<AddonExports>(build(1), group === undefined ? {} : { group });

test('update() reloads an addon, and nothing else does with reload: manual', async () => {
  await using reloader = new DynamicReload({ reload: 'manual' });
  const addon = await add(reloader);
  build(2);
  await waitFor(() => reloader.pending === 1);
  expect(addon.exports.hello()).toBe(1);
  const states: unknown[] = [];
  expect(reloader.update((state, library) => states.push([state, library]))).toBe(1);
  expect(states).toEqual([
    ['before', addon],
    ['after', addon],
  ]);
  expect(addon.exports.hello()).toBe(2);
});

test('before can wait, refuse, and use the old version', async () => {
  await using reloader = new DynamicReload();
  const addon = await add(reloader);
  const seen: number[] = [];
  addon.once('before', (event) => {
    event.waitUntil(
      Promise.resolve().then(() => {
        seen.push(addon.exports.hello());
        throw new Error('not now');
      }),
    );
  });
  const failed = nextEvent(reloader, 'failed');
  build(2);
  expect((await failed).error).toEqual(codedError('ERR_BEFORE_LISTENER'));
  const { version } = (build(3), await addon.reloaded());
  expect([seen, version, addon.exports.hello()]).toEqual([[1], 2, 3]);
});

test('an addon goes back to a version that is kept', async () => {
  await using reloader = new DynamicReload();
  const addon = await reloader.addAddon<AddonExports>(build(1), { keepVersions: 1 });
  const { hello } = addon.exports;
  build(2);
  await addon.reloaded();
  const { version, rollbackTo } = await addon.rollback();
  expect([version, rollbackTo, hello()]).toEqual([3, 1, 1]);
  expect(addon.versions.map(({ state }) => state)).toEqual(['kept', 'current']);
});

test('an addon and a library of one group are replaced together or not at all', async () => {
  await using reloader = new DynamicReload();
  const addon = await add(reloader, 'pair');
  const buildLibrary = (value: number) => compile({ value }, project.file('libx.so'));
  const library = await reloader.addLibrary(buildLibrary(1), { symbols, group: 'pair' });
  const values = () => [addon.exports.hello(), library.symbols.shared_fun()];
  const errors: unknown[] = [];
  reloader.on('failed', (event) => errors.push([event.library, event.error]));
  const deferral = reloader.deferReload();
  buildLibrary(2);
  build(2, 'napi_throw_error(env, 0, "no licence");');
  await waitFor(() => reloader.pending === 2);
  deferral.release();
  await waitFor(() => errors.length === 2);
  expect(errors).toContainEqual([addon, codedError('ERR_LIBRARY_LOAD')]);
  expect(errors).toContainEqual([library, codedError('ERR_GROUP')]);
  expect(values()).toEqual([1, 1]);
  build(3);
  await waitFor(() => addon.version === 2);
  expect(values()).toEqual([3, 2]);
});

test('workers have versions of their own of the same addon, and end well', async () => {
  build(1);
  const file = path.join(__dirname, 'process', 'fixtures', 'addon-workers.mjs');
  const script = new Script(file, [project.path], {});
  try {
    await script.said('loaded');
    build(2);
    await script.said('reloaded');
    expect(await script.ended).toMatchObject({
      code: 0,
      errors: '',
      lines: ['loaded 1 1 1', 'reloaded 2 2 2', 'ended 0 0'],
    });
  } finally {
    await script.kill();
  }
});
