// Plugins that do to their host what plugins do. It never dies, unless they ask for it.

import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { compile } from '../support/compiler';
import { isSanitized } from '../support/real-libraries';
import { useScripts } from '../support/script';

const VERSIONS = [1, 2, 3, 4];

// Everything takes a multiple of the time under a sanitizer.
const RELOADS = isSanitized ? 1000 : 5000;

describe('a process', () => {
  const stage = useScripts();
  let built: string;
  beforeAll(() => {
    built = mkdtempSync(path.join(tmpdir(), 'dynamic-reload-built-'));
    for (const value of VERSIONS) {
      const options = { language: 'c++', defines: { VALUE: value }, flags: ['-pthread'] } as const;
      compile({ file: 'torture.cc' }, path.join(built, `v${value}.so`), options);
    }
  }, 120_000);
  afterAll(() => {
    rmSync(built, { recursive: true });
  });
  beforeEach(() => {
    for (const name of readdirSync(built)) copyFileSync(path.join(built, name), stage.file(name));
    copyFileSync(stage.file('v1.so'), stage.file('lib.so'));
  });

  const good: readonly (readonly [how: string, lines: readonly string[]])[] = [
    ['leaves threads', [`fates ${'thread '.repeat(10)}unloaded`, 'answer 3 in memory 10']],
    ['throws inside', ['version 51 in memory 0']],
    ['reloads in callbacks', ['answers 43214321', 'version 8 in memory 0']],
    ['is removed while it runs', ['done']],
  ];
  test.each(good)('survives a plugin that %s', async (how, lines) => {
    const ending = await stage.start('torture.mjs', how).ended;
    expect(ending).toEqual({ code: 0, signal: null, lines, errors: '' });
    expect(readdirSync(stage.file('shadow'))).toEqual([]);
  });

  // No frame above that of the function knows what to do with it, so that the C++ runtime ends the
  // process, as it does when one leaves main(). The next one removes what is left.
  test.each(['lets an exception out', 'lets an exception out later'])(
    'is ended by the C++ runtime when a plugin %s, which says so',
    async (how) => {
      const { code, signal, errors } = await stage.start('torture.mjs', how).ended;
      expect({ code, signal }).toEqual({ code: null, signal: 'SIGABRT' });
      expect(errors).toContain('refused by the plugin');
      expect((await stage.start('next.mjs').ended).lines).toEqual(['answer 1']);
      expect(readdirSync(stage.file('shadow'))).toEqual([]);
    },
  );

  test(`reloads ${RELOADS} times in four workers that call all the time`, async () => {
    const ending = await stage.start('torture-workers.mjs', String(RELOADS)).ended;
    expect(ending).toEqual({ code: 0, signal: null, lines: ['done'], errors: '' });
  }, 240_000);
});
