// Libraries that Rust built: they are reloaded, and what is said of the old versions is so.

import { describeWith, isInstalled } from '../support/means';
import { useScripts } from '../support/script';
import { rust, useBuilds } from '../support/toolchains';

describeWith(isInstalled(rust.program))('a library of Rust', () => {
  const copyTo = useBuilds(rust);
  const stage = useScripts();
  beforeEach(() => copyTo(stage.directory));

  async function fatesAfterCalling(...symbols: string[]): Promise<readonly string[]> {
    const { lines, ...ending } = await stage.start('unloading.mjs', ...symbols).ended;
    expect(ending).toEqual({ code: 0, signal: null, errors: '' });
    const values = [1, 2, 1, 2, 1, 2];
    const touched = symbols.map(() => ' 1').join('');
    expect(lines.slice(0, -1)).toEqual(values.map((value) => `answers ${value}${touched}`));
    return lines.at(-1)!.split(' ').slice(1);
  }

  test('is unloaded, although it may have destructors of thread-local variables', async () => {
    expect(await fatesAfterCalling()).toEqual(Array(6).fill('unloaded'));
  });

  test('stays for one that the JavaScript thread has to run', async () => {
    expect(await fatesAfterCalling('touch')).toEqual(Array(6).fill('tls-destructor'));
  });

  // Some versions of Rust leave something on the thread that starts another one.
  test('stays for nothing else when it has threads that ended', async () => {
    const fates = await fatesAfterCalling('touch_on_a_thread');
    expect(['unloaded', 'tls-destructor']).toEqual(expect.arrayContaining(fates));
  });

  test('goes when the thread has ended that kept it', async () => {
    const { lines, ...ending } = await stage.start('unloading-worker.mjs').ended;
    expect(ending).toEqual({ code: 0, signal: null, errors: '' });
    expect(lines).toEqual(['closed tls-destructor 1', 'ended 0']);
  });
});
