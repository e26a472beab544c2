// The world of a scenario in which some program reloads the libraries, and may do it wrongly.

import { fork, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const START_DEADLINE_MS = 10_000;
// Beyond what any of the programs waits on purpose.
const REPORT_DEADLINE_MS = 2_000;
const QUIET_MS = 700;

/** Implements `World` of test/support/scenario-steps.ts; judges instead of throwing. */
export class HostWorld {
  /** What went wrong, in words. */
  problems = new Set();
  #program;
  #directory;
  #environment;
  #hosts = new Map();
  #shells = [];
  #progress = new EventEmitter();

  constructor({ program, directory, temporaryDirectory }) {
    this.#program = program;
    this.#directory = directory;
    this.#environment = { ...process.env, TMPDIR: temporaryDirectory };
  }

  /** One process for each library. Ours knows how long to wait for writers of several steps. */
  async load(file, settleMs = 0) {
    const library = path.resolve(this.#directory, file);
    const child = fork(this.#program, [library, String(settleMs)], {
      env: this.#environment,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'], // Those that crash say so at length.
    });
    const host = { child, reloads: 0, failures: 0, version: undefined, isRunning: true };
    this.#hosts.set(file, host);
    child.on('exit', () => {
      host.isRunning = false;
      this.#progress.emit('event');
    });
    child.on('message', (message) => {
      this.#note(host, message);
    });
    await this.#until(() => host.version !== undefined || !host.isRunning, START_DEADLINE_MS);
    // Some cannot watch what a scenario begins with, such as a directory that is a symbolic link.
    if (host.version === undefined) this.problems.add('did not start');
  }

  async standIn(directory) {
    const shell = spawn('cat', { cwd: directory, stdio: ['pipe', 'ignore', 'inherit'] });
    this.#shells.push(shell);
    await once(shell, 'spawn');
  }

  async reloads(count) {
    await this.#until(() => this.#sum('reloads') >= count, REPORT_DEADLINE_MS);
  }

  async failures(count) {
    await this.#until(() => this.#sum('failures') >= count, REPORT_DEADLINE_MS);
  }

  /** Nobody tells when all is done, so it is done when nobody has told anything for a while. */
  async settle() {
    while (await this.#nextEvent(QUIET_MS));
  }

  expect({ file, reloads, failures, version }) {
    const host = this.#hosts.get(file) ?? [...this.#hosts.values()][0];
    if (!host.isRunning || host.version === undefined) return;
    if (host.reloads < reloads[0]) this.problems.add('missed');
    if (host.reloads > reloads[1]) this.problems.add('double');
    if (host.failures > failures[1]) this.problems.add('failed');
    if (host.version < version[0] || host.version > version[1]) this.problems.add('wrong version');
  }

  toString() {
    return [...this.problems].join(', ') || 'right';
  }

  check() {
    const hadStarted = this.#all.filter(({ version }) => version !== undefined);
    if (hadStarted.some(({ isRunning }) => !isRunning)) this.problems.add('died');
  }

  async close() {
    this.check();
    for (const shell of this.#shells) shell.kill();
    for (const { child, isRunning } of this.#all) {
      const exited = once(child, 'exit');
      if (isRunning && child.kill('SIGKILL')) await exited;
    }
  }

  get #all() {
    return [...this.#hosts.values()];
  }

  #sum(what) {
    return this.#all.reduce((sum, host) => sum + host[what], 0);
  }

  #note(host, { event, version }) {
    if (event === 'failed') host.failures += 1;
    else host.version = version;
    if (event === 'after') host.reloads += 1;
    this.#progress.emit('event');
  }

  async #until(condition, ms) {
    const end = performance.now() + ms;
    while (!condition()) {
      const left = end - performance.now();
      if (left <= 0 || !(await this.#nextEvent(left))) return;
    }
  }

  /** False when there is none in time. */
  async #nextEvent(ms) {
    const others = new AbortController();
    const { signal } = others;
    const event = once(this.#progress, 'event', { signal }).then(() => true);
    const first = await Promise.race([event, delay(ms, false, { signal })]);
    others.abort();
    return first;
  }
}
