// Node-API addons for tests, made by the system's C++ compiler.

import { copyFileSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TemporaryDirectory } from './temporary-directory';
import { compile } from './compiler';

/** What fixtures/addon.cc exports. */
export interface AddonExports {
  hello(): number;
  countCalls(): number;
  readonly value: number;
  readonly Counter: {
    new (): { next(): number };
    version(): number;
  };
  /** The URL of the file that the addon believes to be in. */
  readonly file: string;
}

const SMALL = `
  #include <node_api.h>
  static napi_value hello_function(napi_env env, napi_callback_info info) {
    napi_value value;
    napi_create_int32(env, VALUE, &value);
    return value;
  }
  static napi_value unwrap_function(napi_env env, napi_callback_info info) {
    napi_value self, result;
    int *wrapped = 0;
    napi_get_cb_info(env, info, 0, 0, &self, 0);
    if (napi_unwrap(env, self, (void **)&wrapped) != napi_ok) return 0;
    napi_create_int32(env, *wrapped, &result);
    return result;
  }
  NAPI_MODULE_INIT() {
    napi_value hello;
    napi_create_function(env, "hello", NAPI_AUTO_LENGTH, hello_function, 0, &hello);
    napi_set_named_property(env, exports, "hello", hello);
    /* init */
    return exports;
  }`;

// <napi.h> takes a busy machine long.
const COMPILER_TIMEOUT_MS = 240_000;

const modules = path.resolve(__dirname, '..', '..', 'node_modules');
const include = [
  path.join(modules, 'node-addon-api'),
  path.join(modules, 'node-api-headers', 'include'),
];

/** What the compiler needs for a source that includes <napi.h> or <node_api.h>. */
export const addonIncludes = include.map((directory) => `-I${directory}`);
const addonFlags = [
  ...addonIncludes,
  ...['-DNAPI_VERSION=9', '-DNAPI_CPP_EXCEPTIONS', '-std=c++17'],
];

const BUILDS = { '1': ['-DVALUE=1'], '2': ['-DVALUE=2'], throws: ['-DVALUE=3', '-DTHROWS'] };

/**
 * Builds fixtures/addon.cc before the tests of a file: with VALUE 1 and 2, and one that throws when it
 * is initialised. The function renames a copy of one to `my_addon.node` in the directory, and gives
 * that name.
 */
export function useAddonBuilds(directory: TemporaryDirectory): (build: 1 | 2 | 'throws') => string {
  let built: string;
  beforeAll(() => {
    built = mkdtempSync(path.join(tmpdir(), 'dynamic-reload-addons-'));
    for (const [name, flags] of Object.entries(BUILDS)) {
      compile({ file: 'addon.cc' }, path.join(built, name), {
        language: 'c++',
        flags: [...addonFlags, ...flags],
      });
    }
  }, COMPILER_TIMEOUT_MS);
  afterAll(() => {
    rmSync(built, { recursive: true });
  });
  return (build) => {
    copyFileSync(path.join(built, `${build}`), directory.file('.next'));
    renameSync(directory.file('.next'), directory.file('my_addon.node'));
    return 'my_addon.node';
  };
}

/**
 * Builds an addon in C, of which `hello()` gives VALUE. `init` is what else is done when
 * it is initialised: C, in which there are `env`, `exports`, `hello`, and
 * `unwrap_function`, which gives the int that its `this` wraps.
 */
export function buildSmallAddon(output: string, value: number, init = ''): string {
  return compile(SMALL.replace('/* init */', init), output, {
    defines: { VALUE: value },
    flags: addonIncludes,
  });
}
