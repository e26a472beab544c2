// Every way of writing a library file, fixtures/scenarios/*.txt, as tests.

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { areRun, isInstalled } from './means';
import { useWriter } from './programs';
import { play, readScenario } from './scenario';
import { LibraryCache } from './scenario-steps';
import { ScenarioWorld } from './scenario-world';
import { useTemporaryDirectory } from './temporary-directory';

const folder = path.resolve(__dirname, '..', '..', 'fixtures', 'scenarios');
const all = readdirSync(folder)
  .filter((name) => name.endsWith('.txt'))
  .map((name) => readScenario(path.join(folder, name)));

const missing = all.filter(({ needs }) => !areRun(needs.every(isInstalled)));
const played = all.filter((scenario) => !missing.includes(scenario));

/** Plays all of them with one kind of watching: one of a test file, since they are most of all waiting. */
export function testScenarios(watch: 'events' | 'poll'): void {
  describe(`noticed by ${watch}, a library that is written as by`, () => {
    const directory = useTemporaryDirectory();
    const writer = useWriter();
    const built = mkdtempSync(path.join(tmpdir(), 'dynamic-reload-built-'));
    const cache = new LibraryCache(built);

    afterAll(() => {
      rmSync(built, { recursive: true });
    });

    test.each(played)('$name: $title', async (scenario) => {
      const world = new ScenarioWorld({ watch, directory: directory.path, cache });
      try {
        await play(scenario, { world, directory: directory.path, writer: writer.path, cache });
        await world.checkCopies();
      } finally {
        await world.close();
      }
    });

    for (const { name, needs } of missing)
      test.skip(`${name}: needs ${needs.join(', ')}`, () => {});
  });
}
