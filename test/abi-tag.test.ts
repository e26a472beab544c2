// Versions that do not fit the program are not even loaded.

import { existsSync } from 'node:fs';
import { DynamicReload } from '../lib';
import { codedError } from './support/coded-error';
import { compile } from './support/compiler';
import { logEvents } from './support/event-log';
import { shadowCopies } from './support/shadow-copies';
import { useProjectDirectory } from './support/temporary-directory';
import { nextEvent, waitFor } from './support/wait';

const project = useProjectDirectory();
const symbols = { value: { return: 'i32' } } as const;

function build(value: number, declarations: string): string {
  return compile(`${declarations}\nint value(void) { return ${value}; }`, project.file('libx.so'));
}

function add(reloader: DynamicReload, declarations: string) {
  return reloader.addLibrary(build(1, declarations), { symbols, abiTag: 'abi' });
}

describe('abiTag', () => {
  test.each([
    ['an integer', 'int abi = 1;', 'int abi = 2;', '0x00000002'],
    ['a text', 'const char abi[] = "v1";', 'const char abi[] = "v2";', '"v2"'],
    ['a longer text', 'const char abi[] = "v1";', 'const char abi[] = "v1.1";', '"v1.1"'],
    ['zero', 'long abi = 1;', 'long abi;', '0x0000000000000000'],
  ])('refuses a version with another one: %s', async (_what, before, after, shown) => {
    await using reloader = new DynamicReload({ shadowDir: project.directory('shadow') });
    const library = await add(reloader, before);
    const log = logEvents(reloader);
    const failed = nextEvent(reloader, 'failed');
    build(2, after);
    expect((await failed).error).toEqual(codedError('ERR_VALIDATION', { message: shown }));
    expect(library.symbols.value()).toBe(1);
    await waitFor(() => shadowCopies(project.file('shadow')).length === 1);
    const next = nextEvent(reloader, 'after');
    build(3, before);
    await next;
    expect(library.symbols.value()).toBe(3);
    expect(log).toEqual(['failed 1: ERR_VALIDATION', 'before 1', 'after 2']);
  });

  test.each([false, true])('lets no code of such a version run, probe: %s', async (probe) => {
    await using reloader = new DynamicReload();
    const marker = project.file('ran');
    const code = (abi: number) => `#include <fcntl.h>
      const int abi = ${abi};
      __attribute__((constructor)) static void run(void) {
        if (abi != 1) open("${marker}", O_CREAT | O_WRONLY, 0600);
      }`;
    await reloader.addLibrary(build(1, code(1)), { symbols, abiTag: 'abi', probe });
    const failed = nextEvent(reloader, 'failed');
    build(2, code(2));
    await failed;
    expect(existsSync(marker)).toBe(false);
  });

  test('is compared after verify has seen the file', async () => {
    await using reloader = new DynamicReload();
    const verify = jest.fn();
    const options = { symbols, abiTag: 'abi', verify };
    await reloader.addLibrary(build(1, 'int abi = 1;'), options);
    const failed = nextEvent(reloader, 'failed');
    build(2, 'int abi = 2;');
    expect((await failed).error).toEqual(codedError('ERR_VALIDATION', { message: '0x00000002' }));
    expect(verify).toHaveBeenCalledTimes(2);
  });

  test('is nothing for libraries of the system, which are never reloaded', async () => {
    await using reloader = new DynamicReload();
    const adding = reloader.addLibrary('libm.so.6', { system: true, abiTag: 'abi' });
    await expect(adding).rejects.toEqual(codedError('ERR_INVALID_ARG_TYPE'));
  });

  test('must be in every version', async () => {
    await using reloader = new DynamicReload();
    const missing = codedError('ERR_SYMBOL_NOT_FOUND', { symbol: 'abi' });
    await expect(add(reloader, '')).rejects.toEqual(missing);
    await expect(add(reloader, 'int abi(void) { return 1; }')).rejects.toEqual(missing);
    const library = await add(reloader, 'int abi = 1;');
    const failed = nextEvent(reloader, 'failed');
    build(2, '');
    expect((await failed).error).toEqual(missing);
    expect(library.symbols.value()).toBe(1);
  });

  test.each([[[]], [['-Wl,-z,pack-relative-relocs']]])(
    'cannot be an address, which differs each time',
    async (flags) => {
      await using reloader = new DynamicReload();
      const file = project.file('libx.so');
      compile('const char *abi = "v1"; int value;', file, { flags });
      const adding = reloader.addLibrary(file, { abiTag: 'abi' });
      const message = 'an array of char';
      await expect(adding).rejects.toEqual(codedError('ERR_VALIDATION', { message }));
    },
  );
});
