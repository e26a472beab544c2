// Worker threads that end while files change and nonblocking calls run.

import { useScripts } from '../support/script';

describe('a worker', () => {
  const stage = useScripts();

  test.each([
    ['is terminated', ['terminate', '20'], 'code 1'],
    ['is terminated beside a thread that goes on', ['terminate', '10', 'beside'], 'code 1'],
    ['is terminated while it starts', ['terminate early', '20'], 'code 1'],
    ['calls process.exit()', ['exit', '10'], 'code 7'],
    ['has a listener that throws', ['throw', '10'], 'code 1 thrown by a listener'],
    ['ends by itself', ['end', '5'], 'code 0'],
    ['closes its reloader', ['close', '5'], 'code 0'],
  ])('that %s does no harm to the others', async (_what, args, ending) => {
    const ended = await stage.start('workers.mjs', ...args).ended;
    const lines = [`workers: ${ending}`, 'reloaded'];
    expect(ended).toEqual({ code: 0, signal: null, lines, errors: '' });
  });
});
