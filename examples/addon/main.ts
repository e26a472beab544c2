// Edits and rebuilds a C++ addon while this program uses it. `npm run example:addon` does it all.

import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DynamicReload } from 'dynamic-reload';

/** What my_addon.cc exports. */
interface MyAddon {
  readonly Greeter: new (name: string) => { greet(): string };
}

const directory = mkdtempSync(path.join(os.tmpdir(), 'dynamic-reload-example-'));
const source = path.join(directory, 'my_addon.cc');
const addonFile = path.join(directory, 'my_addon.node');
const headers = ['node-addon-api', 'node-api-headers/include'].map(
  (folder) => `-I${path.resolve('node_modules', folder)}`,
);

/** A project of yours has node-gyp or cmake-js for this. */
function rebuild(greeting: string): void {
  const text = readFileSync(source, 'utf8');
  writeFileSync(source, text.replace(/"[^"]*, " \+ name_/, `"${greeting}, " + name_`));
  const args = ['-std=c++17', '-shared', '-fPIC', '-DNAPI_CPP_EXCEPTIONS', ...headers];
  execFileSync('c++', [...args, '-o', addonFile, source], { stdio: 'inherit' });
}

function expectText(text: string, expected: string): void {
  console.log(text);
  if (text !== expected) throw new Error(`It should be: ${expected}`);
}

async function main(): Promise<void> {
  // The compiled example lies in build/; its C++ source stays where it is written.
  copyFileSync(path.resolve('examples/addon/my_addon.cc'), source);
  rebuild('Hello');

  await using reloader = new DynamicReload();
  reloader.on('resident', ({ version, reasons }) => {
    console.log(`  Version ${version} stays in memory: ${reasons.join()}.`);
  });
  const addon = await reloader.addAddon<MyAddon>(addonFile);
  const { Greeter } = addon.exports; // The same class before and after every reload.
  const ann = new Greeter('Ann');
  expectText(ann.greet(), 'Hello, Ann');

  console.log('\nThe source is edited and rebuilt.');
  const reloaded = addon.reloaded();
  rebuild('Good morning');
  await reloaded;
  expectText(new Greeter('Ann').greet(), 'Good morning, Ann');
  expectText(ann.greet(), 'Hello, Ann'); // An object stays with the version that made it.
}

main()
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  })
  .finally(() => {
    rmSync(directory, { recursive: true, force: true });
  });
