// Plays the scenarios of fixtures/scenarios/ with each of the programs.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { PROGRAMS } from '../programs.mjs';
import { HostWorld } from './world.mjs';

const support = fileURLToPath(new URL('../../support/', import.meta.url));
const folder = fileURLToPath(new URL('../../../fixtures/scenarios/', import.meta.url));
const loadTypeScript = createRequire(import.meta.url)('./typescript.cjs');
const { play, readScenario } = loadTypeScript(path.join(support, 'scenario.ts'));
const { LibraryCache } = loadTypeScript(path.join(support, 'scenario-steps.ts'));

/**
 * @param names which of them, or `none`; all if undefined
 * @returns for each scenario `verdicts` in words, in the order of PROGRAMS; `right` when all was right
 */
export async function playScenarios(parent, names) {
  const directory = path.join(parent, 'scenarios');
  const cache = new LibraryCache(path.join(directory, 'built'));
  const writer = path.join(directory, 'writer');
  mkdirSync(path.join(directory, 'built'), { recursive: true });
  execFileSync('cc', ['-O1', '-o', writer, path.join(support, 'writer.c')]);
  const results = [];
  for (const scenario of chosen(names)) {
    const verdicts = [];
    for (const [index, { file: program }] of PROGRAMS.entries()) {
      const home = path.join(directory, scenario.name, String(index));
      verdicts.push(await playOne(scenario, { program, home, writer, cache }));
    }
    results.push({ name: scenario.name, title: scenario.title, verdicts });
  }
  return results;
}

function chosen(names) {
  const known = readdirSync(folder).filter((name) => name.endsWith('.txt'));
  return known
    .filter((name) => names === undefined || names.includes(path.parse(name).name))
    .map((name) => readScenario(path.join(folder, name)));
}

async function playOne(scenario, { program, home, writer, cache }) {
  const directory = path.join(home, 'stage');
  const temporaryDirectory = path.join(home, 'tmp');
  mkdirSync(directory, { recursive: true });
  mkdirSync(temporaryDirectory);
  const world = new HostWorld({ program, directory, temporaryDirectory });
  try {
    await play(scenario, { world, directory, writer, cache });
  } finally {
    await world.close();
  }
  return String(world);
}
