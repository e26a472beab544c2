// The steps of a scenario: what each line means.

import {
  chmodSync,
  copyFileSync,
  cpSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { compile } from './compiler';
import { run } from './programs';

/** The program that runs in a scenario. */
export interface World {
  /** Loads a library of which the file is there. `settleMs` is the option; default 0. */
  load(file: string, settleMs?: number): Promise<void>;
  /** Starts a process whose current directory it is, as a shell in a terminal has one. */
  standIn(directory: string): Promise<void>;
  /** Resolves when there were so many reloads of the libraries of the scenario together. */
  reloads(count: number): Promise<void>;
  failures(count: number): Promise<void>;
  /** Resolves when everything that was done to files so far had its effect. */
  settle(): Promise<void>;
  /** Judges what happened so far. */
  expect(expectation: Expectation): void;
  /** Called after each line: whether everything is as it must be at any time. */
  check(): void;
  /** What happened so far, in words. */
  toString(): string;
}

/** From the first number to the second. */
export type Range = readonly [least: number, most: number];

export interface Expectation {
  /** Of which library, when there are several. */
  readonly file: string | undefined;
  readonly reloads: Range;
  readonly failures: Range;
  /** What its function answers. */
  readonly version: Range;
}

const fixtures = path.join(__dirname, '..', '..', 'fixtures');

/** Where and with what a scenario plays. */
export interface Stage {
  readonly world: World;
  /** Empty at the start. */
  readonly directory: string;
  /** The program of writer.c. */
  readonly writer: string;
  readonly cache: LibraryCache;
}

/** Compiles each version once. Some scenarios need fifty of them. */
export class LibraryCache {
  readonly #directory: string;
  readonly #files = new Map<string, string>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** A library whose `shared_fun` returns the number. */
  version(value: number, options: { readonly debugInfo?: boolean } = {}): string {
    const flags = options.debugInfo === true ? ['-g'] : [];
    const name = `${value}${flags.join('')}.so`;
    const known = this.#files.get(name);
    if (known !== undefined) return known;
    const file = compile({ value }, path.join(this.#directory, name), { flags });
    this.#files.set(name, file);
    return file;
  }
}

/** Copies a file elsewhere and renames the copy to its place. */
export function place(file: string, target: string): void {
  copyFileSync(file, `${target}.placed`);
  renameSync(`${target}.placed`, target);
}

type Step = (stage: Stage, ...words: string[]) => void | Promise<void>;

/** What a writer.c mode is called in a scenario. */
const SLOW_WRITERS: Readonly<Record<string, string>> = {
  'copy slowly': 'cp',
  'overwrite slowly': 'overwrite',
  'write like ld': 'ld',
  'write like gold': 'gold',
  'write like lld': 'lld',
  'write unnamed': 'unnamed',
};

/**
 * Every step: what its line looks like, and what it does. Files are relative to the directory of the
 * scenario; two files are in the order of cp, mv and ln.
 */
const STEPS: readonly (readonly [RegExp, Step])[] = [
  // Compiles version N of the library, somewhere else, and puts it there finished.
  [/^build (\d+) -> (\S+)$/, (s, n, to) => place(s.cache.version(Number(n)), at(s, to))],
  [
    /^build (\d+) with debug info -> (\S+)$/,
    (s, n, to) => place(s.cache.version(Number(n), { debugInfo: true }), at(s, to)),
  ],
  // The system's linker writes it right where it is.
  [/^link (\d+) in place -> (\S+)$/, linkInPlace],
  [/^link (\d+) in place with (\w+) -> (\S+)$/, (s, n, how, to) => linkInPlace(s, n, to, how)],
  // A command of the shell, in the directory of the scenario. Its programs are named by `needs`.
  [/^shell (.+)$/, (s, command) => run('sh', ['-ec', text(command)], s.directory)],
  // The sources of a project, from fixtures/projects.
  [/^project (\S+) -> (\S+)$/, (s, name, to) => copyProject(text(name), at(s, to))],
  [/^load (\S+)$/, (s, file) => s.world.load(text(file))],
  // With `settleMs`.
  [/^load (\S+) settling (\d+)ms$/, (s, file, ms) => s.world.load(text(file), Number(ms))],

  [/^rename (\S+) (\S+)$/, (s, from, to) => renameSync(at(s, from), at(s, to))],
  [/^swap (\S+) (\S+)$/, (s, one, other) => write(s, 'exchange', one, other)],
  [/^copy (\S+) (\S+)$/, (s, from, to) => run('cp', [at(s, from), at(s, to)])],
  [
    /^(copy slowly|overwrite slowly|write like \w+|write unnamed) (\S+) (\S+) (\d+)ms$/,
    (s, how, from, to, ms) => write(s, SLOW_WRITERS[text(how)], from, to, ms),
  ],
  [/^write garbage (\S+)$/, (s, file) => writeFileSync(at(s, file), 'no library '.repeat(99))],
  [/^truncate (\S+) to half$/, halve],
  [/^strip (\S+)$/, (s, file) => run('strip', [at(s, file)])],

  [/^unlink (\S+)$/, (s, file) => unlinkSync(at(s, file))],
  [/^link (\S+) (\S+)$/, (s, from, to) => linkSync(at(s, from), at(s, to))],
  [/^symlink (\S+) (\S+)$/, (s, target, name) => symlinkSync(text(target), at(s, name))],
  [/^replace symlink (\S+) (\S+)$/, replaceSymlink],
  [/^mkdir (\S+)$/, (s, name) => void mkdirSync(at(s, name), { recursive: true })],
  [/^remove directory (\S+)$/, (s, name) => rmSync(at(s, name), { recursive: true })],

  [/^chmod (\d+) (\S+)$/, (s, mode, file) => chmodSync(at(s, file), parseInt(text(mode), 8))],
  [/^touch (\S+)$/, (s, file) => run('touch', [at(s, file)])],
  [/^read (\S+)$/, (s, file) => run('cat', [at(s, file)])],
  [/^create (\d+) files in (\S+)$/, (s, n, name) => write(s, 'create', name, n)],
  [/^stand in (\S+)$/, (s, name) => s.world.standIn(at(s, name))],
  // A tool that does something else for a while.
  [/^pause (\d+)ms$/, (_s, ms) => setTimeout(Number(ms))],
  // Until every effect of what was done so far is there.
  [/^settle$/, (s) => s.world.settle()],
];

/** Carries out one line. */
export async function carryOut(stage: Stage, line: string): Promise<void> {
  for (const [pattern, step] of STEPS) {
    const match = pattern.exec(line);
    if (match !== null) return step(stage, ...match.slice(1));
  }
  throw new Error('no such step');
}

function text(word: string | undefined): string {
  if (word === undefined) throw new Error('a word is missing');
  return word;
}

function at(stage: Stage, file: string | undefined): string {
  return path.join(stage.directory, text(file));
}

function write(stage: Stage, mode: string | undefined, ...words: (string | undefined)[]) {
  return run(stage.writer, [text(mode), ...words.map(text)], stage.directory);
}

function copyProject(name: string, target: string): void {
  cpSync(path.join(fixtures, 'projects', name), target, { recursive: true });
}

function linkInPlace(s: Stage, version?: string, file?: string, linker?: string): Promise<void> {
  const source = path.join(fixtures, 'test_shared.c');
  const how = linker === undefined ? [] : [`-fuse-ld=${linker}`];
  const flags = ['-shared', '-fPIC', `-DVALUE=${text(version)}`, ...how];
  return run('cc', [...flags, '-o', at(s, file), source]);
}

function halve(stage: Stage, file?: string): void {
  truncateSync(at(stage, file), statSync(at(stage, file)).size / 2);
}

// As `ln -sfn` does it: a link of another name is renamed to its place.
function replaceSymlink(stage: Stage, target?: string, name?: string): void {
  symlinkSync(text(target), at(stage, `${text(name)}.new`));
  renameSync(at(stage, `${text(name)}.new`), at(stage, name));
}
