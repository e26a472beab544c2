import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(__dirname, '..');

interface Report {
  readonly passed: boolean;
  readonly complaints: readonly string[];
}

function checkTree(directory: string): Report {
  const script = path.join(root, 'scripts', 'layering.mjs');
  const child = spawnSync(process.execPath, [script, directory], { encoding: 'utf8' });
  return { passed: child.status === 0, complaints: child.stderr.split('\n').filter(Boolean) };
}

describe('layering', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'dynamic-reload-layering-'));
  });

  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  function check(sources: Readonly<Record<string, string>>): Report {
    for (const [name, text] of Object.entries(sources)) {
      const file = path.join(directory, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    return checkTree(directory);
  }

  test('holds for this project', () => {
    expect(checkTree(root)).toEqual({ passed: true, complaints: [] });
  });

  test('accepts arrows that point down', () => {
    const report = check({
      'native/base/a.h': '#include <vector>\n',
      'native/os/b.cc':
        '#include <unistd.h>\n#include <sys/stat.h>\n#include "base/a.h"\n#ifdef __linux__\n',
      'native/ffi/c.cc': '#include "base/a.h"\n#include "ffi/c.h"\n#if defined(__clang__)\n',
      'native/napi/d.cc': '#include <napi.h>\n#include "os/b.h"\n#include "ffi/c.h"\n',
      'lib/index.ts': "export { a } from './reloader';\n",
      'lib/reloader.ts': "import fs from 'node:fs';\nimport { b } from './library';\n",
      'lib/library.ts': "import { c } from './reload';\nimport { d } from './binding';\n",
      'lib/reload.ts': "import type { e } from './types';\n",
      'lib/types.ts': "import 'fastest-levenshtein';\n",
      'lib/binding.ts':
        "import load from 'node-gyp-build';\nimport type { f } from '../binding';\n",
      'lib/node-gyp-build.d.ts': "import '../anything';\n",
    });
    expect(report).toEqual({ passed: true, complaints: [] });
  });

  test.each([
    [
      'a layer above',
      'base/x.h',
      '#include "os/watcher.h"',
      'base must not include "os/watcher.h"',
    ],
    ['ffi in os', 'os/x.cc', '#include "ffi/type.h"', 'os must not include "ffi/type.h"'],
    ['os in ffi', 'ffi/x.cc', '#  include "os/file.h"', 'ffi must not include "os/file.h"'],
    ['Node in os', 'os/x.cc', '#include <uv.h>', 'os must not include the node header <uv.h>'],
    ['a system header in base', 'base/x.h', '#include <unistd.h>', 'system header <unistd.h>'],
    ['a path without its layer', 'os/x.cc', '#include "file.h"', 'must be written with its layer'],
    ['a system condition', 'napi/x.cc', '#if defined(_WIN32)', 'must not ask which system it is'],
    ['an unknown layer', 'extra/x.cc', '', 'native/extra is no layer'],
  ])('refuses %s in native', (_what, file, line, complaint) => {
    const report = check({ [`native/${file}`]: `// First.\n${line}\n` });
    expect(report.passed).toBe(false);
    expect(report.complaints).toEqual([expect.stringContaining(complaint)]);
  });

  test.each([
    ['a row above', 'search', "import {\n  a,\n} from './reloader';", 'which is above it'],
    [
      'a type from above',
      'events',
      "import type { Library } from './library';",
      'which is above it',
    ],
    ['the index', 'reloader', "export * from './index';", 'nothing in lib imports ./index'],
    ['the package by its name', 'reload', "import 'dynamic-reload';", 'nothing in lib imports'],
    ['the addon', 'search', "import { binding } from './binding';", 'must not know the addon'],
    ['the types of the addon', 'events', "import type { N } from '../binding';", 'must not know'],
    ['the loader of the addon', 'shadow', "require('node-gyp-build');", 'only lib/binding.ts'],
    ['a file elsewhere', 'reload', "import data from '../test/data';", 'has no place'],
    ['a file without a row', 'extra', '', 'has no place'],
  ])('refuses %s in lib', (_what, module, line, complaint) => {
    const report = check({ [`lib/${module}.ts`]: `// First.\n${line}\n` });
    expect(report.passed).toBe(false);
    expect(report.complaints).toEqual([expect.stringContaining(complaint)]);
  });

  test('names the file and the line', () => {
    const { complaints } = check({ 'lib/events.ts': "/*\n*/\nimport {\n} from './library';\n" });
    expect(complaints).toEqual([expect.stringMatching(/^lib\/events\.ts:4: /)]);
  });

  test('takes no example in a comment for an import', () => {
    const example = "/** Use it so:\n * import { DynamicReload } from 'dynamic-reload';\n */\n";
    const report = check({ 'lib/types.ts': `${example}// import './index';\nexport {};\n` });
    expect(report).toEqual({ passed: true, complaints: [] });
  });

  test('finds a cycle in a row', () => {
    const report = check({
      'lib/library.ts': "import './version';\n",
      'lib/version.ts': "import './abortable';\n",
      'lib/abortable.ts': "import './library';\n",
    });
    expect(report.passed).toBe(false);
    expect(report.complaints).toEqual([
      'lib: a cycle: abortable -> library -> version -> abortable',
    ]);
  });

  test('does not pass a directory without sources', () => {
    expect(check({}).passed).toBe(false);
  });
});
