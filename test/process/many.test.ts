// One process, and more libraries than most have.

import { useScripts } from '../support/script';

describe('a process', () => {
  const stage = useScripts();

  test('reloads a thousand libraries in two hundred directories once each', async () => {
    const { code, lines, errors } = await stage.start('many.mjs').ended;
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    // One for each library and directory, and those on the way.
    const watches = lines.filter((line) => line.startsWith('watches '));
    for (const line of watches) expect(Number(line.split(' ')[1])).toBeLessThan(1250);
    expect(watches[1]).toBe(watches[0]);
    expect(lines.slice(2)).toEqual(['reloads 1', 'copies 0']);
  }, 120_000);
});
