// How processes and workers end that C calls back into.

import { readFileSync, writeFileSync } from 'node:fs';
import { compile } from '../support/compiler';
import { useScripts } from '../support/script';

describe('a process', () => {
  const stage = useScripts({ nodeOptions: ['--expose-gc'] });

  /** What was compiled once, by how. */
  const built = new Map<string, Buffer>();

  function build(defines: Readonly<Record<string, number>> = {}): void {
    const versions = { 'callbacks.so': 1, 'v2.so': 2 };
    for (const [name, value] of Object.entries(versions)) {
      const options = { defines: { ...defines, VALUE: value }, flags: ['-pthread'] };
      const how = JSON.stringify(options);
      const known = built.get(how);
      if (known !== undefined) writeFileSync(stage.file(name), known);
      else
        built.set(how, readFileSync(compile({ file: 'callbacks.c' }, stage.file(name), options)));
    }
  }

  test.each([
    'nothing keeps it',
    'unref lets it go',
    'close lets it go',
    'closing the library lets it go',
  ])('ends although there was a callback: %s', async (how) => {
    build();
    const ending = await stage.start('callbacks.mjs', how).ended;
    expect(ending).toEqual({ code: 0, signal: null, lines: [], errors: '' });
  });

  test('stays for calls of a callback that is refed', async () => {
    build();
    const ending = await stage.start('callbacks.mjs', 'ref keeps it').ended;
    const lines = ['called with 0', 'alive'];
    expect(ending).toEqual({ code: 0, signal: null, lines, errors: '' });
  });

  test.each([
    ['exit while threads wait', 7],
    ['exit in a callback of a thread', 7],
    ['exit in a callback of a call', 7],
    ['exit in a callback of a nonblocking call', 7],
    ['exit while a nonblocking call waits', 7],
  ])('ends with its own code: %s', async (how, code) => {
    build();
    const ending = await stage.start('callbacks.mjs', how).ended;
    expect(ending).toEqual({ code, signal: null, lines: [], errors: '' });
  });

  test.each([
    ['exit while threads wait', 7],
    ['end while threads wait', 0],
  ])('ends although the library waits for its threads then: %s', async (how, code) => {
    build({ JOIN_AT_END: 1 });
    const ending = await stage.start('callbacks.mjs', how).ended;
    expect(ending).toEqual({ code, signal: null, lines: [], errors: '' });
  });

  test.each(['throw in a thread', 'throw in a nonblocking call'])(
    'ends as by any uncaught exception: %s',
    async (how) => {
      build();
      const { code, signal, errors } = await stage.start('callbacks.mjs', how).ended;
      expect({ code, signal }).toEqual({ code: 1, signal: null });
      expect(errors).toContain('Error: thrown by a callback');
    },
  );

  test('goes on when somebody listens for uncaught exceptions', async () => {
    build();
    const ending = await stage.start('callbacks.mjs', 'throw and be caught').ended;
    const lines = ['caught thrown by a callback', 'sum 0'];
    expect(ending).toEqual({ code: 0, signal: null, lines, errors: '' });
  });

  test('is not warned of listeners when many calls have one signal', async () => {
    build();
    const ending = await stage.start('callbacks.mjs', 'many calls with one signal').ended;
    expect(ending).toEqual({ code: 0, signal: null, lines: ['calls 64'], errors: '' });
  });

  test('leaves a thread alone that was let go before its callback returned', async () => {
    build();
    const ending = await stage.start('callbacks.mjs', 'no exit after all').ended;
    expect(ending).toEqual({ code: 0, signal: null, lines: ['returned'], errors: '' });
  });

  test('may load the package twice, and C calls back to both', async () => {
    build();
    const ending = await stage.start('callbacks-of-two.mjs').ended;
    const sums = ['of both 21', 'to itself 10300', 'through the other 10300'];
    const lines = [...sums, 'caught refused', 'uncaught none'];
    expect(ending).toEqual({ code: 0, signal: null, lines, errors: '' });
  });

  const WORKER_ENDINGS: [what: string, how: string, ending: string][] = [
    ['throw in a callback', 'throw in a thread', 'code 1 thrown by a callback'],
    ['throw in a call', 'throw in a nonblocking call', 'code 1 thrown by a callback'],
    ['exit in a call', 'exit in a callback of a nonblocking call', 'code 7'],
    ['are terminated', 'block while threads wait', 'code 1'],
    ['are terminated in calls', 'block while nonblocking calls wait', 'code 1'],
    ['are terminated in a callback', 'block in a callback', 'code 1'],
  ];

  test.each(WORKER_ENDINGS)(
    'survives workers that %s while threads wait for a callback',
    async (_what, how, ending) => {
      build();
      const ended = await stage.start('callbacks.mjs', '--worker', how).ended;
      const lines = [`workers: ${ending}`];
      expect(ended).toEqual({ code: 0, signal: null, lines, errors: '' });
    },
  );

  test.each([
    ...WORKER_ENDINGS,
    ['are terminated in between', 'block in a callback while threads wait', 'code 1'],
  ])(
    'survives workers that %s, of which the libraries wait for their threads',
    async (_what, how, ending) => {
      build({ JOIN_AT_END: 1 });
      const ended = await stage.start('callbacks.mjs', '--worker', how).ended;
      const lines = [`workers: ${ending}`];
      expect(ended).toEqual({ code: 0, signal: null, lines, errors: '' });
    },
  );
});
