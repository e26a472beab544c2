// Addons: what they export is what the user says.

import type { Addon, AddonCandidate, Library } from '../../lib';
import { DynamicReload } from '../../lib';
import { check, type Equal } from './check.test-d';

interface MyAddon {
  hello(name: string): string;
  readonly Counter: new () => { next(): number };
}

async function main(): Promise<void> {
  await using reloader = new DynamicReload();
  await using addon = await reloader.addAddon<MyAddon>('./build/Release/my_addon.node', {
    flags: 1,
    group: 'all',
    keepUnique: true,
    signal: AbortSignal.timeout(1000),
    validate: (candidate) => {
      check<Equal<typeof candidate, AddonCandidate<MyAddon>>>();
      return candidate.exports.hello('') !== '' && candidate.version > 0;
    },
  });
  check<Equal<typeof addon, Addon<MyAddon>>>();
  check<Equal<typeof addon.exports, MyAddon>>();
  const { Counter } = addon.exports;
  check<Equal<ReturnType<InstanceType<typeof Counter>['next']>, number>>();
  const library: Library = addon;
  library.on('after', () => undefined);
  await reloader.removeLibrary(addon);

  const typed = reloader.addAddonSync<typeof import('node:path')>('path.node');
  check<Equal<typeof typed.exports.sep, '\\' | '/'>>();
  const untyped = reloader.addAddonSync('any.node');
  check<Equal<typeof untyped.exports, Record<string, unknown>>>();

  // @ts-expect-error -- an addon has exports, not symbols
  void reloader.addAddon('my_addon.node', { symbols: {} });
  // @ts-expect-error -- exports are an object or a function
  void reloader.addAddon<number>('my_addon.node');
  // @ts-expect-error -- exports cannot be replaced
  addon.exports = typed.exports;
}
void main();
