// Libraries that Go built: they are reloaded, and never unloaded, since the runtime of Go stays.

import { describeWith, isInstalled } from '../support/means';
import { useScripts } from '../support/script';
import { go, useBuilds } from '../support/toolchains';

describeWith(isInstalled(go.program))('a library of Go', () => {
  const copyTo = useBuilds(go);
  const stage = useScripts();
  beforeEach(() => copyTo(stage.directory));

  test('is reloaded while its threads work, and stays because it is of Go', async () => {
    const { lines, ...ending } = await stage.start('unloading.mjs', 'touch').ended;
    expect(ending).toEqual({ code: 0, signal: null, errors: '' });
    const values = [1, 2, 1, 2, 1, 2];
    expect(lines.slice(0, -1)).toEqual(values.map((value) => `answers ${value} 20`));
    expect(lines.at(-1)).toEqual(`fates ${Array(6).fill('go').join(' ')}`);
  });
});
