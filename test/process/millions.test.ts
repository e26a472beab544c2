// What millions of calls leave behind in a process.

import { compile } from '../support/compiler';
import { useScripts } from '../support/script';

/** Far below what one byte would cost for each callback: malloc() gives no less than 16. */
const MOST_GROWTH = 4 << 20;

describe('a process', () => {
  // JavaScript's own heap must not grow meanwhile.
  const stage = useScripts({ nodeOptions: ['--expose-gc', '--max-semi-space-size=1'] });

  test('has after ten million calls and a million callbacks the memory that it had', async () => {
    compile({ file: 'millions.c' }, stage.file('millions.so'));
    const { code, lines, errors } = await stage.start('millions.mjs').ended;
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(Number(lines.at(-1))).toBeLessThan(MOST_GROWTH);
  }, 120_000);
});
