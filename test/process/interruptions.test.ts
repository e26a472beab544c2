// What native code does to the whole process, and what the system does to it, while it watches.

import { existsSync, readFileSync } from 'node:fs';
import { compile } from '../support/compiler';
import { useScripts } from '../support/script';
import { waitFor } from '../support/wait';

describe('a process in which native code', () => {
  const stage = useScripts();
  beforeEach(() => {
    compile({ file: 'interruptions.c' }, stage.file('interruptions.so'));
  });

  const plays = [
    ['has a timer that interrupts system calls', 'timer', 50],
    ['forks, as its children may do what they like', 'fork', 30],
  ] as const;
  test.each(plays)('%s: every build is reloaded', async (_what, how, reloads) => {
    const ending = await stage.start('interruptions.mjs', how).ended;
    const lines = [`reloads ${reloads}`, 'copies 0 directories 0'];
    expect(ending).toEqual({ code: 0, signal: null, lines, errors: '' });
  });

  test('leaves a child behind: it ends as usual', async () => {
    const script = stage.start('interruptions.mjs', 'orphan');
    const child = Number(await script.said('child'));
    try {
      expect(await script.said('copies')).toBe('0 directories 0');
      await waitFor(() => !existsSync(`/proc/${script.pid}`));
    } finally {
      process.kill(child, 'SIGKILL');
    }
    const { code, signal, errors } = await script.ended;
    expect({ code, signal, errors }).toEqual({ code: 0, signal: null, errors: '' });
  });
});

describe('a process that is stopped', () => {
  const stage = useScripts();

  async function whileStopped(body: () => void) {
    const script = stage.start('watch.mjs');
    await script.said('ready');
    script.signal('SIGSTOP');
    await waitFor(() => readFileSync(`/proc/${script.pid}/stat`, 'utf8').includes(' T '));
    body();
    script.signal('SIGCONT');
    return script;
  }

  test('reloads once for all builds meanwhile, and it is the last one', async () => {
    const script = await whileStopped(() => {
      for (const version of [2, 1, 2, 1, 2] as const) stage.publish(version);
    });
    expect(await script.said('reload 1')).toBe('2');
    script.goOn();
    expect(await script.said('end')).toBe('reloads 1 failures 0 answer 2');
  });

  test('does not reload when the last build is what it runs', async () => {
    const script = await whileStopped(() => {
      for (const version of [2, 1] as const) stage.publish(version);
    });
    script.goOn();
    expect(await script.said('end')).toBe('reloads 0 failures 0 answer 1');
  });
});

describe('a process whose clock is set forward and back', () => {
  const environment: NodeJS.ProcessEnv = {};
  const stage = useScripts({ environment });
  beforeEach(() => {
    compile({ file: 'interruptions.c' }, stage.file('interruptions.so'));
    const clock = compile({ file: 'clock.c' }, stage.file('clock.so'));
    // A sanitizer has to be the first one.
    const before = process.env['LD_PRELOAD'];
    environment['LD_PRELOAD'] = before === undefined ? clock : `${before}:${clock}`;
  });

  test.each([{}, { debounceMs: 50 }, { watch: 'poll' }])(
    'takes the time that it takes otherwise: %j',
    async (options) => {
      const ending = await stage.start('clock.mjs', JSON.stringify(options)).ended;
      const lines = [2, 1, 2, 1, 2, 1, 2].map((answer) => `answer ${answer}`);
      expect(ending).toEqual({ code: 0, signal: null, lines, errors: '' });
    },
  );
});
