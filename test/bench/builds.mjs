// The builds of the library that the rounds cycle through.

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const COUNT = 8;

/**
 * Compiles a small C library several times, each with its own `int version(void)` and, because of
 * that, its own build id. `version` is 1 for the first.
 */
export function compileBuilds(directory) {
  return Array.from({ length: COUNT }, (_, index) => {
    const version = index + 1;
    const source = path.join(directory, `version-${version}.c`);
    const output = path.join(directory, `version-${version}.so`);
    writeFileSync(source, `int version(void) { return ${version}; }\n`);
    const compiler = process.env.CC ?? 'cc';
    const flags = ['-O2', '-fPIC', '-shared', '-Wl,--build-id=sha1'];
    execFileSync(compiler, [...flags, '-o', output, source], { stdio: 'inherit' });
    return { version, bytes: readFileSync(output) };
  });
}
