import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { DynamicReload, LibraryProbeError } from '../lib';
import { codedError, type ErrorFacts } from './support/coded-error';
import { compile } from './support/compiler';
import { logEvents } from './support/event-log';
import { useProjectDirectory } from './support/temporary-directory';
import { nextEvent, waitFor } from './support/wait';

const project = useProjectDirectory();
const symbols = { shared_fun: { return: 'i32' } } as const;
const options = { symbols, probe: true } as const;

/** A library whose constructor, or other code outside a function, does this. */
function build(value: number, constructor = '', rest = ''): string {
  const source = `
    #include <signal.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <unistd.h>
    __attribute__((constructor)) static void construct(void) { ${constructor} }
    int shared_fun(void) { return ${value}; }
    ${rest}`;
  return compile(source, project.file('libx.so'));
}

/** The processes that this one started and that are not over, or that nobody asked about. */
function children(): string[] {
  const tasks = `/proc/${process.pid}/task`;
  return readdirSync(tasks).flatMap((task) =>
    readFileSync(path.join(tasks, task, 'children'), 'utf8')
      .split(' ')
      .filter(Boolean),
  );
}

const DESTRUCTOR = '__attribute__((destructor)) static void destruct(void) { abort(); }';
const IFUNC = `
  static int good(void) { return 1; }
  static int (*choose(void))(void) { *(volatile int *)0 = 1; return good; }
  int chosen(void) __attribute__((ifunc("choose")));`;

const UNRESOLVED = 'extern int nowhere(void); int use(void) { return nowhere(); }';

/** What its constructor does, what else there is in it, and what the error says. */
interface Bad {
  readonly does?: string;
  readonly rest?: string;
  readonly facts: ErrorFacts;
}

const BAD: Readonly<Record<string, Bad>> = {
  'writes to address 0': {
    does: '*(volatile int *)0 = 1;',
    facts: { signal: 'SIGSEGV', exitCode: null, message: 'SIGSEGV' },
  },
  aborts: { does: 'abort();', facts: { signal: 'SIGABRT', message: 'SIGABRT' } },
  'calls exit(3)': {
    does: 'exit(3);',
    facts: { signal: null, exitCode: 3, message: 'code 3' },
  },
  'calls exit(0)': { does: 'exit(0);', facts: { exitCode: 0, message: 'code 0' } },
  'closes every descriptor and calls _exit()': {
    does: 'for (int i = 0; i < 1000; ++i) close(i); _exit(4);',
    facts: { exitCode: 4 },
  },
  'says why': {
    does: 'fputs("no such device\\n", stderr); abort();',
    facts: { stderr: 'no such device', message: /SIGABRT[^]*\n {2}no such device/ },
  },
  'crashes when it is unloaded': {
    rest: DESTRUCTOR,
    facts: { signal: 'SIGABRT', message: 'unloaded' },
  },
};

describe.each(Object.entries(BAD))('a library that %s', (_what, { does, rest, facts }) => {
  const refusal = codedError('ERR_LIBRARY_LOAD', facts);

  test('is not added', async () => {
    await using reloader = new DynamicReload();
    const original = build(1, does, rest);
    await expect(reloader.addLibrary(original, options)).rejects.toEqual(refusal);
    expect(() => reloader.addLibrarySync(original, options)).toThrow(refusal);
    build(2);
    const library = await reloader.addLibrary(original, options);
    expect(library.symbols.shared_fun()).toBe(2);
    expect(children()).toEqual([]);
  });

  test('does not replace the old version, and the next good one does', async () => {
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary(build(1), options);
    const log = logEvents(reloader);
    const failed = nextEvent(reloader, 'failed');
    build(2, does, rest);
    const { error } = await failed;
    expect(error).toEqual(refusal);
    expect(error).toBeInstanceOf(LibraryProbeError);
    expect(error).toMatchObject({ path: library.originalPath, syscall: 'dlopen' });
    expect(library.symbols.shared_fun()).toBe(1);
    const after = nextEvent(reloader, 'after');
    build(3);
    await after;
    expect(library.symbols.shared_fun()).toBe(3);
    expect(log).toEqual(['failed 1: ERR_LIBRARY_LOAD', 'before 1', 'after 2']);
  });
});

describe('a library that never stops', () => {
  const FOREVER = 'for (;;) pause();';
  const late = codedError('ERR_TIMEOUT', { message: '500 ms', signal: 'SIGKILL' });

  test('is given up, as a first version and as the next', async () => {
    await using reloader = new DynamicReload({ beforeTimeoutMs: 500 });
    const original = build(1, FOREVER);
    await expect(reloader.addLibrary(original, options)).rejects.toEqual(late);
    expect(() => reloader.addLibrarySync(original, options)).toThrow(late);
    expect(children()).toEqual([]);
  });

  test('is given up in update()', async () => {
    await using reloader = new DynamicReload({ beforeTimeoutMs: 500, reload: 'manual' });
    const library = await addInTime(reloader, build(1));
    const states: unknown[] = [];
    build(2, FOREVER);
    await waitFor(() => reloader.update((state, _library, error) => states.push(state, error)) > 0);
    expect(states).toEqual(['failed', late]);
    expect([library.symbols.shared_fun(), children()]).toEqual([1, []]);
  });

  test('is ended when the library is closed', async () => {
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary(build(1), options);
    const failed = nextEvent(reloader, 'failed');
    build(2, FOREVER);
    await waitFor(() => children().length === 1);
    await library.close();
    expect((await failed).error).toEqual(codedError('ERR_LIBRARY_CLOSED'));
    await waitFor(() => children().length === 0);
  });

  test('is ended when nobody waits for it any more', async () => {
    const reloader = new DynamicReload();
    const controller = new AbortController();
    const { signal } = controller;
    const adding = reloader.addLibrary(build(1, FOREVER), { ...options, signal });
    await waitFor(() => children().length === 1);
    controller.abort();
    await expect(adding).rejects.toThrow('aborted');
    await waitFor(() => children().length === 0);
    const again = reloader.addLibrary('libx.so', options);
    await waitFor(() => children().length === 1);
    const rejected = expect(again).rejects.toEqual(codedError('ERR_RELOADER_CLOSED'));
    await reloader.close();
    await rejected;
    await waitFor(() => children().length === 0);
  });
});

/** A busy machine may need longer for a good library than bad ones get. */
async function addInTime(reloader: DynamicReload, file: string) {
  for (;;) {
    try {
      return await reloader.addLibrary(file, options);
    } catch (error) {
      if (!(error instanceof LibraryProbeError) || error.code !== 'ERR_TIMEOUT') throw error;
    }
  }
}

/** What was thrown, with the number of the copy left out. */
async function errorOf(adding: Promise<unknown>): Promise<object> {
  try {
    await adding;
  } catch (error) {
    const { constructor, message } = error as Error;
    return Object.assign({}, error, { constructor, message: message.replace(/\d+-libx/, 'libx') });
  }
  throw new Error('it was added');
}

describe('a probe', () => {
  test('lets good libraries pass, in update() and addLibrarySync(), too', async () => {
    await using reloader = new DynamicReload({ reload: 'manual' });
    const library = reloader.addLibrarySync(build(1), options);
    build(2);
    const states: unknown[] = [];
    await waitFor(() => reloader.update((state) => states.push(state)) > 0);
    expect(states).toEqual(['before', 'after']);
    expect(library.symbols.shared_fun()).toBe(2);
  });

  test('loads in another process than this one, before "before"', async () => {
    await using reloader = new DynamicReload();
    const trace = project.file('trace');
    const constructor = (value: number) => `
      FILE *file = fopen("${trace}", "a");
      fprintf(file, "${value} %d\\n", getpid() == ${process.pid});
      fclose(file);`;
    const library = await reloader.addLibrary(build(1, constructor(1)), options);
    let atBefore = '';
    reloader.on('before', () => (atBefore = readFileSync(trace, 'utf8')));
    const after = nextEvent(reloader, 'after');
    build(2, constructor(2));
    await after;
    expect(atBefore).toBe('1 0\n1 1\n2 0\n');
    expect(readFileSync(trace, 'utf8')).toBe('1 0\n1 1\n2 0\n2 1\n');
    expect(library.symbols.shared_fun()).toBe(2);
  });

  test('finds symbols that crash when they are looked up', async () => {
    await using reloader = new DynamicReload();
    const original = build(1, '', IFUNC);
    const wanted = { symbols: { chosen: { return: 'i32' } }, probe: true } as const;
    const adding = reloader.addLibrary(original, wanted);
    await expect(adding).rejects.toEqual(codedError('ERR_LIBRARY_LOAD', { signal: 'SIGSEGV' }));
  });

  test('refuses with the same words as the loader of this process', async () => {
    await using reloader = new DynamicReload();
    const missing = { symbols: { shared_fum: { return: 'i32' } } } as const;
    const original = build(1);
    const first = await errorOf(reloader.addLibrary(original, missing));
    expect(first).toEqual(codedError('ERR_SYMBOL_NOT_FOUND', { nearest: ['shared_fun'] }));
    expect(await errorOf(reloader.addLibrary(original, { ...missing, probe: true }))).toEqual(
      first,
    );
    build(1, '', UNRESOLVED);
    const second = await errorOf(reloader.addLibrary(original));
    expect(second).toEqual(codedError('ERR_LIBRARY_LOAD', { path: original, message: 'nowhere' }));
    expect(await errorOf(reloader.addLibrary(original, { probe: true }))).toEqual(second);
  });

  test('loads with the same flags', async () => {
    await using reloader = new DynamicReload();
    const original = build(1, '', UNRESOLVED);
    const flags = 1; // RTLD_LAZY: what is not called need not be there.
    const library = await reloader.addLibrary(original, { ...options, flags });
    expect(library.symbols.shared_fun()).toBe(1);
  });

  test('has nothing to do with the options of this process', async () => {
    await using reloader = new DynamicReload();
    const before = process.env['NODE_OPTIONS'];
    process.env['NODE_OPTIONS'] = '--require /nowhere/at/all.js';
    try {
      const library = await reloader.addLibrary(build(1), options);
      expect(library.symbols.shared_fun()).toBe(1);
    } finally {
      if (before === undefined) delete process.env['NODE_OPTIONS'];
      else process.env['NODE_OPTIONS'] = before;
    }
  });

  test('is not kept waiting by what a library starts and leaves behind', async () => {
    await using reloader = new DynamicReload();
    const file = project.file('pid');
    const constructor = `
      if (fork() == 0) {
        FILE *file = fopen("${file}", "a");
        fprintf(file, "%d\\n", getpid()); fclose(file);
        for (;;) pause();
      }`;
    const library = await reloader.addLibrary(build(1, constructor), options);
    expect(library.symbols.shared_fun()).toBe(1);
    const pids = await waitFor(() => {
      const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
      return lines.length === 2 ? lines : undefined;
    });
    for (const pid of pids ?? []) process.kill(Number(pid), 'SIGKILL');
  });

  test('writes nothing to the streams of this process', () => {
    const main = path.resolve(__dirname, '..', 'dist', 'index.js');
    const original = build(
      1,
      'if (getenv("ELECTRON_RUN_AS_NODE")) { puts("out"); fputs("err", stderr); }',
    );
    const script = `
      const { DynamicReload } = require(${JSON.stringify(main)});
      const reloader = new DynamicReload();
      reloader.addLibrary(${JSON.stringify(original)}, { probe: true }).then(() => reloader.close());`;
    const output = execFileSync(process.execPath, ['-e', script], { stdio: 'pipe' });
    expect(output.toString()).toBe('');
  });
});
