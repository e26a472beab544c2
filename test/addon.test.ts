// Node-API addons: what users see of them, and how they are replaced.

import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inspect } from 'node:util';
import { DynamicReload, type Addon } from '../lib';
import { addonIncludes, buildSmallAddon, useAddonBuilds, type AddonExports } from './support/addon';
import { codedError } from './support/coded-error';
import { compile } from './support/compiler';
import { logEvents } from './support/event-log';
import { shadowCopies } from './support/shadow-copies';
import { useProjectDirectory } from './support/temporary-directory';
import { nextEvent, waitFor } from './support/wait';

const project = useProjectDirectory();
const publish = useAddonBuilds(project);

function small(value: number, init?: string): string {
  return buildSmallAddon(project.file('my_addon.node'), value, init);
}

// Registered by a constructor, as addons once were.
const ENLISTED = `
  #include <node_api.h>
  static napi_value hello_function(napi_env env, napi_callback_info info) {
    napi_value value;
    napi_create_int32(env, VALUE, &value);
    return value;
  }
  static napi_value init(napi_env env, napi_value exports) {
    napi_value hello;
    napi_create_function(env, "hello", NAPI_AUTO_LENGTH, hello_function, 0, &hello);
    napi_set_named_property(env, exports, "hello", hello);
    return exports;
  }
  extern void napi_module_register(napi_module *);
  static napi_module module = {1, 0, "", init, "my_addon", 0, {0}};
  __attribute__((constructor)) static void enlist(void) { napi_module_register(&module); }`;

const add = (reloader: DynamicReload, name: string) => reloader.addAddon<AddonExports>(name);

async function reload(reloader: DynamicReload, rebuild: () => void): Promise<void> {
  const after = nextEvent(reloader, 'after');
  rebuild();
  await after;
}

async function failure(reloader: DynamicReload, rebuild: () => void): Promise<unknown> {
  const failed = nextEvent(reloader, 'failed');
  rebuild();
  return (await failed).error;
}

describe('an addon', () => {
  test('is replaced when it is rebuilt, and functions that were taken out follow', async () => {
    await using reloader = new DynamicReload();
    const log = logEvents(reloader);
    const addon = await add(reloader, publish(1));
    const { exports } = addon;
    const { hello } = exports;
    expect([hello(), exports.hello(), exports.value, addon.version]).toEqual([1, 1, 1, 1]);

    await reload(reloader, () => publish(2));
    expect([hello(), exports.hello(), exports.value, addon.version]).toEqual([2, 2, 2, 2]);
    expect(addon.exports).toBe(exports);
    expect(exports.hello).toBe(hello);
    expect(log).toEqual(['before 1', 'after 2']);
  });

  test('is found like a library, and loaded from a copy', async () => {
    await using reloader = new DynamicReload({ searchPaths: ['build/Release'] });
    project.directory('build/Release');
    renameSync(publish(1), 'build/Release/my_addon.node');
    const addon = await add(reloader, 'my_addon.node');
    expect(addon.name).toBe('my_addon.node');
    expect(addon.originalPath).toBe(project.file('build/Release/my_addon.node'));
    expect(addon.loadedPath).not.toBe(addon.originalPath);
    expect(readFileSync('/proc/self/maps', 'utf8')).toContain(addon.loadedPath);
  });

  test('believes to be in its original file', async () => {
    await using reloader = new DynamicReload();
    const addon = await add(reloader, publish(1));
    expect(addon.exports.file).toBe(`file://${addon.originalPath}`);
  });

  test('has statics of its own in each version', async () => {
    await using reloader = new DynamicReload();
    const { exports } = await add(reloader, publish(1));
    expect([exports.countCalls(), exports.countCalls()]).toEqual([1, 2]);
    await reload(reloader, () => publish(2));
    expect(exports.countCalls()).toBe(1);
  });

  test('stays in memory in each version, says so, and keeps the copy', async () => {
    const shadowDir = project.directory('shadow');
    await using reloader = new DynamicReload({ shadowDir });
    const addon = await add(reloader, publish(1));
    const { loadedPath } = addon;
    const resident = nextEvent(reloader, 'resident');
    publish(2);
    expect(await resident).toEqual({ library: addon, version: 1, reasons: ['addon'] });
    expect(addon.versions).toMatchObject([
      { version: 1, state: 'resident', reasons: ['addon'], path: loadedPath },
      { version: 2, state: 'current', reasons: [] },
    ]);
    expect(addon.versions[0]?.size).toBeGreaterThan(1000);
    expect(shadowCopies(shadowDir)).toContain(path.basename(loadedPath));
    expect(reloader.reap()).toBe(0);
    expect(addon.versions[0]).toMatchObject({ state: 'resident', reasons: ['addon'] });
  });

  test('may register in a constructor, as addons once did', async () => {
    const build = (value: number) =>
      compile(ENLISTED, project.file('my_addon.node'), {
        defines: { VALUE: value },
        flags: addonIncludes,
      });
    await using reloader = new DynamicReload();
    const { exports } = await add(reloader, build(1));
    expect(exports.hello()).toBe(1);
    await reload(reloader, () => build(2));
    expect(exports.hello()).toBe(2);
  });

  test('can be added by two owners, of which the last one closes it', async () => {
    await using reloader = new DynamicReload();
    const addon = await add(reloader, publish(1));
    expect(reloader.addAddonSync('my_addon.node')).toBe(addon);
    await addon.close();
    expect(addon.exports.hello()).toBe(1);
    await addon.close();
    expect(() => addon.exports.hello()).toThrow(codedError('ERR_LIBRARY_CLOSED'));
  });

  test('can be a library at the same time', async () => {
    await using reloader = new DynamicReload();
    const addon = reloader.addAddonSync<AddonExports>(small(1));
    const library = await reloader.addLibrary('my_addon.node', {
      symbols: { napi_register_module_v1: { return: 'pointer' } },
    });
    expect(library).not.toBe(addon);
    const versions = () => [addon.version, library.version];
    small(2);
    await waitFor(() => versions().join() === '2,2');
    expect(addon.exports.hello()).toBe(2);
  });
});

describe('closing an addon', () => {
  test('ends its exports and what was taken out of them, and tells that the code stays', async () => {
    await using reloader = new DynamicReload();
    const addon = await add(reloader, publish(1));
    const { exports } = addon;
    const { hello, Counter } = exports;
    const counter = new Counter();
    const resident = nextEvent(reloader, 'resident');
    await reloader.removeLibrary(addon);
    expect(await resident).toEqual({ library: addon, version: 1, reasons: ['addon'] });
    for (const use of [
      () => exports.value,
      () => hello(),
      () => new Counter(),
      () => Object.keys(exports),
    ]) {
      expect(use).toThrow(codedError('ERR_LIBRARY_CLOSED'));
    }
    expect(counter.next()).toBe(1); // Nothing takes its code away.
  });

  test('does not keep it from being added anew', async () => {
    await using reloader = new DynamicReload();
    await (await add(reloader, publish(1))).close();
    const addon = await add(reloader, 'my_addon.node');
    expect([addon.version, addon.exports.hello()]).toEqual([1, 1]);
  });
});

describe('a reload of an addon that fails', () => {
  let reloader: DynamicReload;
  let addon: Addon<AddonExports>;
  beforeEach(async () => {
    reloader = new DynamicReload();
    addon = await add(reloader, small(1));
  });
  afterEach(() => reloader.close());

  async function expectRepair(): Promise<void> {
    expect([addon.exports.hello(), addon.version]).toEqual([1, 1]);
    await reload(reloader, () => small(2));
    expect([addon.exports.hello(), addon.version]).toEqual([2, 2]);
  }

  test('because it throws at first leaves the old version, with what was thrown', async () => {
    const thrown = expect.objectContaining({ message: 'no licence' }) as Error;
    const broken = () => small(3, 'napi_throw_type_error(env, "E_LICENCE", "no licence");');
    expect(await failure(reloader, broken)).toEqual(
      codedError('ERR_LIBRARY_LOAD', { message: 'no licence', syscall: 'dlopen', cause: thrown }),
    );
    await expectRepair();
  });

  test('because its C++ throws at first leaves the old version', async () => {
    expect(await failure(reloader, () => publish('throws'))).toEqual(
      codedError('ERR_LIBRARY_LOAD', { message: 'no licence' }),
    );
    await expectRepair();
  });

  test('because it calls what no library has leaves the old version', async () => {
    const broken = () => {
      small(3, 'extern int function_of_no_library(void); return (void *)function_of_no_library;');
    };
    expect(await failure(reloader, broken)).toEqual(
      codedError('ERR_LIBRARY_LOAD', {
        message: /function_of_no_library.* uses a symbol that no library provides/,
      }),
    );
    await expectRepair();
  });

  test('because it is truncated leaves the old version', async () => {
    const whole = readFileSync('my_addon.node');
    const truncate = () => writeFileSync('my_addon.node', whole.subarray(0, whole.length / 2));
    expect(await failure(reloader, truncate)).toEqual(codedError('ERR_LIBRARY_INCOMPLETE'));
    await expectRepair();
  });

  test('because it exports something of another kind leaves the old version', async () => {
    expect(await failure(reloader, () => small(3, 'return hello;'))).toEqual(
      codedError('ERR_LIBRARY_LOAD', { message: 'must be an object, not a function' }),
    );
    await expectRepair();
  });

  test('because validate refuses leaves the old version, and it saw the new one', async () => {
    await addon.close();
    const seen: unknown[] = [];
    addon = await reloader.addAddon<AddonExports>('my_addon.node', {
      validate: ({ exports, version, library }) => {
        expect(inspect(library)).toContain('my_addon.node');
        seen.push([version, exports.hello()]);
        return exports.hello() < 3;
      },
    });
    expect(await failure(reloader, () => small(3))).toEqual(codedError('ERR_VALIDATION'));
    await expectRepair();
    expect(seen).toEqual([
      [1, 1],
      [2, 3],
      [2, 2],
    ]);
  });
});

describe('what cannot be added as an addon', () => {
  test('is a library that is none', async () => {
    await using reloader = new DynamicReload();
    const name = compile({ value: 1 }, project.file('my_addon.node'));
    await expect(add(reloader, name)).rejects.toThrow(
      codedError('ERR_LIBRARY_LOAD', {
        message: /^Cannot load .*my_addon\.node: Module did not self-register.* It is no addon/,
        path: project.file('my_addon.node'),
      }),
    );
  });

  test('is one that exports a number', async () => {
    await using reloader = new DynamicReload();
    const name = small(1, 'napi_create_int32(env, 1, &hello); return hello;');
    await expect(add(reloader, name)).rejects.toThrow(
      codedError('ERR_LIBRARY_LOAD', { message: 'an object or a function, not 1' }),
    );
    expect((await add(reloader, small(2))).exports.hello()).toBe(2);
  });

  test('is anything with options of libraries', async () => {
    await using reloader = new DynamicReload();
    const options = { symbols: {} } as object;
    await expect(reloader.addAddon('x.node', options)).rejects.toThrow(
      codedError('ERR_INVALID_ARG_TYPE', { message: 'no option "symbols"' }),
    );
  });
});
