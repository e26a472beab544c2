// What an `after` event says of the time that its reload took.

import { renameSync, statSync } from 'node:fs';
import { DynamicReload, type AfterEvent, type ReloadTimings } from '../lib';
import { compile } from './support/compiler';
import { useProjectDirectory } from './support/temporary-directory';
import { nextEvent, waitFor } from './support/wait';

const project = useProjectDirectory();

const PHASES = [
  ...(['waitMs', 'checkMs', 'copyMs', 'queueMs', 'verifyMs'] as const),
  ...(['beforeMs', 'loadMs', 'validateMs', 'commitMs'] as const),
];

function build(value: number): string {
  return compile({ value }, project.file('libx.so'));
}

function timingsOf({ timings }: AfterEvent): ReloadTimings {
  if (timings === null) throw new Error('it has no timings');
  return timings;
}

/** Calls `change` and gives the timings of the reload that follows. */
async function timingsAfter(reloader: DynamicReload, change: () => void): Promise<ReloadTimings> {
  const after = nextEvent(reloader, 'after');
  change();
  return timingsOf(await after);
}

/** Keeps the thread busy. */
function spendMs(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

describe('event.timings', () => {
  test('are phases without gaps from the first event of the file to the after event', async () => {
    await using reloader = new DynamicReload();
    await reloader.addLibrary(build(1));
    const began = performance.now();
    const timings = await timingsAfter(reloader, () => build(2));
    const passed = performance.now() - began;
    const sum = PHASES.reduce((total, phase) => total + timings[phase], 0);
    expect(timings.totalMs).toBeCloseTo(sum, 3);
    expect(timings.totalMs).toBeLessThanOrEqual(passed);
    expect(Object.keys(timings).sort()).toEqual(
      [...PHASES, 'copiedBytes', 'copy', 'totalMs'].sort(),
    );
    for (const phase of PHASES) expect(timings[phase]).toBeGreaterThanOrEqual(0);
    for (const phase of ['copyMs', 'loadMs'] as const) expect(timings[phase]).toBeGreaterThan(0);
  });

  test('say how many bytes were copied', async () => {
    await using reloader = new DynamicReload();
    await reloader.addLibrary(build(1));
    const { copiedBytes } = await timingsAfter(reloader, () => build(2));
    expect(copiedBytes).toBe(statSync(project.file('libx.so')).size);
  });

  test('count the copies of dependencies, too', async () => {
    await using reloader = new DynamicReload();
    const part = (value: number) =>
      compile(`int part(void) { return ${value}; }`, project.file('libpart.so'));
    part(1);
    const source = 'int part(void); int whole(void) { return part(); }';
    const flags = ['-L.', '-lpart', '-Wl,-rpath,$ORIGIN'];
    const whole = compile(source, project.file('libwhole.so'), { flags });
    await reloader.addLibrary(whole, { watchDependencies: true });
    const { copiedBytes } = await timingsAfter(reloader, () => part(2));
    expect(copiedBytes).toBe(statSync(whole).size + statSync(part(2)).size);
  });

  test('tell what the user asked for apart', async () => {
    await using reloader = new DynamicReload();
    const spend = (ms: number) => () => {
      spendMs(ms);
    };
    await reloader.addLibrary(build(1), { verify: spend(10), validate: spend(30) });
    reloader.on('before', (event) => {
      event.waitUntil(Promise.resolve().then(spend(20)));
    });
    const timings = await timingsAfter(reloader, () => build(2));
    expect(timings.verifyMs).toBeGreaterThanOrEqual(10);
    expect(timings.beforeMs).toBeGreaterThanOrEqual(20);
    expect(timings.validateMs).toBeGreaterThanOrEqual(30);
  });

  test('begin with the first of several events of one change', async () => {
    await using reloader = new DynamicReload({ debounceMs: 300 });
    const file = build(1);
    await reloader.addLibrary(file);
    const second = compile({ value: 2 }, project.file('other/2.so'));
    const third = compile({ value: 3 }, project.file('other/3.so'));
    const { waitMs } = await timingsAfter(reloader, () => {
      renameSync(second, file);
      spendMs(60);
      renameSync(third, file);
    });
    expect(waitMs).toBeGreaterThanOrEqual(300 + 30); // The watcher may have been late by half.
  });

  test('count a change that is held back as queued', async () => {
    await using reloader = new DynamicReload({ reload: 'manual' });
    await reloader.addLibrary(build(1));
    build(2);
    await waitFor(() => reloader.pending === 1);
    spendMs(20);
    const after = nextEvent(reloader, 'after');
    reloader.update();
    expect(timingsOf(await after).queueMs).toBeGreaterThanOrEqual(20);
  });

  test('are null after a rollback, which copies nothing', async () => {
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary(build(1), { keepVersions: 1 });
    await timingsAfter(reloader, () => build(2));
    expect((await library.rollback()).timings).toBeNull();
  });
});
