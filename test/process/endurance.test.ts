// What a long life leaves behind in a process.

import { useScripts } from '../support/script';

interface Holdings {
  readonly mappings: number;
}

describe('a process', () => {
  const stage = useScripts({ nodeOptions: ['--expose-gc'] });

  test('holds after a thousand reloads what it held before', async () => {
    const { code, signal, lines, errors } = await stage.start('thousand.mjs').ended;
    expect({ code, signal, errors }).toEqual({ code: 0, signal: null, errors: '' });
    const [before, after] = lines.slice(1, 3).map((line) => {
      return JSON.parse(line.slice(line.indexOf('{'))) as Holdings;
    });
    // The heap of JavaScript grows and shrinks in mappings of its own; a library has four or more.
    expect(after).toEqual({ ...before, mappings: expect.any(Number) });
    expect(after!.mappings - before!.mappings).toBeLessThan(500);
    expect(lines.at(-1)).toBe('end 0');
  });

  test('may forget reloaders, libraries and functions', async () => {
    const ending = await stage.start('garbage.mjs').ended;
    const lines = ['followed', 'ERR_LIBRARY_CLOSED', 'alive 0', 'directories 10'];
    expect(ending).toEqual({ code: 0, signal: null, lines, errors: '' });
  });

  test('may load the package twice', async () => {
    const ending = await stage.start('two-copies.mjs').ended;
    const lines = ['answers 2,2', 'ERR_LIBRARY_NOT_FOUND', 'ERR_LIBRARY_NOT_FOUND'];
    lines.push('ERR_LIBRARY_CLOSED', 'answer 2');
    expect(ending).toEqual({ code: 0, signal: null, lines, errors: '' });
  });
});
