// The running program of a scenario: a reloader, the libraries of the scenario, and one of our own.

import { spawn, type ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DynamicReload, type DynamicReloadError, type Library } from '../../lib';
import { type Expectation, LibraryCache, place, type World } from './scenario-steps';
import { DEADLINE_MS, waitFor } from './wait';

const SYMBOLS = { shared_fun: { return: 'i32' } } as const;

/** What happened to one library so far. */
class Observed {
  /** The names of its events, each followed by a space. */
  history = '';
  readonly failures: DynamicReloadError[] = [];
  reloads = 0;
  /** What the current version answered when it was new. */
  version: number;

  constructor(readonly library: Library<typeof SYMBOLS>) {
    this.version = this.answer();
  }

  answer(): number {
    return this.library.symbols.shared_fun();
  }

  toString(): string {
    const codes = this.failures.map((error) => ` ${error.code}: ${error.message}`).join('');
    const counts = `reloads ${this.reloads} failures ${this.failures.length}`;
    return `${this.library.name} ${counts} version ${this.version}${codes}`;
  }
}

export interface WorldOptions {
  /** How the reloader notices changes. */
  readonly watch: 'events' | 'poll';
  /** Where the scenario plays. */
  readonly directory: string;
  readonly cache: LibraryCache;
}

/**
 * Loads libraries, counts what the reloader says about them, and compares it with what their
 * functions answer.
 */
export class ScenarioWorld implements World {
  readonly #options: WorldOptions;
  readonly #shadowParent: string;
  readonly #reloader: DynamicReload;
  readonly #observed = new Map<string, Observed>();
  readonly #progress = new EventEmitter();
  /** What must not happen, in words. */
  readonly #complaints: string[] = [];
  readonly #shells: ChildProcess[] = [];
  #settleMs = 0;
  #sentinel!: Observed;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.#shadowParent = path.join(options.directory, '.shadow');
    mkdirSync(this.#shadowParent);
    this.#reloader = new DynamicReload({ shadowDir: this.#shadowParent, watch: options.watch });
    this.#reloader.on('before', ({ library }) => {
      this.#note(library, 'before');
    });
    this.#reloader.on('after', ({ library }) => {
      this.#note(library, 'after');
    });
    this.#reloader.on('failed', ({ library, error }) => {
      this.#note(library, 'failed', error);
    });
    this.#reloader.on('error', (error) => this.#complaints.push(`error: ${error.message}`));
  }

  // The sentinel waits as long as the library before it, so that it is told of afterwards.
  async load(file: string, settleMs = 0): Promise<void> {
    this.#settleMs = settleMs;
    this.#observed.set(file, await this.#add(file));
  }

  async reloads(count: number): Promise<void> {
    await this.#until(() => this.#sum((observed) => observed.reloads) >= count);
  }

  async failures(count: number): Promise<void> {
    await this.#until(() => this.#sum((observed) => observed.failures.length) >= count);
  }

  /**
   * Resolves when everything that was done to files so far had its effect. Events come in order, and
   * looks at a damaged file go on for some time, so a library of our own is damaged and repaired: it
   * is told of after every other one.
   */
  async settle(): Promise<void> {
    const file = path.join(this.#options.directory, '.sentinel', 'sentinel.so');
    const { cache } = this.#options;
    if ((this.#sentinel as Observed | undefined) === undefined) {
      mkdirSync(path.dirname(file));
      place(cache.version(1), file);
      this.#sentinel = await this.#add(file);
    }
    const { reloads, failures, version } = this.#sentinel;
    const failed = failures.length;
    const garbage = `${file}.garbage`;
    writeFileSync(garbage, 'no library');
    renameSync(garbage, file);
    await this.#until(() => this.#sentinel.failures.length > failed);
    place(cache.version(version === 1 ? 2 : 1), file);
    await this.#until(() => this.#sentinel.reloads > reloads);
  }

  /** Throws when it was otherwise. */
  expect({ file, ...expected }: Expectation): void {
    const observed = this.#observedOf(file);
    const found = {
      reloads: observed.reloads,
      failures: observed.failures.length,
      version: observed.version,
    };
    for (const what of ['reloads', 'failures', 'version'] as const) {
      const [least, most] = expected[what];
      if (found[what] < least || found[what] > most) throw new Error(`${what}: ${found[what]}`);
    }
  }

  /** Throws when anything is not as it must be at any time. */
  check(): void {
    for (const observed of this.#all()) {
      const { library, reloads, version, history } = observed;
      const answer = observed.answer();
      if (answer !== version) this.#complain(library, `answers ${answer}, not ${version}`);
      if (library.version !== reloads + 1) this.#complain(library, 'counts its versions wrongly');
      if (!/^((before after|before failed|failed) )*$/.test(history)) {
        this.#complain(library, `has events in this order: ${history}`);
      }
    }
    if (this.#complaints.length > 0) throw new Error(this.#complaints.join('\n'));
  }

  /** Throws unless there is one copy of each library on disk and in memory, and nothing else. */
  async checkCopies(): Promise<void> {
    const loaded = this.#all().map(({ library }) => library.loadedPath);
    // Deleting the copy of an old version is the last thing that happens to it.
    await waitFor(() => this.#copiesOnDisk().length <= loaded.length);
    expect(this.#copiesOnDisk()).toEqual(loaded.sort());
    expect(this.#copiesInMemory()).toEqual(loaded);
  }

  async standIn(directory: string): Promise<void> {
    const shell = spawn('cat', { cwd: directory, stdio: ['pipe', 'ignore', 'inherit'] });
    this.#shells.push(shell);
    await once(shell, 'spawn');
  }

  /** Closes everything. Throws when something is left. */
  async close(): Promise<void> {
    for (const shell of this.#shells) shell.kill();
    await this.#reloader.close();
    expect(readdirSync(this.#shadowParent)).toEqual([]);
    expect(this.#copiesInMemory()).toEqual([]);
  }

  toString(): string {
    return [...this.#observed.values()].join('\n');
  }

  async #add(file: string): Promise<Observed> {
    const { directory } = this.#options;
    const name = path.resolve(directory, file);
    const options = { symbols: SYMBOLS, settleMs: this.#settleMs };
    return new Observed(await this.#reloader.addLibrary(name, options));
  }

  /** Without a name, of the only one. */
  #observedOf(file: string | undefined): Observed {
    const observed =
      file === undefined && this.#observed.size === 1
        ? [...this.#observed.values()][0]
        : this.#observed.get(file ?? '');
    if (observed === undefined) throw new Error(`which library: ${file ?? 'no name'}?`);
    return observed;
  }

  #all(): Observed[] {
    const sentinel = this.#sentinel as Observed | undefined;
    return [...this.#observed.values(), ...(sentinel === undefined ? [] : [sentinel])];
  }

  #sum(count: (observed: Observed) => number): number {
    return [...this.#observed.values()].reduce((sum, observed) => sum + count(observed), 0);
  }

  #note(library: Library, event: string, error?: DynamicReloadError): void {
    const observed = this.#all().find((one) => one.library === library);
    if (observed === undefined) {
      this.#complain(library, `has "${event}" before it was loaded`);
      return;
    }
    observed.history += `${event} `;
    if (error !== undefined) observed.failures.push(error);
    if (event === 'after') {
      observed.reloads += 1;
      observed.version = observed.answer();
    } else if (observed.answer() !== observed.version) {
      this.#complain(library, `does not answer as before in "${event}"`);
    }
    this.#progress.emit('event');
  }

  #complain(library: Library, words: string): void {
    this.#complaints.push(`${library.originalPath} ${words}`);
  }

  async #until(condition: () => boolean): Promise<void> {
    const signal = AbortSignal.timeout(DEADLINE_MS);
    while (!condition()) await once(this.#progress, 'event', { signal });
  }

  #copiesOnDisk(): string[] {
    const [directory = ''] = readdirSync(this.#shadowParent);
    const shadow = path.join(this.#shadowParent, directory);
    const names = readdirSync(shadow).filter((name) => name !== '.lock');
    return names.map((name) => path.join(shadow, name)).sort();
  }

  #copiesInMemory(): string[] {
    const paths = readFileSync('/proc/self/maps', 'utf8')
      .split('\n')
      .map((line) => line.slice(line.indexOf('/')).replace(/ \(deleted\)$/, ''))
      .filter((file) => file.startsWith(this.#shadowParent));
    return [...new Set(paths)].sort();
  }
}
