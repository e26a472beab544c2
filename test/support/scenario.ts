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
//   needs ld.lld strip      programs without which it cannot be played
//   expect [LIBRARY] reloads N failures N version N
//                           settles first; a number can be a range, such as 1..50

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { carryOut, type Expectation, type Range, type Stage } from './scenario-steps';

interface Line {
  readonly number: number;
  readonly text: string;
}

export interface Scenario {
  readonly name: string;
  /** What it imitates. */
  readonly title: string;
  readonly lines: readonly Line[];
  /** The programs that it runs, and that not every system has. */
  readonly needs: readonly string[];
}

const NEEDS = 'needs ';

export function readScenario(file: string): Scenario {
  const all = readFileSync(file, 'utf8')
    .split('\n')
    .map((text, index): Line => ({ number: index + 1, text: text.trim() }));
  const title = all[0]?.text ?? '';
  const lines = all.filter(({ text }) => text !== '' && !text.startsWith('#'));
  if (!title.startsWith('# ')) throw new Error(`${file} does not say what it imitates`);
  if (lines.at(-1)?.text.startsWith('expect ') !== true) throw new Error(`${file} expects nothing`);
  const needs = lines.flatMap(({ text }) =>
    text.startsWith(NEEDS) ? text.split(' ').slice(1) : [],
  );
  return { name: path.basename(file, '.txt'), title: title.slice(2), lines, needs };
}

/** Plays a scenario, line by line. */
export async function play(scenario: Scenario, stage: Stage): Promise<void> {
  const player = new Player(stage);
  for (const line of scenario.lines) await player.play(line);
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
    } else if (text.startsWith(NEEDS)) {
      return; // Whoever plays it has looked.
    } else if (text === 'finish') {
      await this.#begun;
    } else if (text === 'wait reload') {
      await world.reloads(++this.#reloads);
    } else if (text === 'wait failure') {
      await world.failures(++this.#failures);
    } else if (expected !== null) {
      if (!this.#settled) await world.settle();
      world.expect(readExpectation(expected));
    } else {
      await carryOut(this.#stage, text);
      await setImmediate(); // The program goes on beside those who write its libraries.
    }
    this.#settled = expected !== null;
    world.check();
  }
}

function readExpectation([, file, ...bounds]: RegExpExecArray): Expectation {
  const [reloads, failures, version] = [0, 2, 4].map((at): Range => {
    const least = Number(bounds[at]);
    return [least, Number(bounds[at + 1] ?? least)];
  });
  if (reloads === undefined || failures === undefined || version === undefined)
    throw new Error('how many?');
  return { file, reloads, failures, version };
}
