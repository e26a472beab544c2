// Every way of writing a library file, fixtures/scenarios/*.txt, as tests.

import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { areRun, isInstalled } from './means';
import { useWriter } from './programs';
import { play, readScenario, type Scenario } from './scenario';
import { LibraryCache } from './scenario-steps';
import { ScenarioWorld } from './scenario-world';

const folder = path.resolve(__dirname, '..', '..', 'fixtures', 'scenarios');
const all = readdirSync(folder)
  .filter((name) => name.endsWith('.txt'))
  .map((name) => readScenario(path.join(folder, name)));

const missing = all.filter(({ needs }) => !areRun(needs.every(isInstalled)));
const played = all.filter((scenario) => !missing.includes(scenario));

// What one leaves damaged for a moment must not stay so for longer because it is the turn of others.
const timed = played.filter(({ lines }) => lines.some(({ text }) => text.startsWith('pause ')));
const others = played.filter((scenario) => !timed.includes(scenario));

/**
 * Plays all of them with one kind of watching, one kind in a test file. They are most of all waiting, so
 * several play at the same time, each in a directory of its own; those in which time matters play alone.
 */
export function testScenarios(watch: 'events' | 'poll'): void {
  const writer = useWriter();
  const built = mkdtempSync(path.join(tmpdir(), 'dynamic-reload-built-'));
  const cache = new LibraryCache(built);

  afterAll(() => {
    rmSync(built, { recursive: true });
  });

  const playInDirectory = async (scenario: Scenario): Promise<void> => {
    const directory = realpathSync(mkdtempSync(path.join(tmpdir(), 'dynamic-reload-scenario-')));
    const world = new ScenarioWorld({ watch, directory, cache });
    try {
      await play(scenario, { world, directory, writer: writer.path, cache });
      await world.checkCopies();
    } finally {
      await world.close();
      rmSync(directory, { recursive: true });
    }
  };

  test.concurrent.each(others)('$name: $title', playInDirectory);
  test.each(timed)('$name: $title', playInDirectory);

  for (const { name, needs } of missing) test.skip(`${name}: needs ${needs.join(', ')}`, () => {});
}
