// Loads a library in a child process first, so that one which crashes does so there.

import { spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process';
import type { Socket } from 'node:net';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { describe, LibraryProbeError, type ProbeFacts } from './errors';
import { fromNative } from './native';
import { createReport, takeReport, type ProbeRequest, type ProbeResult } from './probe-report';
import { symbolNotFound } from './symbols';

/** What becomes of a child process. */
interface Ending extends ProbeFacts {
  /** It was killed because it took too long. */
  readonly isLate: boolean;
  /** Why it could not be started, or had to be killed. */
  readonly cause?: Error | undefined;
}

// lib/ and dist/ are both one level below the package root, and only dist/ has programs.
const PROGRAM = path.resolve(__dirname, '..', 'dist', 'probe-child.js');

/** Of what the child process wrote to its error stream, these many characters and lines are kept. */
const KEPT_OUTPUT = 4096;
const KEPT_LINES = 20;
/** More than this ends it when it is waited for. */
const MAX_OUTPUT = 1 << 24;

/** How long a child process that has ended may leave its output open to others that it started. */
const OUTPUT_GRACE_MS = 100;

/**
 * Resolves when the library was loaded, its symbols were found, and it was unloaded again. The child
 * process is killed when that takes too long, when the signal is aborted and when this thread ends.
 *
 * @throws ERR_LIBRARY_LOAD, ERR_SYMBOL_NOT_FOUND, ERR_TIMEOUT, or the reason of the signal
 */
export async function probe(
  request: ProbeRequest,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const report = createReport(request);
  const ending = await runChild(report, timeoutMs, signal);
  const result = takeReport(report);
  signal.throwIfAborted();
  judge(request, result, ending, timeoutMs);
}

/** The same, and blocks meanwhile. */
export function probeSync(request: ProbeRequest, timeoutMs: number): void {
  const report = createReport(request);
  const { status, signal, error, stderr } = spawnSync(process.execPath, [PROGRAM, report], {
    env: environment(),
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    timeout: Math.max(1, timeoutMs), // 0 would be no limit.
    killSignal: 'SIGKILL',
    maxBuffer: MAX_OUTPUT,
  });
  const isLate = error !== undefined && 'code' in error && error.code === 'ETIMEDOUT';
  const facts = { exitCode: status, signal, stderr: lastLines(stderr), isLate, cause: error };
  judge(request, takeReport(report), facts, timeoutMs);
}

/** Never rejects. What the child leaves behind keeps nothing alive. */
async function runChild(report: string, timeoutMs: number, signal: AbortSignal): Promise<Ending> {
  const child = spawn(process.execPath, [PROGRAM, report], {
    env: environment(),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  // Whether the event loop goes on is said by the reloader.
  child.unref();
  (child.stderr as Partial<Socket>).unref?.();
  let isLate = false;
  const kill = () => child.kill('SIGKILL');
  const timer = setTimeout(() => (isLate = kill()), timeoutMs).unref();
  signal.addEventListener('abort', kill, { once: true });
  try {
    return { ...(await endOf(child)), isLate };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', kill);
    child.stderr.destroy();
  }
}

function endOf(child: ChildProcessByStdio<null, null, Readable>): Promise<Omit<Ending, 'isLate'>> {
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-KEPT_OUTPUT);
  });
  return new Promise((resolve) => {
    const end = (exitCode: number | null, signal: NodeJS.Signals | null, cause?: Error) => {
      resolve({ exitCode, signal, stderr: lastLines(stderr), cause });
    };
    child.once('error', (cause) => {
      end(null, null, cause);
    });
    child.once('close', end);
    child.once('exit', (...ending) => setTimeout(end, OUTPUT_GRACE_MS, ...ending).unref());
  });
}

/** Options of Node.js are those of the program that runs, such as `--inspect-brk`. */
function environment(): NodeJS.ProcessEnv {
  // Electron starts its own program unless it is told not to.
  return { ...process.env, ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: undefined };
}

function judge(
  { path: copy, originalPath }: ProbeRequest,
  { stage, refusal }: ProbeResult,
  ending: Ending,
  timeoutMs: number,
): void {
  if (stage === 'done') return; // How it ended after that is its own affair.
  if (refusal?.code === 'ERR_SYMBOL_NOT_FOUND')
    throw symbolNotFound(refusal.symbol ?? '', originalPath, copy);
  if (refusal !== undefined) throw fromNative(refusal);
  const { isLate, cause } = ending;
  const fate = isLate ? `was not done after ${timeoutMs} ms` : fateOf(ending);
  throw new LibraryProbeError(
    isLate ? 'ERR_TIMEOUT' : 'ERR_LIBRARY_LOAD',
    `Cannot load ${originalPath}: a child process that ${TASKS[stage ?? 'start']} ${fate}.`,
    { ...ending, path: originalPath },
    { cause },
  );
}

const TASKS = { start: 'was to load it', load: 'loaded it', unload: 'unloaded it again' } as const;

function fateOf({ exitCode, signal, cause }: Ending): string {
  if (signal !== null) return `was ended by ${signal}`;
  if (exitCode !== null) return `exited with code ${exitCode}`;
  return `could not be started: ${describe(cause)}`;
}

function lastLines(text: string | null): string {
  const lines = (text ?? '').trimEnd().split('\n');
  return lines.slice(-KEPT_LINES).join('\n').slice(-KEPT_OUTPUT);
}
