// What is left behind on disk, and who takes it away.

import { existsSync, readdirSync } from 'node:fs';
import { testWith } from '../support/means';
import { hasNamespaces } from '../support/namespaces';
import { useScripts } from '../support/script';

describe('a shadow directory', () => {
  const stage = useScripts();
  const directories = () => readdirSync(stage.file('shadow'));

  test.each([
    ['was killed', 'SIGKILL'],
    ['crashed', 'SIGSEGV'],
  ] as const)('of a process that %s is removed by the next one', async (_what, signal) => {
    const killed = stage.start('watch.mjs');
    await killed.said('ready');
    killed.signal(signal);
    await killed.ended;
    expect(directories()).toHaveLength(1);

    const next = await stage.start('next.mjs').ended;
    expect(next).toMatchObject({ code: 0, lines: ['answer 1'], errors: '' });
    expect(directories()).toEqual([]);
  });

  test('of a living process is left alone', async () => {
    const living = stage.start('watch.mjs');
    await living.said('ready');
    const [own = ''] = directories();

    await stage.start('next.mjs').ended;
    expect(directories()).toEqual([own]);

    stage.publish(2);
    expect(await living.said('reload 1')).toBe('2');
    expect(existsSync(stage.file(`shadow/${own}/.lock`))).toBe(true);
    living.goOn();
    expect(await living.ended).toMatchObject({ code: 0, signal: null });
    expect(directories()).toEqual([]);
  });
});

// A container may share the directory, in which every program has a number of its own.
describe('a shadow directory of a process that other namespaces do not see', () => {
  const NAMESPACE = [
    '--user',
    '--map-root-user',
    '--pid',
    '--fork',
    '--kill-child',
    '--mount-proc',
  ];
  const stage = useScripts();
  const options = { within: ['unshare', ...NAMESPACE] };

  testWith(hasNamespaces)('is left alone', async () => {
    const living = stage.start('watch.mjs');
    await living.said('ready');
    const [own = ''] = readdirSync(stage.file('shadow'));
    const other = await stage.startWith(options, 'next.mjs').ended;
    expect(other).toMatchObject({ code: 0, lines: ['answer 1'], errors: '' });
    expect(readdirSync(stage.file('shadow'))).toEqual([own]);
    stage.publish(2);
    expect(await living.said('reload 1')).toBe('2');
    living.goOn();
    expect(await living.ended).toMatchObject({ code: 0, signal: null });
  });
});
