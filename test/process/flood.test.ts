// A file that is replaced faster than it can be loaded.

import { compile } from '../support/compiler';
import { useWriter } from '../support/programs';
import { useScripts } from '../support/script';

describe('a process', () => {
  const stage = useScripts();
  const writer = useWriter();

  // What is whole is good to load, although there is something newer by now.
  test.each(['its own event loop', 'another process'])(
    'reloads while %s publishes all the time, and has the last version in the end',
    async (who) => {
      compile({ value: 3 }, stage.file('v3.so'));
      const { code, signal, lines, errors } = await stage.start('flood.mjs', who, writer.path)
        .ended;
      expect({ code, signal, errors }).toEqual({ code: 0, signal: null, errors: '' });
      const [meanwhile = '', answer] = lines;
      expect(Number(meanwhile.replace('meanwhile ', ''))).toBeGreaterThan(10);
      expect(answer).toBe('answer 3');
    },
    30_000,
  );
});
