// How users say what builds a library, checked once.

import path from 'node:path';
import { checkKeys, checkObject, checkPath, wrongType } from './option-checks';

export interface BuildOptions {
  /** For the shell, or a program and its arguments, which go to it as they are. */
  readonly command: string | readonly [file: string, ...args: string[]];
  /**
   * The sources: files, directories with all that is in them, and patterns such as `src/**\/*.{c,h}`,
   * relative to `cwd`. `!` before one leaves out what it matches. A pattern does not match names that
   * begin with a dot, nor anything in `node_modules` or `.git`, unless it says so. What the build itself
   * writes must not match, or it never ends.
   */
  readonly watch: readonly string[];
  /** Where it runs. Default: the current directory. */
  readonly cwd?: string;
  /** Environment variables beside those of this process; `undefined` takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** The same with every default filled in. */
export interface BuildSettings {
  readonly command: string | readonly [file: string, ...args: string[]];
  readonly watch: readonly string[];
  /** Absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const BUILD_OPTIONS: Readonly<Record<keyof BuildOptions, true>> = {
  ...{ command: true, watch: true, cwd: true, env: true },
};

/** @throws ERR_INVALID_ARG_TYPE */
export function readBuild(build: BuildOptions | undefined): BuildSettings | undefined {
  if (build === undefined) return undefined;
  checkObject('build', build);
  checkKeys(build, BUILD_OPTIONS);
  const { command, watch, cwd = '.', env = {} } = build;
  checkPath('build.cwd', cwd);
  checkObject('build.env', env);
  return {
    command: readCommand(command),
    watch: readPatterns(watch),
    cwd: path.resolve(cwd),
    env: { ...env },
  };
}

/** A command as one line, for people. */
export function commandLine({ command }: BuildSettings): string {
  return typeof command === 'string' ? command : command.join(' ');
}

function readCommand(command: BuildOptions['command']): BuildSettings['command'] {
  const words: readonly unknown[] = typeof command === 'string' ? [command] : toList(command);
  if (words.length > 0 && words[0] !== '' && words.every(isText)) {
    return typeof command === 'string' ? command : [...command];
  }
  throw wrongType('build.command', 'a command, or a list of a program and arguments', command);
}

function readPatterns(watch: unknown): readonly string[] {
  const patterns = toList(watch);
  const isGood = (one: unknown) => isText(one) && one !== '' && one !== '!';
  const isWanted = (one: unknown) => !String(one).startsWith('!');
  if (patterns.every(isGood) && patterns.some(isWanted)) return [...patterns] as string[];
  throw wrongType('build.watch', 'a list of paths and patterns', watch);
}

function toList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && !value.includes('\0');
}
