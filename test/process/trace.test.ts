// What DYNAMIC_RELOAD_DEBUG prints.

import { useScripts, type Ending, type ScriptOptions } from '../support/script';

function describeWatching(
  what: string,
  environment: NonNullable<ScriptOptions['environment']>,
  check: (ending: Ending, file: string) => void,
): void {
  describe(`a process ${what}`, () => {
    const stage = useScripts({ environment });

    test('is told what it asked for, on its error stream', async () => {
      const script = stage.start('watch.mjs');
      await script.said('ready');
      stage.publish(2);
      expect(await script.said('reload 1')).toBe('2');
      script.goOn();
      check(await script.ended, stage.file('lib.so'));
    });
  });
}

describeWatching('with DYNAMIC_RELOAD_DEBUG=1', { DYNAMIC_RELOAD_DEBUG: '1' }, (ending, file) => {
  const lines = ending.errors.split('\n').slice(0, -1);
  const form = /^dynamic-reload (\d+\.\d{3}) ms (\S+) ((?:event|decision|phase): .+)$/;
  const parts = lines.map((line) => form.exec(line)?.slice(1) ?? [line]);
  const times = parts.map(([time]) => Number(time));
  expect(times).toEqual([...times].sort((one, other) => one - other));
  expect(new Set(parts.map(([, name]) => name))).toEqual(new Set([file]));
  const facts = parts.map(([, , fact]) => fact);
  expect(facts).toContain('event: moved-to: lib.so');
  expect(facts).toContain('decision: reload: whole, and not what runs');
  const phases = facts.filter((fact) => fact?.startsWith('phase') && !fact.includes('copy'));
  expect(phases.slice(0, 7)).toEqual([
    'phase: load: version 1',
    'phase: commit: version 1',
    'phase: before: version 1 is current',
    'phase: load: version 2',
    'phase: commit: version 2',
    'phase: after: version 2',
    'phase: retired: version 1',
  ]);
});

describeWatching('that does not ask', { DYNAMIC_RELOAD_DEBUG: '' }, ({ errors }) => {
  expect(errors).toBe('');
});

describeWatching('with DYNAMIC_RELOAD_DEBUG=0', { DYNAMIC_RELOAD_DEBUG: '0' }, ({ errors }) => {
  expect(errors).toBe('');
});
