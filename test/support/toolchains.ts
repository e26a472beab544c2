// Libraries for tests in other languages than C: fixtures/unloading/*.{rs,go}.

import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(__dirname, '..', '..');

/** The first build fills a cache, on a machine that may be busy. */
const BUILD_TIMEOUT_MS = 300_000;

export interface Toolchain {
  readonly program: string;
  /** Makes the shared library `output`, of which the `shared_fun` returns `value`. */
  build(value: number, output: string): void;
}

export const rust: Toolchain = {
  program: 'rustc',
  build(value, output) {
    const options = ['--edition', '2021', '--crate-type', 'cdylib', '-o', output];
    execute('rustc', [...options, fixture('rust.rs')], { VALUE: String(value) });
  },
};

// Its own packages are compiled, too, once for each cache.
export const go: Toolchain = {
  program: 'go',
  build(value, output) {
    const options = ['-buildmode=c-shared', `-ldflags=-X main.value=${value}`, '-o', output];
    execute('go', ['build', ...options, fixture('go.go')], {
      GOCACHE: path.join(root, 'build', 'go-cache'),
      GOPATH: path.join(root, 'build', 'go-path'),
      GO111MODULE: 'off',
      GOFLAGS: '',
      GOTOOLCHAIN: 'local',
      CGO_ENABLED: '1',
    });
  },
};

/**
 * Builds the values 1 and 2 before the tests of a block.
 *
 * @returns what copies them as `v1.so`, `v2.so` and `lib.so` into a directory
 */
export function useBuilds(toolchain: Toolchain): (directory: string) => void {
  let built: string;
  beforeAll(() => {
    built = mkdtempSync(path.join(tmpdir(), 'dynamic-reload-built-'));
    for (const value of [1, 2]) toolchain.build(value, path.join(built, `v${value}.so`));
  }, BUILD_TIMEOUT_MS);
  afterAll(() => {
    rmSync(built, { recursive: true });
  });
  return (directory) => {
    const copy = (from: string, to: string) => {
      copyFileSync(path.join(built, from), path.join(directory, to));
    };
    copy('v1.so', 'v1.so');
    copy('v2.so', 'v2.so');
    copy('v1.so', 'lib.so');
  };
}

function fixture(name: string): string {
  return path.join(root, 'fixtures', 'unloading', name);
}

// A sanitizer that this process was started with is not for compilers.
function execute(program: string, args: readonly string[], variables: NodeJS.ProcessEnv): void {
  const env = { ...process.env, LD_PRELOAD: undefined, ...variables };
  execFileSync(program, args, { env, encoding: 'utf8' });
}
