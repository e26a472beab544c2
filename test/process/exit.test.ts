// How a process ends that uses the package.

import { readdirSync } from 'node:fs';
import { useScripts } from '../support/script';

describe('a process', () => {
  const stage = useScripts();

  test.each(['exit in before', 'exit in after', 'exit at once'])(
    'ends with its own code after process.exit(): %s',
    async (how) => {
      const { code, signal, errors } = await stage.start('exit.mjs', how).ended;
      expect({ code, signal, errors }).toEqual({ code: 7, signal: null, errors: '' });
    },
  );

  test.each(['throw in after', 'throw in update'])(
    'ends as by any uncaught exception: %s',
    async (how) => {
      const { code, signal, errors } = await stage.start('exit.mjs', how).ended;
      expect({ code, signal }).toEqual({ code: 1, signal: null });
      expect(errors).toContain('Error: thrown by a listener');
    },
  );

  test('goes on, with the old version, when a "before" listener throws', async () => {
    const ending = await stage.start('exit.mjs', 'throw in before').ended;
    const lines = ['failed ERR_BEFORE_LISTENER 1'];
    expect(ending).toEqual({ code: 0, signal: null, lines, errors: '' });
  });

  test('ends by itself after unref(), and the library works to the end', async () => {
    const ending = await stage.start('exit.mjs', 'nothing else').ended;
    expect(ending).toEqual({ code: 0, signal: null, lines: ['answer 1'], errors: '' });
  });

  test.each(['watching', 'watching again'])('stays alive while it is %s', async (how) => {
    const ending = await stage.start('exit.mjs', how).ended;
    expect(ending).toEqual({ code: 0, signal: null, lines: ['alive'], errors: '' });
  });

  test('ends by itself after close()', async () => {
    const ending = await stage.start('exit.mjs', 'closed').ended;
    expect(ending).toEqual({ code: 0, signal: null, lines: [], errors: '' });
  });

  test.each([
    'nothing else',
    'watching',
    'closed',
    'exit at once',
    'exit in before',
    'exit in after',
    'throw in after',
    'throw in update',
  ])('leaves no shadow directory behind: %s', async (how) => {
    await stage.start('exit.mjs', how).ended;
    expect(readdirSync(stage.file('shadow'))).toEqual([]);
  });
});
