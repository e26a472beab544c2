// What a new version exports otherwise than the old one.

import { existsSync, writeFileSync } from 'node:fs';
import { DynamicReload, type AfterEvent, type SymbolChanges } from '../lib';
import { compile } from './support/compiler';
import { useProjectDirectory } from './support/temporary-directory';
import { nextEvent, waitFor } from './support/wait';

const project = useProjectDirectory();

const OLD = 'int table[2], same; int gone, gone_too; int f(void) { return 1; }';
const NEW = 'int table[3], same; int fresh; int f(void) { return 1 + same; }';
const CHANGES = { added: ['fresh'], removed: ['gone', 'gone_too'], resized: ['table'] };

function build(text: string, flags: readonly string[] = []): string {
  return compile(text, project.file('libx.so'), { flags });
}

describe('event.symbols', () => {
  test('says what is new, gone and of another size', async () => {
    await using reloader = new DynamicReload();
    await reloader.addLibrary(build(OLD));
    const seen: (SymbolChanges | null)[] = [];
    reloader.on('after', ({ symbols }) => seen.push(symbols));
    const after = nextEvent(reloader, 'after');
    build(NEW);
    await after;
    expect(seen).toEqual([CHANGES]);
  });

  test('needs no section headers and knows versions of symbols', async () => {
    await using reloader = new DynamicReload();
    const script = (version: string) => {
      writeFileSync(project.file('versions.map'), `${version} { global: *; };`);
      return ['-Wl,--version-script=versions.map', '-s'];
    };
    await reloader.addLibrary(build(OLD, script('ONE')));
    const seen: (SymbolChanges | null)[] = [];
    reloader.on('after', ({ symbols }) => seen.push(symbols));
    const after = nextEvent(reloader, 'after');
    build(NEW, script('TWO'));
    await after;
    expect(seen).toEqual([CHANGES]);
  });

  test('asked for in time is known for ever, and is null when it is too late', async () => {
    await using reloader = new DynamicReload();
    const library = await reloader.addLibrary(build(OLD));
    const events: AfterEvent[] = [];
    library.on('after', (event) => events.push(event));
    library.once('after', ({ symbols }) => symbols);
    for (const text of [NEW, OLD]) {
      const { loadedPath } = library;
      const after = nextEvent(reloader, 'after');
      build(text);
      await after;
      await waitFor(() => !existsSync(loadedPath));
    }
    expect(events.map(({ symbols }) => symbols)).toEqual([CHANGES, null]);
  });

  test('is there in reloader.events()', async () => {
    await using reloader = new DynamicReload();
    await reloader.addLibrary(build(OLD));
    const events = reloader.events();
    const unloaded = nextEvent(reloader, 'unloaded');
    build(NEW);
    await unloaded;
    for await (const event of events) {
      if (event.type !== 'after') continue;
      expect(event.symbols).toEqual(CHANGES);
      break;
    }
  });
});
