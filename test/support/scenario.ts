// Scenarios: plain-text files that say how a library file is written and what must come of it.
//
//   # First line: what it imitates. Further lines of this kind are comments.
//   build 1 -> lib.so
//   load lib.so
//
//   build 2 -> new.so
//   rename new.so lib.so
//
//   expect reloads 1 failures 0 version 2
//
// The steps are in scenario-steps.ts; here are those about the scenario itself:
//
//   repeat 2..51: STEP      with {n} for the number
//   begin: STEP             goes on with the next line while this one is carried out
//   finish                  until that is done
//   wait reload             the third of these waits for the third reload
//   wait failure            likewise
//   expect [LIBRARY] reloads N failures N version N
//                           settles first; a number can be a range, such as 1..50

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { carryOut, place, type LibraryCache, type Stage } from './scenario-steps';
import { ScenarioWorld } from './scenario-world';

interface Line {
  readonly number: number;
  readonly text: string;
}

export interface Scenario {
  readonly name: string;
  /** What it imitates. */
  readonly title: string;
  readonly lines: readonly Line[];
}

export function readScenario(file: string): Scenario {
  const all = readFileSync(file, 'utf8')
    .split('\n')
    .map((text, index): Line => ({ number: index + 1, text: text.trim() }));
  const title = all[0]?.text ?? '';
  const lines = all.filter(({ text }) => text !== '' && !text.startsWith('#'));
  if (!title.startsWith('# ')) throw new Error(`${file} does not say what it imitates`);
  if (lines.at(-1)?.text.startsWith('expect ') !== true) throw new Error(`${file} expects nothing`);
  return { name: path.basename(file, '.txt'), title: title.slice(2), lines };
}

export interface ScenarioOptions {
  /** Empty. */
  readonly directory: string;
  readonly writer: string;
  readonly cache: LibraryCache;
}

/** Plays a scenario, and checks what must hold after each of them. */
export async function play(scenario: Scenario, options: ScenarioOptions): Promise<void> {
  const { directory, cache } = options;
  const built = (version: number) => cache.version(version);
  const world = new ScenarioWorld({ directory, built, place });
  const player = new Player({ ...options, world });
  try {
    for (const line of scenario.lines) await player.play(line);
    await world.checkCopies();
  } finally {
    await world.close();
  }
}

const RANGE = String.raw`(\d+)(?:\.\.(\d+))?`;
const EXPECT = new RegExp(
  `^expect (?:(\\S+) )?reloads ${RANGE} failures ${RANGE} version ${RANGE}$`,
);

class Player {
  readonly #stage: Stage;
  #reloads = 0;
  #failures = 0;
  #settled = false;
  #begun: Promise<void> | undefined;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  async play(line: Line): Promise<void> {
    try {
      await this.#step(line.text);
    } catch (cause) {
      const words = cause instanceof Error ? cause.message : String(cause);
      const { world } = this.#stage;
      throw new Error(`line ${line.number}: ${line.text}\n${words}\n${String(world)}`, { cause });
    }
  }

  async #step(text: string): Promise<void> {
    const { world } = this.#stage;
    const repeat = /^repeat (\d+)\.\.(\d+): (.*)$/.exec(text);
    const expected = EXPECT.exec(text);
    if (repeat !== null) {
      const [, first, last, step = ''] = repeat;
      for (let n = Number(first); n <= Number(last); n += 1) {
        await this.#step(step.replaceAll('{n}', String(n)));
      }
    } else if (text.startsWith('begin: ')) {
      this.#begun = carryOut(this.#stage, text.slice('begin: '.length));
    } else if (text === 'finish') {
      await this.#begun;
    } else if (text === 'wait reload') {
      await world.reloads(++this.#reloads);
    } else if (text === 'wait failure') {
      await world.failures(++this.#failures);
    } else if (expected !== null) {
      if (!this.#settled) await world.settle();
      this.#expect(expected.slice(1));
    } else {
      await carryOut(this.#stage, text);
      await setImmediate(); // The program goes on beside those who write its libraries.
    }
    this.#settled = expected !== null;
    world.check();
  }

  #expect([file, ...bounds]: (string | undefined)[]): void {
    const { reloads, failures, version } = this.#stage.world.observed(file);
    [reloads, failures.length, version].forEach((number, index) => {
      const what = ['reloads', 'failures', 'version'][index] ?? '';
      const [least, most = least] = bounds.slice(2 * index, 2 * index + 2).map(toNumber);
      if (least === undefined || most === undefined) throw new Error(`how many ${what}?`);
      if (number < least || number > most) throw new Error(`${what}: ${number}`);
    });
  }
}

function toNumber(digits: string | undefined): number | undefined {
  return digits === undefined ? undefined : Number(digits);
}
