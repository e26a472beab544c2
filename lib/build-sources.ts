// The sources of a library, and when they change.

import type { FSWatcher } from 'chokidar';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { BuildSettings } from './build-options';

/** Loads what only those need who build. */
const load = createRequire(__filename);

/**
 * A source is built when its size stayed the same for so long. Without that chokidar drops what changes
 * within 50 ms of another change of the same file, and the build may have read the file in between.
 */
const SETTLING = { stabilityThreshold: 20, pollInterval: 10 };

const USUALLY_LEFT_OUT: readonly string[] = ['node_modules', '.git'];

/** Which files are meant by the patterns of a build. */
export class SourcePatterns {
  readonly #wanted: readonly Pattern[];
  readonly #unwanted: readonly Pattern[];
  readonly #leftOut: readonly string[];
  readonly #cwd: string;

  constructor({ watch, cwd }: Pick<BuildSettings, 'watch' | 'cwd'>) {
    const isUnwanted = (pattern: string) => pattern.startsWith('!');
    const wanted = watch.filter((pattern) => !isUnwanted(pattern));
    this.#wanted = wanted.map((pattern) => new Pattern(pattern, cwd));
    this.#unwanted = watch.filter(isUnwanted).map((one) => new Pattern(one.slice(1), cwd));
    this.#leftOut = USUALLY_LEFT_OUT.filter((name) => !wanted.some((one) => one.includes(name)));
    this.#cwd = cwd;
  }

  /** What has to be watched to see all of them. */
  get roots(): readonly string[] {
    return [...new Set(this.#wanted.map(({ root }) => root))];
  }

  match(file: string): boolean {
    return this.#wanted.some((one) => one.matches(file)) && !this.ignore(file);
  }

  /** Whether this, and if it is a directory all that is in it, is not meant. */
  ignore(file: string): boolean {
    const names = path.relative(this.#cwd, file).split(path.sep);
    return (
      this.#leftOut.some((name) => names.includes(name)) ||
      this.#unwanted.some((one) => one.matches(file))
    );
  }
}

class Pattern {
  /** The directory below which everything is that it may match, or all that it matches. */
  readonly root: string;
  readonly #isMatch: ((relative: string) => boolean) | undefined;
  readonly #matchesRoot: boolean;

  constructor(pattern: string, cwd: string) {
    const picomatch = load('picomatch') as typeof import('picomatch');
    const { base, glob } = picomatch.scan(pattern, { unescape: true });
    this.root = path.resolve(cwd, base);
    if (glob !== '') this.#isMatch = picomatch(glob);
    this.#matchesRoot = glob === '' || glob === '**';
  }

  matches(file: string): boolean {
    const relative = path.relative(this.root, file);
    if (relative === '') return this.#matchesRoot;
    if (relative.split(path.sep)[0] === '..') return false;
    return this.#isMatch === undefined || this.#isMatch(relative);
  }
}

export interface SourceListener {
  onChange(file: string): void;
  onError(error: unknown): void;
}

/** Watches the sources until it is closed. It does not keep the process alive. */
export class SourceWatch {
  readonly #watcher: FSWatcher;

  private constructor(watcher: FSWatcher) {
    this.#watcher = watcher;
  }

  /** Resolves when every change from now on will be told. */
  static async open(settings: BuildSettings, listener: SourceListener): Promise<SourceWatch> {
    const chokidar = load('chokidar') as typeof import('chokidar');
    const patterns = new SourcePatterns(settings);
    const watcher = chokidar.watch([...patterns.roots], {
      persistent: false,
      ignoreInitial: true,
      awaitWriteFinish: SETTLING,
      ignored: (file) => patterns.ignore(file),
    });
    watcher.on('error', (error) => {
      listener.onError(error);
    });
    watcher.on('all', (event, file) => {
      // A directory that comes or goes does so with its files.
      if (!event.endsWith('Dir') && patterns.match(file)) listener.onChange(file);
    });
    await new Promise<void>((resolve) => watcher.once('ready', resolve));
    return new SourceWatch(watcher);
  }

  close(): Promise<void> {
    return this.#watcher.close();
  }
}
