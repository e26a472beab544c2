// The live exports of an addon: what follows a reload and what does not.

import { inspect } from 'node:util';
import { DynamicReload } from '../lib';
import { buildSmallAddon, useAddonBuilds, type AddonExports } from './support/addon';
import { codedError } from './support/coded-error';
import { useProjectDirectory } from './support/temporary-directory';
import { nextEvent } from './support/wait';

const project = useProjectDirectory();
const publish = useAddonBuilds(project);

const small = (value: number, init?: string) =>
  buildSmallAddon(project.file('my_addon.node'), value, init);

async function reload(reloader: DynamicReload, rebuild: () => void): Promise<void> {
  const after = nextEvent(reloader, 'after');
  rebuild();
  await after;
}

const add = (reloader: DynamicReload) => reloader.addAddon<AddonExports>(publish(1));

describe('a class', () => {
  test('that was taken out makes instances of the current version', async () => {
    await using reloader = new DynamicReload();
    const { Counter } = (await add(reloader)).exports;
    expect([Counter.version(), new Counter().next()]).toEqual([1, 1]);
    await reload(reloader, () => publish(2));
    expect([Counter.version(), new Counter().next()]).toEqual([2, 2]);
  });

  test('is what its instances are an instanceof, but those of the old one', async () => {
    await using reloader = new DynamicReload();
    const { Counter } = (await add(reloader)).exports;
    const old = new Counter();
    expect(old).toBeInstanceOf(Counter);
    await reload(reloader, () => publish(2));
    expect(old).not.toBeInstanceOf(Counter);
    expect(new Counter()).toBeInstanceOf(Counter);
  });

  test('keeps its old instances at work in their version, each with its state', async () => {
    await using reloader = new DynamicReload();
    const { exports } = await add(reloader);
    const old = new exports.Counter();
    expect(old.next()).toBe(1);
    await reload(reloader, () => publish(2));
    expect([old.next(), old.next()]).toEqual([2, 3]);
    const { next } = new exports.Counter();
    expect(() => next.call(old)).toThrow('Illegal invocation');
  });

  test('that was extended stays that of the version it was extended in', async () => {
    await using reloader = new DynamicReload();
    const { exports } = await add(reloader);
    class Doubling extends exports.Counter {
      override next(): number {
        return super.next() * 2;
      }
    }
    expect(new Doubling().next()).toBe(2);
    await reload(reloader, () => publish(2));
    expect(new Doubling().next()).toBe(2);
    class Again extends exports.Counter {}
    expect(new Again().next()).toBe(2);
    expect(new Again()).toBeInstanceOf(exports.Counter);
  });
});

describe('a function', () => {
  test('that was bound, or is called with call() and apply(), follows', async () => {
    await using reloader = new DynamicReload();
    const { hello } = (await add(reloader)).exports;
    const bound = hello.bind(undefined);
    await reload(reloader, () => publish(2));
    expect([bound(), hello.call(undefined), hello.apply(undefined, [])]).toEqual([2, 2, 2]);
  });

  test('that is gone throws ERR_SYMBOL_NOT_FOUND until it is back', async () => {
    await using reloader = new DynamicReload();
    const { exports } = await reloader.addAddon<AddonExports>(small(1));
    const { hello } = exports;
    await reload(reloader, () => small(2, 'napi_create_object(env, &exports);'));
    expect(exports.hello).toBeUndefined();
    expect('hello' in exports).toBe(false);
    expect(() => hello()).toThrow(codedError('ERR_SYMBOL_NOT_FOUND', { symbol: 'hello' }));
    await reload(reloader, () => small(3));
    expect(hello()).toBe(3);
  });

  test('gets the exports that Node.js gave its version as `this`', async () => {
    await using reloader = new DynamicReload();
    // A value that JavaScript cannot see is wrapped into the object of the exports.
    const init = (value: number) => `
      static int wrapped = ${value};
      napi_wrap(env, exports, &wrapped, 0, 0, 0);
      napi_create_function(env, "unwrap", NAPI_AUTO_LENGTH, unwrap_function, 0, &hello);
      napi_set_named_property(env, exports, "unwrap", hello);`;
    const build = (value: number) => small(value, init(value));
    const { exports } = await reloader.addAddon<{ unwrap(): number }>(build(1));
    expect(exports.unwrap()).toBe(1);
    await reload(reloader, () => build(2));
    expect(exports.unwrap()).toBe(2);
  });
});

describe('exports', () => {
  test('can be looked through like any object', async () => {
    await using reloader = new DynamicReload();
    const addon = await add(reloader);
    const { exports } = addon;
    expect(Object.keys(exports).sort()).toEqual([
      ...['Counter', 'countCalls', 'file', 'hello', 'value'],
    ]);
    expect({ ...exports }.hello).toBe(exports.hello);
    expect(Object.getOwnPropertyDescriptor(exports, 'hello')?.value).toBe(exports.hello);
    expect(Object.entries(exports)).toContainEqual(['value', 1]);
    expect(inspect(exports)).toContain('value: 1');
    expect(inspect(addon)).toContain('value: 1');
    expect(inspect(exports.hello)).toContain('[Function');
    expect(Object.prototype.hasOwnProperty.call(exports, 'value')).toBe(true);
    expect(JSON.stringify({ exports })).toContain('"value":1');
  });

  test('cannot be frozen, since they change', async () => {
    await using reloader = new DynamicReload();
    const { exports } = await add(reloader);
    expect(() => Object.freeze(exports)).toThrow(TypeError);
  });

  test('can be a function, which follows with all that belongs to it', async () => {
    await using reloader = new DynamicReload();
    const build = (value: number) =>
      small(value, 'napi_set_named_property(env, hello, "self", hello); return hello;');
    type Callable = (() => number) & { self(): number };
    const { exports } = await reloader.addAddon<Callable>(build(1));
    const { self } = exports;
    expect([typeof exports, exports(), self()]).toEqual(['function', 1, 1]);
    const bound = exports.bind(undefined);
    await reload(reloader, () => build(2));
    expect([exports(), self(), bound(), exports.call(undefined)]).toEqual([2, 2, 2, 2]);
  });

  test('of a closed addon can be printed', async () => {
    const reloader = new DynamicReload();
    const addon = await add(reloader);
    const { exports } = addon;
    const { hello } = exports;
    await reloader.close();
    for (const one of [addon, exports, hello]) expect(typeof inspect(one)).toBe('string');
    expect(inspect(exports)).toContain('is closed');
  });
});
