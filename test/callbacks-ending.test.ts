// What becomes of callbacks whose time is over, of those that throw, and of what happens inside.

import { DynamicReload } from '../lib';
import {
  add,
  build,
  DEFINITIONS,
  lasting,
  refuse,
  type CallbacksLibrary,
} from './support/callbacks-library';
import { codedError } from './support/coded-error';
import { compile } from './support/compiler';
import { useTemporaryDirectory } from './support/temporary-directory';
import { collectUncaught } from './support/uncaught';
import { DEADLINE_MS, nextEvent } from './support/wait';

const directory = useTemporaryDirectory();

describe('a callback whose time is over', () => {
  const endings: [string, (library: CallbacksLibrary) => void][] = [
    [
      'was closed',
      (library) => {
        const one = lasting(library, refuse);
        library.symbols.keep(one);
        one.close();
        one[Symbol.dispose]();
      },
    ],
    ['was lent for a call', (library) => library.symbols.keep(refuse)],
  ];

  test.each(endings)('because it %s gives C zeros, and a warning', async (_how, end) => {
    await using reloader = new DynamicReload();
    const library = await add(reloader, directory);
    end(library);
    const warning = nextEvent(reloader, 'warning');
    expect(library.symbols.visit_kept(4)).toBe(0);
    expect(await warning).toEqual({ library, message: expect.stringContaining('callback') });
  });

  test('never becomes somebody else’s while there is another', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader, directory);
    const { symbols } = library;
    const one = lasting(library, refuse);
    symbols.keep(one);
    one.close();
    const warned = jest.fn();
    reloader.on('warning', warned);
    const answers = new Set<number>();
    for (let i = 0; i < 500; i++) {
      using other = lasting(library, () => 1);
      answers.add(symbols.visit_kept(4));
      answers.add(symbols.visit(() => symbols.visit_kept(5), 0));
      expect(symbols.visit(other, 0)).toBe(1);
    }
    expect([...answers]).toEqual([0]);
    expect(warned).toHaveBeenCalledTimes(1000);
  });

  test('cannot be passed to C', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader, directory);
    const one = lasting(library, refuse);
    const { pointer: address } = one;
    one.close();
    const refused = codedError('ERR_INVALID_STATE', { message: 'closed' });
    expect(() => library.symbols.visit(one, 1)).toThrow(refused);
    await expect(library.symbols.visit_later(one, 1)).rejects.toThrow(refused);
    expect(one.pointer).toBe(address);
  });

  test('because its library was closed gives C zeros, and nobody is called', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader, directory);
    const file = compile({ file: 'callbacks.c' }, directory.file('other.so'));
    const other = await reloader.addLibrary(file, { symbols: { visit: DEFINITIONS.visit } });
    const one = lasting(library, refuse);
    await library.close();
    expect(other.symbols.visit(one.pointer, 4)).toBe(0);
    expect(one.ref().unref()).toBe(one);
    expect(() => lasting(library, refuse)).toThrow(codedError('ERR_LIBRARY_CLOSED'));
  });

  test('gives C zeros on other threads, too', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader, directory);
    const one = lasting(library, refuse);
    one.close();
    expect(library.symbols.start_threads(one.pointer, 8)).toBe(true);
    expect(await library.symbols.join_threads()).toBe(0n);
  });
});

describe('an exception', () => {
  test('of a kept callback comes out of the call that calls it', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader, directory);
    using refusing = lasting(library, refuse);
    library.symbols.keep(refusing);
    expect(() => library.symbols.visit_kept(1)).toThrow('refused');
    expect(library.symbols.visit((value) => value, 5)).toBe(5);
  });

  test.each<unknown>([new Error('refused'), undefined, 'refused'])(
    'of a callback in a nonblocking call rejects the promise: %p',
    async (thrown) => {
      await using reloader = new DynamicReload();
      const { symbols } = await add(reloader, directory);
      const visitor = jest.fn<number, []>(() => {
        throw thrown;
      });
      const rejected = symbols.visit_all_later(visitor, 3).then(
        () => 'nothing',
        (reason: unknown) => reason,
      );
      expect(await rejected).toBe(thrown);
      expect(visitor).toHaveBeenCalledTimes(1);
      expect(await symbols.visit_all_later((value) => value, 4)).toBe(6);
    },
  );

  test('of one nonblocking call is none of the others', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = await add(reloader, directory);
    const calls = Array.from({ length: 16 }, (_, index) =>
      symbols.visit_all_later((value) => (index % 2 === 0 ? refuse() : value), 3),
    );
    const outcomes = (await Promise.allSettled(calls)).map(({ status }) => status);
    expect(outcomes).toEqual(calls.map((_, i) => (i % 2 === 0 ? 'rejected' : 'fulfilled')));
  });
});

describe('during a callback', () => {
  test('the library may be reloaded, and C returns to the version that called', async () => {
    await using reloader = new DynamicReload({ reload: 'manual' });
    const { symbols } = await add(reloader, directory);
    build(directory, 2);
    const reloadNow = () => {
      const end = performance.now() + DEADLINE_MS;
      while (reloader.update() === 0 && performance.now() < end); // Another thread looks at the file.
      return symbols.value();
    };
    expect(symbols.visit(reloadNow, 0)).toBe(2);
  });

  test('the library may be closed', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader, directory);
    const { symbols } = library;
    let closing: Promise<void> | undefined;
    const close = () => {
      closing = library.close();
      return 5;
    };
    expect(symbols.visit(close, 0)).toBe(5);
    await closing;
    expect(() => symbols.value()).toThrow(codedError('ERR_LIBRARY_CLOSED'));
  });

  test('a library may be closed that calls back then', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader, directory);
    const file = compile({ file: 'callbacks.c' }, directory.file('other.so'));
    const definitions = { call_when_unloaded: DEFINITIONS.call_when_unloaded };
    const visitor = jest.fn((value: number) => 10 * value);
    using visiting = lasting(library, visitor);
    for (let i = 0; i < 20; i++) {
      const other = await reloader.addLibrary(file, { symbols: definitions });
      other.symbols.call_when_unloaded(visiting.pointer);
      let closing: Promise<void> | undefined;
      const close = () => {
        closing = other.close();
        return JSON.stringify({ list: [i] }).length;
      };
      expect(library.symbols.visit_both(close, visiting)).toBe(`{"list":[${i}]}`.length + 20);
      await closing;
    }
    expect(visitor.mock.calls).toEqual(Array.from({ length: 20 }, () => [[1], [2]]).flat());
  });

  test('what is thrown while a library is unloaded is thrown by no call', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader, directory);
    const file = compile({ file: 'callbacks.c' }, directory.file('other.so'));
    const definitions = { call_when_unloaded: DEFINITIONS.call_when_unloaded };
    const other = await reloader.addLibrary(file, { symbols: definitions });
    using refusing = lasting(library, refuse);
    other.symbols.call_when_unloaded(refusing.pointer);
    const close = () => {
      void other.close();
      return library.symbols.value();
    };
    await collectUncaught((uncaught) => {
      expect(library.symbols.visit(close, 1)).toBe(1);
      expect(uncaught).toEqual([new Error('refused')]);
      return Promise.resolve();
    });
  });

  test('a result is read whole before it is written', async () => {
    await using reloader = new DynamicReload();
    const { symbols } = await add(reloader, directory);
    const result = {
      x: 1,
      get y() {
        expect(symbols.describe(() => ({ x: 8, y: 9 }))).toEqual({ x: 8, y: 9 });
        return 2;
      },
    };
    expect(symbols.describe(() => result)).toEqual({ x: 1, y: 2 });
  });
});
