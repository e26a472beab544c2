// Every way of writing a library file: fixtures/scenarios/*.txt.

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { useWriter } from './support/programs';
import { play, readScenario } from './support/scenario';
import { LibraryCache } from './support/scenario-steps';
import { useTemporaryDirectory } from './support/temporary-directory';

const folder = path.resolve(__dirname, '..', 'fixtures', 'scenarios');
const scenarios = readdirSync(folder)
  .filter((name) => name.endsWith('.txt'))
  .map((name) => readScenario(path.join(folder, name)));

describe('a library that is written as by', () => {
  const directory = useTemporaryDirectory();
  const writer = useWriter();
  const built = mkdtempSync(path.join(tmpdir(), 'dynamic-reload-built-'));
  const cache = new LibraryCache(built);

  afterAll(() => {
    rmSync(built, { recursive: true });
  });

  test.each(scenarios)('$name: $title', async (scenario) => {
    await play(scenario, { directory: directory.path, writer: writer.path, cache });
  });
});
