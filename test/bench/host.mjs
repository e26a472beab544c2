// One host as the driver sees it: a child process that keeps one library loaded.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const START_DEADLINE_MS = 10_000;
const ROUND_DEADLINE_MS = 2_000;

/**
 * Runs the program of a host, tells how its rounds ended, and counts what went wrong. What makes
 * its later answers doubtful (it died, missed a round, or answered with a wrong version) also makes
 * it start again. An extra reload or a failed one does not: the host goes on, warm.
 */
export class Host {
  name;
  library;
  /** Rounds that went without an answer for two seconds; of the others, how many times. */
  problems = { missed: 0, double: 0, failed: 0, wrong: 0, died: 0 };

  #program;
  #environment;
  #child;
  #isCold = true;
  #previous = 0;
  #expected = 0;
  // Ends the round: with the time of the answer, or undefined when there was none. Cleared by that.
  #endRound;

  /** `library` is a file that no other host watches; `temporaryDirectory` takes its shadow copies. */
  constructor({ name, program, library, temporaryDirectory }) {
    this.name = name;
    this.library = library;
    this.#program = program;
    this.#environment = { ...process.env, TMPDIR: temporaryDirectory };
  }

  get pid() {
    return this.#child?.pid;
  }

  /** Writes the library and starts the program. */
  async start(build) {
    writeFileSync(this.library, build.bytes, { mode: 0o755 });
    this.#expected = build.version;
    await this.ensureRunning();
  }

  /** Starts the program again when it ended. */
  async ensureRunning() {
    if (this.#child === undefined) await this.#run();
  }

  async stop() {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  /**
   * Plays one round. `replace` puts the new build in place of the library and returns the time.
   *
   * @returns milliseconds to the first answer of the new version; undefined when there was none, and
   *   for the first round of a process, which is spent on compiling JavaScript and is no reload as
   *   the program would see it
   */
  async play(build, replace) {
    await this.ensureRunning();
    const wasCold = this.#isCold;
    this.#previous = this.#expected;
    this.#expected = build.version;
    const answer = new Promise((resolve) => {
      this.#endRound = resolve;
    });
    const start = replace(this.library, build.bytes);
    const deadline = setTimeout(() => this.#end('missed'), ROUND_DEADLINE_MS);
    const end = await answer;
    clearTimeout(deadline);

    if (end === undefined) {
      await this.stop();
      return undefined;
    }
    this.#isCold = false;
    return wasCold ? undefined : Number(end - start) / 1e6;
  }

  async #run() {
    // Its stderr is ours: what a program that cannot even start has to say must be seen.
    const child = fork(this.#program, [this.library], { env: this.#environment });
    this.#child = child;
    this.#isCold = true;
    const first = await firstSignOf(child);
    if (first.event !== 'ready' || first.version !== this.#expected) {
      throw new Error(`${this.name} did not start: ${JSON.stringify(first)}`);
    }
    child.on('message', (later) => {
      if (this.#child === child) this.#onMessage(later);
    });
    child.on('exit', () => {
      if (this.#child !== child) return; // We stopped it.
      this.#child = undefined;
      this.#end('died');
    });
  }

  #onMessage({ event, version, at }) {
    if (event === 'failed') {
      this.problems.failed += 1;
    } else if (version === this.#expected) {
      if (this.#endRound === undefined) this.problems.double += 1;
      else this.#end(undefined, BigInt(at));
    } else if (version === this.#previous) {
      // The version of the last round again, so late that the next round has begun.
      this.problems.double += 1;
    } else {
      this.#end('wrong');
    }
  }

  #end(problem, time) {
    if (problem !== undefined) this.problems[problem] += 1;
    this.#endRound?.(time);
    this.#endRound = undefined;
  }
}

/** The first message of a child, or that it ended, or that it keeps silent. */
async function firstSignOf(child) {
  const others = new AbortController();
  const { signal } = others;
  const signs = [
    once(child, 'message', { signal }).then(([message]) => message),
    once(child, 'exit', { signal }).then(([code]) => ({ event: 'exit', code })),
    delay(START_DEADLINE_MS, { event: 'silence' }, { signal }),
  ];
  const first = await Promise.race(signs);
  others.abort();
  return first;
}
