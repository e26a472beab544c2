// What becomes of a build when the process ends.

import { writeFileSync } from 'node:fs';
import { useScripts } from '../support/script';
import { ownSeconds, sleepers } from '../support/sleepers';
import { waitFor } from '../support/wait';

const stage = useScripts();

test.each([
  ['calls process.exit()', 'exit'],
  ['has an unref()ed reloader and nothing else to do', 'unref'],
])('a process that %s leaves no build behind', async (_what, end) => {
  const seconds = ownSeconds();
  const script = stage.start('build.mjs', String(seconds), end);
  await script.said('ready');
  writeFileSync(stage.file('wait'), '');
  writeFileSync(stage.file('x.c'), '');
  await script.said('started');
  await waitFor(() => sleepers(seconds).length === 1);
  script.goOn();
  expect(await script.ended).toMatchObject({ code: 0, signal: null, errors: '' });
  await waitFor(() => sleepers(seconds).length === 0);
});
