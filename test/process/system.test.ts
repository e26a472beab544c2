// What the system and its other processes do to one that watches.

import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { run, useWriter } from '../support/programs';
import { useScripts, type Script } from '../support/script';
import { waitFor } from '../support/wait';

describe('a process that watches', () => {
  const stage = useScripts();
  const writer = useWriter();

  async function startWatching(): Promise<{ script: Script; thread: string }> {
    const script = stage.start('watch.mjs');
    return { script, thread: await script.said('ready') };
  }

  async function expectEnd(script: Script, counts: string): Promise<void> {
    script.goOn();
    const { code, signal, errors } = await script.ended;
    expect({ code, signal, errors }).toEqual({ code: 0, signal: null, errors: '' });
    expect(await script.said('end')).toBe(counts);
  }

  // While we look at a file we hold a lease on it; to open it for writing breaks the lease, which is
  // told to us by a signal. By default that one ends a process.
  test('is not killed by somebody who opens the library for writing again and again', async () => {
    const { script } = await startWatching();
    await run(writer.path, ['hammer', stage.file('lib.so'), '200000']);
    stage.publish(2);
    expect(await script.said('reload 1')).toBe('2');
    await expectEnd(script, 'reloads 1 failures 0 answer 2');
  });

  // System calls of the watcher thread are interrupted when the process is stopped and goes on.
  test('reloads under a storm of signals', async () => {
    const { script } = await startWatching();
    for (let reload = 1; reload <= 20; reload += 1) {
      const version = reload % 2 === 1 ? 2 : 1;
      for (let i = 0; i < 50; i += 1) {
        if (i === 25) stage.publish(version);
        for (const signal of ['SIGUSR2', 'SIGSTOP', 'SIGCONT'] as const) script.signal(signal);
      }
      expect(await script.said(`reload ${reload}`)).toBe(String(version));
    }
    await expectEnd(script, 'reloads 20 failures 0 answer 1');
  });

  test('reloads although the system lost events', async () => {
    const { script } = await startWatching();
    script.signal('SIGSTOP');
    await waitFor(() => readFileSync(`/proc/${script.pid}/stat`, 'utf8').includes(' T '));
    const limit = Number(readFileSync('/proc/sys/fs/inotify/max_queued_events', 'utf8'));
    // At least two events each.
    await run(writer.path, ['create', stage.directory, String(Math.min(limit, 100_000))]);
    stage.publish(2);
    script.signal('SIGCONT');
    expect(await script.said('reload 1')).toBe('2');
    await expectEnd(script, 'reloads 1 failures 0 answer 2');
  });

  test('does nothing at all while no file changes, also after a failure', async () => {
    const { script, thread } = await startWatching();
    // Switches, and time on a processor: a thread that never sleeps would not be woken either.
    const activity = () => {
      const task = `/proc/${script.pid}/task/${thread}`;
      const switches = readFileSync(`${task}/status`, 'utf8').match(/ctxt_switches:.*/g);
      const times = readFileSync(`${task}/stat`, 'utf8').split(' ').slice(13, 15);
      return [...(switches ?? []), ...times].join();
    };
    const isIdleForASecond = async () => {
      const before = activity();
      await setTimeout(1000);
      return activity() === before;
    };
    await waitFor(isIdleForASecond);

    await run('cp', ['/proc/self/status', stage.file('lib.so')]);
    expect(await script.said('failure 1')).toBe('ERR_LIBRARY_INCOMPLETE');
    await waitFor(isIdleForASecond);
    await expectEnd(script, 'reloads 0 failures 1 answer 1');
  });

  test('starts other processes as it likes, and they get nothing of it', async () => {
    const { code, signal, lines, errors } = await stage.start('children.mjs').ended;
    expect({ code, signal, errors }).toEqual({ code: 0, signal: null, errors: '' });
    expect(lines).toContain('reloads 10');
    expect(readdirSync(stage.file('shadow'))).toEqual([]);
  });
});
