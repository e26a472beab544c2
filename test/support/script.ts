// Scripts of test/process/fixtures, each in a process of its own.

import { spawn, type ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { compile } from './compiler';
import { place } from './scenario-steps';
import { useTemporaryDirectory } from './temporary-directory';
import { DEADLINE_MS } from './wait';

/** How a process ended, and what it printed. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly lines: readonly string[];
  readonly errors: string;
}

export interface ScriptOptions {
  /** For Node.js itself, such as `--expose-gc`. */
  readonly nodeOptions?: readonly string[];
  /** A program that runs the script, and what it takes before it: `['unshare', '--mount']`. */
  readonly within?: readonly string[];
  /** Variables that are different for the script. Read when it starts. */
  readonly environment?: NodeJS.ProcessEnv;
}

/** A script that runs. */
export class Script {
  readonly ended: Promise<Ending>;
  readonly #child: ChildProcess;
  readonly #progress = new EventEmitter();
  #output = '';
  #ending: Ending | undefined;

  constructor(file: string, args: readonly string[], options: ScriptOptions) {
    const { nodeOptions = [], within = [] } = options;
    const env = { ...process.env, ...options.environment };
    const [program = '', ...rest] = [...within, process.execPath, ...nodeOptions, file, ...args];
    const child = spawn(program, rest, { env });
    this.#child = child;
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text;
      this.#progress.emit('news');
    });
    this.ended = new Promise((resolve) => {
      child.on('close', (code, signal) => {
        this.#ending = { code, signal, lines: this.#lines(), errors };
        this.#progress.emit('news');
        resolve(this.#ending);
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Waits for a line that begins with these words. Resolves with what follows them. */
  async said(words: string): Promise<string> {
    const signal = AbortSignal.timeout(DEADLINE_MS);
    for (;;) {
      const line = this.#lines().find((one) => `${one} `.startsWith(`${words} `));
      if (line !== undefined) return line.slice(words.length + 1);
      if (this.#ending !== undefined || signal.aborted) {
        throw new Error(`it never said "${words}": ${JSON.stringify(await this.kill())}`);
      }
      await once(this.#progress, 'news', { signal }).catch(() => undefined);
    }
  }

  /** Lets a script go on that waits for the end of its input. */
  goOn(): void {
    this.#child.stdin?.end();
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  kill(): Promise<Ending> {
    this.signal('SIGKILL');
    return this.ended;
  }

  /** Without the last one, of which the end is not there yet. */
  #lines(): string[] {
    return this.#output.split('\n').slice(0, -1);
  }
}

const SOURCE = `
  #include <unistd.h>
  int shared_fun(void) { return VALUE; }
  int nap(int milliseconds) { usleep(milliseconds * 1000); return VALUE; }
`;

/** What a test of scripts works with. */
export interface Stage {
  /** In it: `lib.so`, the versions `v1.so` and `v2.so` of it, and `shadow/`. */
  readonly directory: string;
  file(name: string): string;
  /** Renames a copy of a version to the place of `lib.so`. */
  publish(version: 1 | 2): void;
  /** Starts a script. It gets the directory, then the arguments. Ended with the test at the latest. */
  start(name: string, ...args: string[]): Script;
  /** The same with other options. */
  startWith(options: ScriptOptions, name: string, ...args: string[]): Script;
}

/** Makes a stage for each test. */
export function useScripts(options: ScriptOptions = {}): Stage {
  const directory = useTemporaryDirectory();
  const running: Script[] = [];
  let built: string;
  beforeAll(() => {
    built = mkdtempSync(path.join(tmpdir(), 'dynamic-reload-built-'));
    for (const value of [1, 2]) {
      compile(SOURCE, path.join(built, `v${value}.so`), { defines: { VALUE: value } });
    }
  });
  afterAll(() => {
    rmSync(built, { recursive: true });
  });
  beforeEach(() => {
    for (const name of ['v1.so', 'v2.so']) {
      copyFileSync(path.join(built, name), directory.file(name));
    }
    copyFileSync(directory.file('v1.so'), directory.file('lib.so'));
    mkdirSync(directory.file('shadow'));
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((script) => script.kill()));
  });
  function startWith(own: ScriptOptions, name: string, ...args: string[]): Script {
    const file = path.join(__dirname, '..', 'process', 'fixtures', name);
    const script = new Script(file, [directory.path, ...args], own);
    running.push(script);
    return script;
  }
  return {
    get directory() {
      return directory.path;
    },
    file: (name) => directory.file(name),
    publish: (version) => place(directory.file(`v${version}.so`), directory.file('lib.so')),
    start: (name, ...args) => startWith(options, name, ...args),
    startWith,
  };
}
