// File systems that come and go under a library.

import { spawnSync } from 'node:child_process';
import { isInstalled, testWith } from '../support/means';
import { hasNamespaces } from '../support/namespaces';
import { useScripts } from '../support/script';

const NAMESPACE = ['--user', '--map-root-user', '--mount'];
const testInNamespace = testWith(hasNamespaces);

// Not every machine has FUSE, and none can install it. Where it is there, CI installs bindfs.
const openFuse = ['sh', '-c', ': <>/dev/fuse'];
const hasFuse = spawnSync('unshare', [...NAMESPACE, ...openFuse]).status === 0;
const testOnFuse = hasFuse ? testWith(isInstalled('bindfs')) : test.skip;

describe('a library in a directory', () => {
  const stage = useScripts({ within: ['unshare', ...NAMESPACE] });

  testInNamespace.each([
    ['unmounted', ['2', '1', '2']],
    ['unmounted while it is used', ['2', '1', '2']],
    ['mounted over a library', ['2', '1']],
  ])('is reloaded when another file system is there: %s', async (how, answers) => {
    const { code, lines, errors } = await stage.start('mounts.mjs', how).ended;
    const told = answers.map((answer) => `answer ${answer}`);
    expect({ code, lines, errors }).toEqual({ code: 0, lines: told, errors: '' });
  });

  testInNamespace(
    'is kept while the shadow directory is full, and reloaded by the next build',
    async () => {
      const { code, lines, errors } = await stage.start('full.mjs').ended;
      const failure = 'ERR_SHADOW_COPY sendfile answer 1 copies 1';
      const told = ['ENOSPC', failure, 'answer 2', 'copies 0'];
      expect({ code, lines, errors }).toEqual({ code: 0, lines: told, errors: '' });
    },
  );

  testOnFuse('is polled, without asking, on a file system that FUSE serves', async () => {
    const { code, lines, errors } = await stage.start('mounts.mjs', 'FUSE').ended;
    expect({ code, lines, errors }).toEqual({
      code: 0,
      lines: ['answer 2', 'answer 1'],
      errors: '',
    });
  });
});
