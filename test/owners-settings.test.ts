// What further owners of a library may say about it.

import { DynamicReload } from '../lib';
import { codedError } from './support/coded-error';
import { compile } from './support/compiler';
import { useProjectDirectory } from './support/temporary-directory';

const project = useProjectDirectory();
const one = { one: { return: 'i32' } } as const;

function build(): string {
  return compile('int one(void) { return 1; }', project.file('libx.so'));
}

describe('a library with several owners', () => {
  test.each([
    ['validate', { validate: () => true }],
    ['group', { group: 'another' }],
    ['keepUnique', { keepUnique: true }],
    ['drainTimeoutMs', { drainTimeoutMs: 5 }],
    ['flags', { flags: 258 }],
    ['verify', { verify: () => true }],
    ['allow', { allow: ['0'.repeat(64)] }],
    ['probe', { probe: true }],
    ['settleMs', { settleMs: 5 }],
    ['watchDependencies', { watchDependencies: true }],
    ['copy', { copy: 'loadable' as const }],
  ])(
    'refuses another "%s" than that of its first owner, and changes nothing',
    async (name, given) => {
      const file = build();
      await using reloader = new DynamicReload();
      const library = await reloader.addLibrary(file, { group: 'one', symbols: one });
      const refusal = codedError('ERR_INVALID_STATE', { message: `with another "${name}"` });
      await expect(reloader.addLibrary(file, given)).rejects.toEqual(refusal);
      expect(() => reloader.addLibrarySync(file, given)).toThrow(refusal);
      await library.close();
      expect(() => library.symbols.one()).toThrow(codedError('ERR_LIBRARY_CLOSED'));
    },
  );

  test('takes an owner who says the same as the first one', async () => {
    const file = build();
    await using reloader = new DynamicReload();
    const options = { validate: () => true, group: 'one', flags: 2, drainTimeoutMs: 5 };
    const library = await reloader.addLibrary(file, options);
    expect(await reloader.addLibrary(file, { ...options, keepUnique: false })).toBe(library);
  });
});
