// One run of the command that builds a library.

import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { commandLine, type BuildSettings } from './build-options';
import { BuildError, type BuildFacts } from './errors';

export type BuildStream = 'stdout' | 'stderr';

/** So much of the end of the output is kept for the error, in characters. */
const MOST_KEPT = 64 * 1024;

/** How long a build may take to end when it is asked to: `make` removes what it had begun. */
const KILL_AFTER_MS = 2000;

/** What it left running in the background may hold its streams open for longer than this. */
const CLOSE_AFTER_MS = 100;

type Ending = Pick<BuildFacts, 'exitCode' | 'signal'> & { readonly cause?: unknown };

/** Runs in a process group of its own. It does not keep this process alive. */
export class BuildRun {
  /** Resolves with why it failed, or null. */
  readonly ended: Promise<BuildError | null>;
  readonly #child: ChildProcess | undefined;
  #output = '';
  #isOver = false;

  constructor(settings: BuildSettings, onOutput: (stream: BuildStream, text: string) => void) {
    let ending: Promise<Ending>;
    try {
      this.#child = start(settings);
      this.#follow('stdout', this.#child.stdout, onOutput);
      this.#follow('stderr', this.#child.stderr, onOutput);
      ending = endingOf(this.#child);
    } catch (cause) {
      ending = Promise.resolve({ exitCode: null, signal: null, cause });
    }
    this.ended = this.#conclude(commandLine(settings), ending);
  }

  /** Ends it with all that it started. Resolves when it is over. */
  async end(): Promise<void> {
    this.#signal('SIGTERM');
    const timer = setTimeout(() => {
      this.kill();
    }, KILL_AFTER_MS);
    await this.ended;
    clearTimeout(timer);
    this.#signalGroup('SIGKILL'); // Whoever of its group did not follow.
  }

  /** The same at once, for when nothing can be waited for. */
  kill(): void {
    this.#signal('SIGKILL');
  }

  async #conclude(command: string, ending: Promise<Ending>): Promise<BuildError | null> {
    const { exitCode, signal, cause } = await ending;
    this.#isOver = true;
    if (exitCode === 0) return null;
    return new BuildError({ command, exitCode, signal, output: this.#output }, { cause });
  }

  #follow(
    stream: BuildStream,
    source: Readable | null,
    onOutput: (stream: BuildStream, text: string) => void,
  ): void {
    source?.setEncoding('utf8').on('data', (text: string) => {
      this.#output = (this.#output + text).slice(-MOST_KEPT);
      onOutput(stream, text);
    });
  }

  #signal(name: NodeJS.Signals): void {
    if (!this.#isOver) this.#signalGroup(name);
  }

  #signalGroup(name: NodeJS.Signals): void {
    const pid = this.#child?.pid;
    if (pid === undefined) return;
    try {
      process.kill(-pid, name);
    } catch {
      // Nobody of it is left.
    }
  }
}

function start({ command, cwd, env }: BuildSettings): ChildProcess {
  const [file, ...args] = typeof command === 'string' ? [command] : command;
  const child = spawn(file, args, {
    cwd,
    env: { ...process.env, ...env },
    shell: typeof command === 'string',
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // The reloader does, unless it is told not to.
  child.unref();
  for (const stream of [child.stdout, child.stderr]) (stream as unknown as NodeJS.Timeout).unref();
  return child;
}

function endingOf(child: ChildProcess): Promise<Ending> {
  return new Promise((resolve) => {
    child.once('error', (cause) => {
      resolve({ exitCode: null, signal: null, cause });
    });
    child.once('exit', (exitCode, signal) => {
      const timer = setTimeout(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, CLOSE_AFTER_MS);
      child.once('close', () => {
        clearTimeout(timer);
        resolve({ exitCode, signal });
      });
    });
  });
}
