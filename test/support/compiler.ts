// Shared libraries for tests, made by the system's C compiler.

import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** C source, a file in fixtures/, or a library whose `int shared_fun(void)` returns the value. */
export type Source = string | { readonly file: string } | { readonly value: number };

/** A sanitizer that this process was started with is not for the compiler. */
const environment = { ...process.env, LD_PRELOAD: undefined };

export interface CompileOptions {
  /** Further arguments of the compiler, such as `-lm`. They follow the source. */
  readonly flags?: readonly string[];
  /** Of the source. Default: `'c'`. */
  readonly language?: 'c' | 'c++';
  /** Default: the system's for the language. */
  readonly compiler?: string;
  readonly defines?: Readonly<Record<string, string | number>>;
}

/**
 * Makes the shared library `output`. The compiler works elsewhere and the result is renamed to its
 * place, so somebody who watches that place sees one change.
 *
 * @returns `output`
 */
export function compile(source: Source, output: string, options: CompileOptions = {}): string {
  const directory = mkdtempSync(path.join(path.dirname(output), '.compile-'));
  try {
    const built = compileTo(path.join(directory, 'built.so'), source, options);
    renameSync(built, output);
  } finally {
    rmSync(directory, { recursive: true });
  }
  return output;
}

/** Writes a library again over the same file, as `cp` does: the file is there all the time. */
export function compileOver(source: Source, output: string, options: CompileOptions = {}): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'dynamic-reload-compile-'));
  try {
    copyFileSync(compileTo(path.join(directory, 'built.so'), source, options), output);
  } finally {
    rmSync(directory, { recursive: true });
  }
  return output;
}

function compileTo(output: string, source: Source, options: CompileOptions): string {
  const { flags = [], language = 'c', defines = {} } = options;
  const macros = Object.entries(defines).map(([name, value]) => `-D${name}=${value}`);
  // The language is said for the source alone: `flags` may name libraries.
  const input = ['-x', language, '-', '-x', 'none'];
  const { compiler = language === 'c' ? 'cc' : 'c++' } = options;
  execFileSync(compiler, ['-shared', '-fPIC', ...macros, '-o', output, ...input, ...flags], {
    input: textOf(source),
    encoding: 'utf8',
    env: environment,
  });
  return output;
}

function textOf(source: Source): string {
  if (typeof source === 'string') return source;
  if ('file' in source) {
    return readFileSync(path.resolve(__dirname, '..', '..', 'fixtures', source.file), 'utf8');
  }
  return `int shared_fun(void) { return ${source.value}; }`;
}
