// Variables and states that a new version takes over from the old one.

import { DynamicReload, type LibraryCandidate, type VersionOptions } from '../lib';
import { codedError } from './support/coded-error';
import { compile } from './support/compiler';
import { useProjectDirectory } from './support/temporary-directory';
import { nextEvent } from './support/wait';

const project = useProjectDirectory();
const symbols = {
  counter: { type: 'i32' },
  value: { return: 'i32' },
} as const;

/** A library with these declarations and a value of its own. */
function build(value: number, declarations: string): string {
  return compile(`${declarations}\nint value(void) { return ${value}; }`, project.file('libx.so'));
}

function add(reloader: DynamicReload, declarations: string, options: VersionOptions) {
  return reloader.addLibrary(build(1, declarations), { symbols, ...options });
}

function logWarnings(reloader: DynamicReload): string[] {
  const messages: string[] = [];
  reloader.on('warning', ({ message }) => messages.push(message));
  return messages;
}

async function rebuild(reloader: DynamicReload, value: number, text: string): Promise<void> {
  const after = nextEvent(reloader, 'after');
  build(value, text);
  await after;
}

describe('preserve', () => {
  test('gives the new version the values of variables, whatever they are', async () => {
    await using reloader = new DynamicReload();
    const declarations = 'int counter = 5; struct { char name[3]; double x; } table = {"ab", 0.5};';
    const library = await reloader.addLibrary(build(1, declarations), {
      symbols: { ...symbols, first: { type: 'u8', name: 'table' } },
      preserve: ['counter', 'table'],
    });
    const warnings = logWarnings(reloader);
    library.symbols.counter = 41;
    library.symbols.first = 0x7a;
    await rebuild(reloader, 2, declarations);
    const { value, counter, first } = library.symbols;
    expect([value(), counter, first]).toEqual([2, 41, 0x7a]);
    expect(warnings).toEqual([]);
  });

  test('leaves other variables with their initial values', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader, 'int counter = 5; int other;', { preserve: ['other'] });
    library.symbols.counter = 41;
    await rebuild(reloader, 2, 'int counter = 6; int other;');
    expect(library.symbols.counter).toBe(6);
  });

  test('has the last word, after validate()', async () => {
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary(build(1, 'int counter;'), {
      symbols,
      preserve: ['counter'],
      validate: async (candidate: LibraryCandidate<typeof symbols>) => {
        candidate.symbols.counter = 100;
        if (candidate.version === 1) return;
        await Promise.resolve();
        library.symbols.counter = 7; // The old version still works.
      },
    });
    await rebuild(reloader, 2, 'int counter;');
    expect(library.symbols.counter).toBe(7);
  });

  test('copies nothing when the reload fails', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader, 'int counter;', { preserve: ['counter'] });
    const warnings = logWarnings(reloader);
    library.symbols.counter = 3;
    const failed = nextEvent(reloader, 'failed');
    compile('long counter;', project.file('libx.so'));
    await failed;
    expect([library.symbols.counter, warnings]).toEqual([3, []]);
  });

  test.each([
    ['has another size', 'int counter, kept;', 'int counter; long kept;', '4 bytes and has 8'],
    ['is gone', 'int counter, kept;', 'int counter;', 'the new version does not export it'],
    ['was not there', 'int counter;', 'int counter, kept;', 'the old version does not export it'],
    ['is a constant', 'int counter, kept;', 'int counter; const int kept = 1;', 'a constant'],
    ['is a function', 'int counter, kept;', 'int counter; int kept() { return 1; }', 'a function'],
    ['is thread-local', 'int counter, kept;', 'int counter; __thread int kept;', 'thread-local'],
    [
      'has an address of the old version',
      'int counter; const char *kept = "text";',
      'int counter; const char *kept;',
      'the address of something in the old version',
    ],
  ])('warns of a variable that %s, and reloads', async (_what, before, after, reason) => {
    await using reloader = new DynamicReload();
    const library = await add(reloader, before, { preserve: ['kept', 'counter'] });
    const warnings = logWarnings(reloader);
    library.symbols.counter = 9;
    await rebuild(reloader, 2, after);
    expect([library.symbols.value(), library.symbols.counter]).toEqual([2, 9]);
    expect(warnings).toEqual([expect.stringMatching(/^"kept" was not preserved/)]);
    expect(warnings[0]).toContain(reason);
  });

  test('keeps addresses of memory that the library allocated', async () => {
    await using reloader = new DynamicReload();
    const text = '#include <stdlib.h>\nint counter; int *kept;\n';
    const code = `${text} int get(void) { return *kept; }
      void set(int x) { kept = malloc(sizeof *kept); *kept = x; }
      void drop(void) { free(kept); }`;
    const library = await reloader.addLibrary(build(1, code), {
      symbols: { get: { return: 'i32' }, set: { arguments: ['i32'] }, drop: {} },
      preserve: ['kept'],
    });
    library.symbols.set(12);
    await rebuild(reloader, 2, code);
    expect(library.symbols.get()).toBe(12);
    library.symbols.drop();
  });
});

/** A library that saves its counter behind a number of its format. */
function stateful(format: number, save = `return plain(buffer, capacity);`): string {
  return `
    #include <stddef.h>
    #include <string.h>
    int counter;
    static size_t plain(void *buffer, size_t capacity) {
      int state[2] = {${format}, counter};
      if (capacity >= sizeof state) memcpy(buffer, state, sizeof state);
      return sizeof state;
    }
    size_t save(void *buffer, size_t capacity) { ${save} }
    int restore(const void *data, size_t size) {
      int state[2];
      if (size != sizeof state) return 2;
      memcpy(state, data, size);
      if (state[0] != ${format}) return 3;
      counter = state[1];
      return 0;
    }`;
}

describe('state', () => {
  const state = { save: 'save', restore: 'restore' };

  test('is what the old version saves and the new one restores', async () => {
    await using reloader = new DynamicReload();
    const library = await add(reloader, stateful(1), { state });
    library.symbols.counter = 17;
    await rebuild(reloader, 2, stateful(1));
    expect([library.symbols.value(), library.symbols.counter]).toEqual([2, 17]);
  });

  test.each([
    ['restore() refuses', stateful(1), stateful(2), 'restore() refused it with 3'],
    ['save() refuses', stateful(1, 'return (size_t)-1;'), stateful(1), 'save() refused'],
    ['save() never has enough', stateful(1, 'return capacity + 1;'), stateful(1), 'more each time'],
    ['save() wants everything', stateful(1, 'return (size_t)1 << 60;'), stateful(1), 'no memory'],
  ])('keeps the old version when %s', async (_what, before, after, message) => {
    await using reloader = new DynamicReload();
    const library = await add(reloader, before, { state });
    library.symbols.counter = 17;
    const failed = nextEvent(reloader, 'failed');
    build(2, after);
    expect((await failed).error).toEqual(codedError('ERR_VALIDATION', { message }));
    expect([library.symbols.value(), library.symbols.counter]).toEqual([1, 17]);
  });

  test('that is empty is handed over as well', async () => {
    await using reloader = new DynamicReload();
    const code = `#include <stddef.h>\nint counter;
      size_t save(void *buffer, size_t capacity) { return 0; }
      int restore(const void *data, size_t size) { counter = size == 0 ? 1 : 2; return 0; }`;
    const library = await add(reloader, code, { state });
    await rebuild(reloader, 2, code);
    expect(library.symbols.counter).toBe(1);
  });

  test('functions are symbols that every version must have', async () => {
    await using reloader = new DynamicReload();
    const adding = add(reloader, 'int counter;', { state });
    await expect(adding).rejects.toEqual(codedError('ERR_SYMBOL_NOT_FOUND', { symbol: 'save' }));
    const library = await add(reloader, stateful(1), { state });
    const failed = nextEvent(reloader, 'failed');
    build(2, 'int counter;');
    expect((await failed).error).toEqual(codedError('ERR_SYMBOL_NOT_FOUND'));
    expect(library.symbols.value()).toBe(1);
  });

  test('of one library of a group that refuses keeps all', async () => {
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary(build(1, stateful(1)), {
      symbols,
      state,
      group: 'g',
    });
    const other = await reloader.addLibrary(compile({ value: 1 }, project.file('liby.so')), {
      symbols: { shared_fun: { return: 'i32' } },
      group: 'g',
    });
    const deferral = reloader.deferReload();
    build(2, stateful(2));
    compile({ value: 2 }, project.file('liby.so'));
    while (reloader.pending < 2) await new Promise(setImmediate);
    const failed: unknown[] = [];
    reloader.on('failed', ({ error }) => failed.push(error.code));
    deferral.release();
    expect(failed.sort()).toEqual(['ERR_GROUP', 'ERR_VALIDATION']);
    expect([library.symbols.value(), other.symbols.shared_fun()]).toEqual([1, 1]);
  });
});

describe('event.state', () => {
  test('goes from "before" to the end of the same reload', async () => {
    await using reloader = new DynamicReload();
    await add(reloader, 'int counter;', {});
    const seen: unknown[] = [];
    reloader.on('before', (event) => {
      expect(event.state).toBeUndefined();
      event.waitUntil(
        Promise.resolve(event.version).then((version) => {
          event.state = { version };
        }),
      );
    });
    reloader.on('after', ({ state }) => seen.push(['after', state]));
    reloader.on('failed', ({ state }) => seen.push(['failed', state]));
    await rebuild(reloader, 2, 'int counter;');
    const failed = nextEvent(reloader, 'failed');
    compile('int none;', project.file('libx.so'));
    await failed;
    expect(seen).toEqual([
      ['after', { version: 1 }],
      ['failed', { version: 2 }],
    ]);
  });

  test('is one for each library', async () => {
    await using reloader = new DynamicReload();
    const options = { symbols: { shared_fun: { return: 'i32' } }, group: 'g' } as const;
    await reloader.addLibrary(compile({ value: 1 }, project.file('liba.so')), options);
    await reloader.addLibrary(compile({ value: 1 }, project.file('libb.so')), options);
    const states: unknown[] = [];
    reloader.on('before', (event) => (event.state = event.library.name));
    reloader.on('after', ({ library, state }) => states.push(library.name === state));
    const deferral = reloader.deferReload();
    compile({ value: 2 }, project.file('liba.so'));
    compile({ value: 2 }, project.file('libb.so'));
    while (reloader.pending < 2) await new Promise(setImmediate);
    deferral.release();
    expect(states).toEqual([true, true]);
  });
});
