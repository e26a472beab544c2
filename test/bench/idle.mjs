// What processes do while nothing happens.

import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

// Long enough for the last extra reload, for timers of the runtime that follow work, and for noise.
const SETTLE_MS = 1_500;
const MEASURE_MS = 2_000;

/** For each process: how often a thread of it woke up, and its use of a CPU in percent. */
export async function measureIdle(pids) {
  await delay(SETTLE_MS);
  const before = pids.map(activityOf);
  const start = performance.now();
  await delay(MEASURE_MS);
  const after = pids.map(activityOf);
  const elapsed = performance.now() - start;
  return pids.map((_, index) => ({
    wakeUpsPerSecond: ((after[index].switches - before[index].switches) * 1000) / elapsed,
    cpuPercent: ((after[index].cpu - before[index].cpu) / 1e6 / elapsed) * 100,
  }));
}

/**
 * What a process has done so far: how often a thread of it went to sleep, which is a voluntary context
 * switch, so that there is one for each wake-up; and its nanoseconds on a CPU.
 */
export function activityOf(pid) {
  const activity = { switches: 0, cpu: 0 };
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const directory = `/proc/${pid}/task/${thread}`;
    const status = readFileSync(`${directory}/status`, 'utf8');
    activity.switches += Number(/^voluntary_ctxt_switches:\s*(\d+)/m.exec(status)[1]);
    // Nanoseconds on a CPU; /proc/PID/stat counts in ticks of 10 ms.
    activity.cpu += Number(readFileSync(`${directory}/schedstat`, 'utf8').split(' ')[0]);
  }
  return activity;
}
