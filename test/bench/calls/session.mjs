// Measures a list of cases in one runtime, in a child process, and in another one after each crash.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('child.mjs', import.meta.url));
// A chunk takes milliseconds; a slow peer needs more to warm up.
const SILENCE_MS = 60_000;

/**
 * `runtime` is from runtimes.mjs; `plan` has the names of the `cases`, the `rounds`, `chunkMs`, the
 * `paths` of what was compiled, and `peersDirectory`. `onCase` is told which case begins.
 *
 * @returns the `versions` of the peers that could be opened, and the `cells`: for each case and peer
 *   the `samples`, or the `problem` that left it without any
 */
export async function runSession(runtime, plan, onCase) {
  const skipped = [];
  const finished = [];
  const cells = [];
  let versions = [];
  const handlers = {
    peers: (message) => {
      versions = message.versions;
    },
    samples: (message) => cells.push(cell(message)),
    problem: (message) => {
      // A peer that cannot even be opened has no part in any case.
      const cases = plan.cases.filter((name) => message.case === null || message.case === name);
      cells.push(...cases.map((testCase) => cell({ ...message, case: testCase })));
      // It will not be better after the next start.
      skipped.push([message.peer, message.case]);
    },
    finished: (message) => finished.push(message.case),
  };
  for (;;) {
    const child = { ...plan, peers: runtime.peers, skipped, finished };
    const { last, problem } = await runChild(runtime, child, (message) => {
      if (message.event === 'at') onCase(message.case);
      handlers[message.event]?.(message);
    });
    if (problem === undefined) return { versions, cells };
    if (last === undefined) throw new Error(`${runtime.title} did not start: ${problem}`);
    handlers.problem({ ...last, problem });
  }
}

/** The first line of a problem is about what, the rest is about where. */
function cell({ peer, case: testCase, samples, problem }) {
  return { peer, case: testCase, samples, problem: problem?.split('\n', 1)[0] };
}

/** @returns what the child was about when it ended, and why it did if too early */
async function runChild(runtime, plan, onMessage) {
  const { flags = [], environment = {} } = runtime;
  const child = spawn(runtime.program, [...flags, PROGRAM, JSON.stringify(plan)], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const complaint = findComplaint(child.stderr);
  const closed = once(child, 'close');
  let isComplete = false;
  let isSilent = false;
  let last;
  const alarm = setTimeout(() => {
    isSilent = true;
    child.kill('SIGKILL');
  }, SILENCE_MS);
  for await (const line of createInterface({ input: child.stdout })) {
    const message = JSON.parse(line);
    alarm.refresh();
    if (message.event === 'at') last = { peer: message.peer, case: message.case };
    if (message.event === 'end') isComplete = true;
    onMessage(message);
  }
  const [code, signal] = await closed;
  clearTimeout(alarm);
  if (isComplete) return { last };
  if (isSilent) return { last, problem: `nothing happened for ${SILENCE_MS / 1000} s` };
  return { last, problem: `crashed with ${signal ?? `exit code ${code}`}${complaint.text}` };
}

/** Of what a process says as it dies (warnings, a stack, its registers), the line about why. */
function findComplaint(stream) {
  const complaint = { text: '' };
  createInterface({ input: stream }).on('line', (line) => {
    if (complaint.text === '' && /error|fatal|panic/i.test(line))
      complaint.text = `: ${line.trim()}`;
  });
  return complaint;
}
