// The builds of the library that the rounds cycle through.

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Compiles a C library `count` times, each with its own answer of `int shared_fun(void)` and, because
 * of that, its own build id. `version` is 1 for the first. `padding` bytes of constants make it larger.
 */
export function compileBuilds(directory, { count, padding }) {
  return Array.from({ length: count }, (_, index) => {
    const version = index + 1;
    const source = path.join(directory, `${padding}-${version}.c`);
    const output = path.join(directory, `${padding}-${version}.so`);
    const constants = `.section .rodata\\n.zero ${padding + 1}\\n.text`;
    const code = `int shared_fun(void) { return ${version}; }\n__asm__("${constants}");\n`;
    writeFileSync(source, code);
    const compiler = process.env.CC ?? 'cc';
    const flags = ['-O2', '-fPIC', '-shared', '-Wl,--build-id=sha1'];
    execFileSync(compiler, [...flags, '-o', output, source], { stdio: 'inherit' });
    return { version, bytes: readFileSync(output) };
  });
}
