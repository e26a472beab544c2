// What the private copy of a library has in it.

import { execFileSync } from 'node:child_process';
import { copyFileSync, renameSync, statSync } from 'node:fs';
import { DynamicReload, type AddLibraryOptions, type CopyExtent } from '../lib';
import type { NoSymbols } from '../lib/types';
import { buildSmallAddon } from './support/addon';
import { codedError } from './support/coded-error';
import { compile } from './support/compiler';
import { useProjectDirectory } from './support/temporary-directory';
import { describeWith, isInstalled } from './support/means';
import { go, rust, useBuilds } from './support/toolchains';
import { nextEvent } from './support/wait';

const project = useProjectDirectory();
const symbols = { value: { return: 'i32' } } as const;

/** Much debug information, and a function that only the symbol table knows. */
function debugBuild(value: number, output = project.file('libx.so')): string {
  const types = Array.from({ length: 800 }, (_, i) => {
    const name = `a_structure_with_a_long_name_of_which_debug_information_is_full_${i}`;
    return `struct ${name} { int first_${i}, second_${i}; } variable_${i}; `;
  });
  const source = `
    ${types.map((type) => `static ${type}`).join('\n')}
    static __attribute__((noinline)) int hidden_function(int x) { return x + variable_1.first_1; }
    int value(void) { return hidden_function(${value}); }`;
  return compile(source, output, { flags: ['-g', '-fno-eliminate-unused-debug-symbols'] });
}

function symbolTable(file: string): string {
  return execFileSync('nm', [file], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}

function bytesOnDisk(file: string): number {
  return statSync(file).blocks * 512;
}

async function reloadTo(reloader: DynamicReload, change: () => unknown) {
  const after = nextEvent(reloader, 'after');
  change();
  return await after;
}

describe("copy: 'loadable'", () => {
  test('copies what is loaded, and runs the same, in each of ten reloads', async () => {
    await using reloader = new DynamicReload();
    const file = debugBuild(1);
    const library = await reloader.addLibrary(file, { symbols, copy: 'loadable' });
    for (let value = 2; value <= 11; value++) {
      const { timings } = await reloadTo(reloader, () => debugBuild(value));
      expect(library.symbols.value()).toBe(value);
      expect(bytesOnDisk(library.loadedPath)).toBeLessThan(statSync(file).size / 2);
      expect(timings?.copy).toBe('loadable');
      expect(timings?.copiedBytes).toBeLessThan(statSync(file).size / 2);
      expect(library.versions.at(-1)?.size).toBe(statSync(library.loadedPath).size);
    }
  });

  test('knows what runs: neither touching nor stripping the original is a change', async () => {
    await using reloader = new DynamicReload();
    const file = debugBuild(1);
    await reloader.addLibrary(file, { copy: 'loadable' });
    const build = (value: number) => compile({ value }, project.file('libother.so'));
    const other = await reloader.addLibrary(build(1));
    const again = debugBuild(1, project.file('again.so'));
    for (const change of [() => copyFileSync(again, file), () => execFileSync('strip', [file])]) {
      change();
      const { library } = await reloadTo(reloader, () => build(other.version + 1));
      expect(library).toBe(other); // All that was before it has been looked at.
    }
    expect(reloader.pending).toBe(0);
  });

  test('goes with what else is read of a copy, and changed in it', async () => {
    await using reloader = new DynamicReload();
    const build = (version: number) =>
      compile(
        `inline int &counter() { static int count; return count; }
        extern "C" {
          int abi = 1, kept = 5, shared[${version}];
          int value() { return ++counter() * 10 + ${version}; }
        }`,
        project.file('libx.so'),
        { language: 'c++', flags: ['-g', '-O0', '-Wl,-rpath,$ORIGIN'] },
      );
    const library = await reloader.addLibrary(build(1), {
      symbols: { ...symbols, kept: { type: 'i32' } },
      ...{ copy: 'loadable', abiTag: 'abi', preserve: ['kept'], probe: true },
    });
    library.symbols.kept = 7;
    library.symbols.value();
    const unloaded = nextEvent(reloader, 'unloaded');
    await reloadTo(reloader, () => build(2));
    await unloaded;
    expect([library.symbols.value(), library.symbols.kept]).toEqual([12, 7]);
    expect(library.versions[0]?.buildId).toMatch(/^[0-9a-f]+$/);
  });

  test('says which symbols changed', async () => {
    await using reloader = new DynamicReload();
    const build = (source: string) => compile(source, project.file('libx.so'), { flags: ['-g'] });
    await reloader.addLibrary(build('int table[2], gone;'), { copy: 'loadable' });
    let changes: unknown;
    reloader.once('after', (event) => {
      changes = event.symbols;
    });
    await reloadTo(reloader, () => build('int table[3], fresh;'));
    expect(changes).toEqual({ added: ['fresh'], removed: ['gone'], resized: ['table'] });
  });

  test('is also how dependencies are copied', async () => {
    await using reloader = new DynamicReload();
    const part = debugBuild(1, project.file('libpart.so'));
    const whole = compile(
      'int value(void); int whole(void) { return value(); }',
      project.file('libwhole.so'),
      { flags: ['-L.', '-lpart', '-Wl,-rpath,$ORIGIN'] },
    );
    const library = await reloader.addLibrary(whole, {
      symbols: { whole: { return: 'i32' } },
      ...{ watchDependencies: true, copy: 'loadable' },
    });
    const { timings } = await reloadTo(reloader, () => debugBuild(2, part));
    expect(library.symbols.whole()).toBe(2);
    expect(timings?.copiedBytes).toBeLessThan(statSync(part).size / 2);
  });

  test('is there for addons', async () => {
    await using reloader = new DynamicReload();
    const file = buildSmallAddon(project.file('x.node'), 1);
    const addon = await reloader.addAddon<{ hello(): number }>(file, { copy: 'loadable' });
    await reloadTo(reloader, () => buildSmallAddon(file, 2));
    expect(addon.exports.hello()).toBe(2);
    expect(statSync(addon.loadedPath).size).toBeLessThan(statSync(file).size);
  });

  test.each<[AddLibraryOptions<NoSymbols>, string]>([
    [{ verify: () => true }, "'full' with `verify` or `allow`"],
    [{ allow: ['0'.repeat(64)] }, "'full' with `verify` or `allow`"],
    [{ system: true }, 'absent with `system`'],
  ])('is refused with %p', async (options, message) => {
    await using reloader = new DynamicReload();
    const adding = reloader.addLibrary('libm.so.6', { ...options, copy: 'loadable' });
    await expect(adding).rejects.toEqual(codedError('ERR_INVALID_ARG_TYPE', { message }));
  });
});

test.each(['half', 1, null])('copy: %p is refused', async (copy) => {
  await using reloader = new DynamicReload();
  const adding = reloader.addLibrary('x', { copy: copy as CopyExtent });
  await expect(adding).rejects.toEqual(codedError('ERR_INVALID_ARG_TYPE', { message: '"copy"' }));
});

for (const toolchain of [rust, go]) {
  describeWith(isInstalled(toolchain.program))(
    `copy: 'loadable' of what ${toolchain.program} made`,
    () => {
      const putBuilds = useBuilds(toolchain);

      test('runs the same', async () => {
        putBuilds(project.path);
        await using reloader = new DynamicReload();
        const library = await reloader.addLibrary(project.file('lib.so'), {
          symbols: { shared_fun: { return: 'i32' } },
          copy: 'loadable',
        });
        expect(library.symbols.shared_fun()).toBe(1);
        const { timings } = await reloadTo(reloader, () => {
          renameSync(project.file('v2.so'), project.file('lib.so'));
        });
        expect(library.symbols.shared_fun()).toBe(2);
        expect(timings?.copiedBytes).toBeLessThan(statSync(project.file('lib.so')).size);
      });
    },
  );
}

describe("copy: 'full'", () => {
  test.each<AddLibraryOptions<NoSymbols>>([{}, { copy: 'full' }])(
    'keeps what debuggers read: %p',
    async (options) => {
      await using reloader = new DynamicReload();
      const library = await reloader.addLibrary(debugBuild(1), options);
      const { timings } = await reloadTo(reloader, () => debugBuild(2));
      expect(symbolTable(library.loadedPath)).toContain('hidden_function');
      expect(timings?.copy).toBe('full');
    },
  );
});
