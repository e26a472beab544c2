// Workers that agree on the versions of a library.

import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { compile } from '../support/compiler';
import { usePeers } from '../support/peer';
import { useTemporaryDirectory } from '../support/temporary-directory';
import { waitFor } from '../support/wait';

const SOURCE = `
  static int count;
  int bump(void) { return ++count; }
  int value(void) { return VALUE; }
`;

describe('with shareVersions', () => {
  const directory = useTemporaryDirectory();
  const makePeer = usePeers(() => directory.path);
  const publish = (value: number) =>
    compile(SOURCE, directory.file('lib.so'), { defines: { VALUE: value } });
  const isLoaded = () => readFileSync('/proc/self/maps', 'utf8').includes(directory.path);
  const left = () => readdirSync(directory.file('shadow'));
  beforeEach(() => {
    mkdirSync(directory.file('shadow'));
    publish(1);
  });

  test('all workers have one image, and its state', async () => {
    const [one, other] = [makePeer(), makePeer()];
    expect(await Promise.all([one.add(), other.add()])).toEqual([1, 1]);
    expect(await one.ask('bump')).toBe(1);
    expect(await other.ask('bump')).toBe(2);
    expect(await one.ask('bump')).toBe(3);
    expect(await one.ask('path')).toBe(await other.ask('path'));
  });

  test('without it each has its own', async () => {
    const [one, other] = [makePeer({}), makePeer({})];
    await Promise.all([one.add(), other.add()]);
    expect(await one.ask('bump')).toBe(1);
    expect(await other.ask('bump')).toBe(1);
  });

  test('who does not share has an image apart', async () => {
    const [one, other] = [makePeer(), makePeer({})];
    await Promise.all([one.add(), other.add()]);
    expect(await one.ask('bump')).toBe(1);
    expect(await other.ask('bump')).toBe(1);
  });

  test('a new build becomes current in all, with the same number and one state', async () => {
    const peers = [makePeer(), makePeer(), makePeer()];
    await Promise.all(peers.map((peer) => peer.add()));
    for (const value of [2, 3]) {
      publish(value);
      const looks = await Promise.all(peers.map((peer) => peer.sees(value)));
      expect(looks).toEqual(peers.map(() => ({ value, version: value })));
      for (const [index, peer] of peers.entries()) expect(await peer.ask('bump')).toBe(index + 1);
      for (const peer of peers) expect(await peer.told('failed')).toEqual([]);
    }
  });

  test('a reload happens where nobody looks at the file, too', async () => {
    const [one, other] = [makePeer(), makePeer({ shareVersions: true, debounceMs: 3_600_000 })];
    await Promise.all([one.add(), other.add()]);
    publish(2);
    expect(await other.sees(2)).toEqual({ value: 2, version: 2 });
    expect(await one.sees(2)).toEqual({ value: 2, version: 2 });
    await one.ask('bump');
    expect(await other.ask('bump')).toBe(2);
  });

  test('who comes late begins with the current version', async () => {
    const one = makePeer();
    await one.add();
    publish(2);
    await one.sees(2);
    await one.ask('bump');
    const late = makePeer();
    expect(await late.add()).toBe(2);
    expect(await late.ask('bump')).toBe(2);
    expect(await late.told('after')).toEqual([]);
  });

  test('who refuses a version keeps the old one, and the next is the same for all again', async () => {
    const [one, other] = [makePeer(), makePeer()];
    await Promise.all([one.add(), other.add()]);
    await other.ask('refuse', 2);
    publish(2);
    await one.sees(2);
    await waitFor(async () => (await other.told('failed')).length > 0);
    expect((await other.told('failed'))[0]?.code).toBe('ERR_VALIDATION');
    expect(await other.ask('look')).toEqual({ value: 1, version: 1 });
    publish(3);
    const seen = await one.sees(3);
    expect(await other.sees(3)).toEqual(seen); // The same number, whichever it is.
    await one.ask('bump');
    expect(await other.ask('bump')).toBe(2);
  });

  test('who is slow does not bring back an older build', async () => {
    const [quick, slow] = [makePeer(), makePeer()];
    await Promise.all([quick.add(), slow.add()]);
    await slow.ask('hold');
    publish(2);
    await waitFor(async () => (await slow.told('before')).length > 0);
    await quick.sees(2);
    publish(3);
    expect(await quick.sees(3)).toEqual({ value: 3, version: 3 });
    await waitFor(async () => (await quick.told('unloaded')).length > 0); // Nobody has version 2.
    await slow.ask('goOn');
    expect(await slow.sees(3)).toEqual({ value: 3, version: 3 });
    expect(await slow.told('failed')).toEqual([
      expect.objectContaining({ code: 'ERR_INVALID_STATE' }),
    ]);
    expect((await quick.told('after')).map(({ version }) => version)).toEqual([2, 3]);
  });

  test('a build of before is a new version for all', async () => {
    const [one, other] = [makePeer(), makePeer()];
    await Promise.all([one.add(), other.add()]);
    publish(2);
    await Promise.all([one.sees(2), other.sees(2)]);
    publish(1);
    expect(await one.sees(1)).toEqual({ value: 1, version: 3 });
    expect(await other.sees(1)).toEqual({ value: 1, version: 3 });
  });

  test('an old version is said to be shared until the last has let go of it', async () => {
    const [one, other] = [makePeer(), makePeer({ shareVersions: true, reload: 'manual' })];
    await Promise.all([one.add(), other.add()]);
    const old = String(await other.ask('path'));
    publish(2);
    await one.sees(2);
    await waitFor(async () => (await one.told('resident')).length > 0);
    expect(await one.told('resident')).toEqual([
      expect.objectContaining({ version: 1, reasons: ['shared'] }),
    ]);
    expect(await one.told('unloaded')).toEqual([]);
    expect(await other.ask('look')).toEqual({ value: 1, version: 1 });
    await waitFor(async () => (await other.ask('update')) === 1);
    for (const peer of [one, other]) {
      await waitFor(async () => (await peer.told('unloaded')).length === 1);
    }
    expect(readFileSync('/proc/self/maps', 'utf8')).not.toContain(old);
    expect(await other.told('resident')).toEqual([]);
  });

  test.each(['close', 'remove', 'terminate'])(
    'who loaded it first can %s first',
    async (ending) => {
      const first = makePeer();
      await first.add();
      const other = makePeer();
      await other.add();
      await first.ask('bump');
      if (ending === 'terminate') await first.terminate();
      else await first.ask(ending);
      expect(await other.ask('bump')).toBe(2);
      const late = makePeer();
      expect(await late.add()).toBe(1);
      expect(await late.ask('bump')).toBe(3);
      publish(2);
      expect(await other.sees(2)).toEqual({ value: 2, version: 2 });
      expect(await late.sees(2)).toEqual({ value: 2, version: 2 });
    },
  );

  test('nothing is left once all are closed, and it begins with 1 again', async () => {
    const [one, other] = [makePeer(), makePeer()];
    await Promise.all([one.add(), other.add()]);
    publish(2);
    await Promise.all([one.sees(2), other.sees(2)]);
    await one.ask('close');
    await other.ask('close');
    expect(isLoaded()).toBe(false);
    expect(left()).toEqual([]);
    expect(await makePeer().add()).toBe(1);
  });

  test('a worker may be terminated in the middle of reloads', async () => {
    const stays = makePeer();
    await stays.add();
    for (let value = 2; value < 8; value += 1) {
      const [quick, slow] = [makePeer(), makePeer()];
      await Promise.all([quick.add(), slow.add()]);
      publish(value);
      if (value % 2 === 0) await quick.sees(value);
      await Promise.all([quick.terminate(), slow.terminate()]);
      expect((await stays.sees(value)).value).toBe(value);
    }
    await stays.ask('close');
    expect(isLoaded()).toBe(false);
    expect(left()).toEqual([]);
  });

  test('builds in quick succession end with the last one in all, with one number', async () => {
    const peers = [makePeer(), makePeer(), makePeer()];
    await Promise.all(peers.map((peer) => peer.add()));
    for (let value = 2; value < 12; value += 1) publish(value);
    const version = async () => (await Promise.all(peers.map((peer) => peer.sees(11))))[0]?.version;
    await waitFor(async () => {
      const number = await version();
      const looks = await Promise.all(peers.map((peer) => peer.ask('look')));
      return looks.every((look) => (look as { version: number }).version === number);
    });
    for (const [index, peer] of peers.entries()) expect(await peer.ask('bump')).toBe(index + 1);
  });

  test.each([
    { preserve: ['count'] },
    { state: { save: 'save', restore: 'restore' } },
    { keepVersions: 1 },
    { watchDependencies: true },
  ])('%j is refused', async (options) => {
    await expect(makePeer().add(options)).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' });
  });

  test('what says how to load must be the same', async () => {
    const [one, other] = [makePeer(), makePeer()];
    await one.add();
    const adding = other.add({ keepUnique: true });
    await expect(adding).rejects.toMatchObject({ code: 'ERR_INVALID_STATE' });
    expect(await other.add()).toBe(1);
  });

  test('a file that nobody allows is not loaded from the others either', async () => {
    const [one, other] = [makePeer(), makePeer()];
    await one.add();
    const adding = other.add({ allow: ['0'.repeat(64)] });
    await expect(adding).rejects.toMatchObject({ code: 'ERR_VALIDATION' });
    expect(await one.ask('bump')).toBe(1);
  });
});
