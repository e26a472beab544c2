// The steps of a scenario: what each line means.

import {
  chmodSync,
  copyFileSync,
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
import type { ScenarioWorld } from './scenario-world';

/** Where and with what a scenario plays. */
export interface Stage {
  readonly world: ScenarioWorld;
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
  [/^load (\S+)$/, (s, file) => s.world.load(text(file))],

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

function linkInPlace(stage: Stage, version?: string, file?: string): Promise<void> {
  const source = path.join(__dirname, '..', '..', 'fixtures', 'test_shared.c');
  return run('cc', ['-shared', '-fPIC', `-DVALUE=${text(version)}`, '-o', at(stage, file), source]);
}

function halve(stage: Stage, file?: string): void {
  truncateSync(at(stage, file), statSync(at(stage, file)).size / 2);
}

// As `ln -sfn` does it: a link of another name is renamed to its place.
function replaceSymlink(stage: Stage, target?: string, name?: string): void {
  symlinkSync(text(target), at(stage, `${text(name)}.new`));
  renameSync(at(stage, `${text(name)}.new`), at(stage, name));
}
