// Libraries that are closed or reloaded by a callback of the call that is still in them.

import { callback, DynamicReload, out, string, type Library } from '../lib';
import { compile } from './support/compiler';
import { Gate } from './support/gate';
import { useTemporaryDirectory } from './support/temporary-directory';
import { DEADLINE_MS, nextEvent } from './support/wait';

const directory = useTemporaryDirectory();

const SOURCE = `
  const char *text_after(void (*visit)(void)) { visit(); return "of version 1"; }
  void texts_after(const char **text, void (*visit)(void)) { visit(); *text = "of version 1"; }
`;

const visit = callback({});
const symbols = {
  text_after: { arguments: [visit], return: 'string' },
  texts_after: { arguments: [out('string'), visit] },
} as const;

test.each(['close', 'removeLibrary'])('a text result is read after %s()', async (how) => {
  await using reloader = new DynamicReload();
  const library = await reloader.addLibrary(compile(SOURCE, directory.file('lib.so')), { symbols });
  const end = () => void (how === 'close' ? library.close() : reloader.removeLibrary(library));
  expect(library.symbols.text_after(end)).toBe('of version 1');
});

test('a text that comes out through a holder is read after close()', async () => {
  await using reloader = new DynamicReload();
  const library = await reloader.addLibrary(compile(SOURCE, directory.file('lib.so')), { symbols });
  const holder: { value?: string | null } = {};
  library.symbols.texts_after(holder, () => void library.close());
  expect(holder.value).toBe('of version 1');
});

// ---- Texts that the library wants back -------------------------------------------------------------

/** The text is in the memory that the call is given; what frees it writes there. */
const OWNED = `
  const char *text_in(char *memory, void (*visit)(void)) { visit(); return memory; }
  const char *text_later(char *memory, int *gate) {
    __atomic_fetch_add(&gate[1], 1, __ATOMIC_SEQ_CST);
    while (!__atomic_load_n(&gate[0], __ATOMIC_SEQ_CST)) {}
    return memory;
  }
  void let_go(char *text) { text[0] = VERSION; }
`;

const owned = string({ free: 'let_go' });
const ownedSymbols = {
  text_in: { arguments: ['buffer', visit], return: owned },
  text_later: { arguments: ['buffer', 'buffer'], return: owned, nonblocking: true },
} as const;

function buildOwned(version: string): string {
  return compile(OWNED, directory.file('lib.so'), { defines: { VERSION: `'${version}'` } });
}

/** The file is looked at by another thread meanwhile. */
function reloadNow(reloader: DynamicReload): void {
  buildOwned('2');
  const end = performance.now() + DEADLINE_MS;
  while (reloader.update() === 0 && performance.now() < end);
}

describe.each<[string, (reloader: DynamicReload, library: Library) => void]>([
  ['reloads', reloadNow],
  ['closes the library', (_reloader, library) => void library.close()],
])('an owned text of a call whose callback %s', (_what, happen) => {
  test('is read, and freed by the version that gave it', async () => {
    await using reloader = new DynamicReload({ reload: 'manual' });
    const library = await reloader.addLibrary(buildOwned('1'), { symbols: ownedSymbols });
    const memory = Buffer.from('text\0');
    const text = library.symbols.text_in(memory, () => {
      happen(reloader, library);
    });
    expect([text, memory.toString()]).toEqual(['text', '1ext\0']);
  });
});

test('an owned text of a nonblocking call is freed by its version after a reload', async () => {
  await using reloader = new DynamicReload();
  const library = await reloader.addLibrary(buildOwned('1'), { symbols: ownedSymbols });
  const gate = new Gate();
  const memory = Buffer.from('text\0');
  const call = library.symbols.text_later(memory, gate.memory);
  await gate.reachedBy(1);
  const after = nextEvent(reloader, 'after');
  buildOwned('2');
  await after;
  gate.open();
  expect([await call, memory.toString()]).toEqual(['text', '1ext\0']);
});

// ---- The end of the call -------------------------------------------------------------------------

const NUMBERS = `
  int number(void) { return NUMBER; }
  int number_after(void (*visit)(void)) { visit(); return NUMBER; }
`;

function buildNumbers(file: string, number: number): string {
  return compile(NUMBERS, directory.file(file), { defines: { NUMBER: number } });
}

test('close() in a callback that throws then settles', async () => {
  await using reloader = new DynamicReload();
  const library = await reloader.addLibrary(buildNumbers('lib.so', 1), {
    symbols: { number_after: { arguments: ['function'], return: 'i32' } },
  });
  let closing: Promise<void> | undefined;
  const closer = library.callback({}, () => {
    closing = library.close();
    throw new Error('closed');
  });
  expect(() => library.symbols.number_after(closer.pointer)).toThrow('closed');
  await closing;
});

test('a listener of the unloading at its end cannot touch its result', async () => {
  await using reloader = new DynamicReload();
  const library = await reloader.addLibrary(buildNumbers('lib.so', 1), {
    symbols: { number_after: { arguments: [visit], return: 'i32' } },
  });
  const other = await reloader.addLibrary(buildNumbers('libother.so', 2), {
    symbols: { number: { return: 'i32' } },
  });
  const heard: number[] = [];
  reloader.once('unloaded', () => heard.push(other.symbols.number()));
  const end = () => void library.close();
  expect(library.symbols.number_after(end)).toBe(1);
  await library.close();
  expect(heard).toEqual([2]);
});

// ---- Calls of a destructor -----------------------------------------------------------------------

const LEAVES = `
  static void (*farewell)(void);
  int leave_after(void (*at_exit)(void), void (*visit)(void), int *left) {
    farewell = at_exit; visit(); *left = 5; return 1;
  }
  __attribute__((destructor)) static void leave(void) { if (farewell) farewell(); }
`;

test('a library that calls back while it is unloaded may be the reason for other calls', async () => {
  await using reloader = new DynamicReload();
  const library = await reloader.addLibrary(compile(LEAVES, directory.file('libleaves.so')), {
    symbols: { leave_after: { arguments: ['function', visit, out('i32')], return: 'i32' } },
  });
  const other = await reloader.addLibrary(compile(SOURCE, directory.file('lib.so')), { symbols });
  let heard: string | null | undefined;
  const holder: { value?: string | null } = {};
  using farewell = other.callback({}, () => {
    other.symbols.texts_after(holder, () => undefined);
    heard = holder.value;
  });
  const end = () => void library.close();
  const left: { value?: number } = {};
  expect(library.symbols.leave_after(farewell.pointer, end, left)).toBe(1);
  expect(left.value).toBe(5);
  expect(heard).toBe('of version 1');
});
