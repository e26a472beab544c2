// Prints a value from a C library every 500 ms while the library is rebuilt under it.
//
//   npm run example                     edits, breaks and repairs the library by itself
//   npm run example -- --interactive    leaves that to you

import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import os from 'node:os';
import path from 'node:path';
import { DynamicReload, platformFileName, type ReloadEvent } from 'dynamic-reload';

const PRINT_EVERY_MS = 500;
const GIVE_UP_AFTER_MS = 30_000;

const directory = mkdtempSync(path.join(os.tmpdir(), 'dynamic-reload-example-'));
const source = path.join(directory, 'test_shared.c');
const library = path.join(directory, platformFileName('test_shared'));
const compile = ['-shared', '-fPIC', '-o', library, source];

function rebuild(value: number): void {
  const text = readFileSync(source, 'utf8');
  writeFileSync(source, text.replace(/return \d+/, `return ${value}`));
  execFileSync('cc', compile, { stdio: 'inherit' });
}

function say(text: string): void {
  console.log(text);
}

async function main(): Promise<void> {
  // The compiled example lies in build/; its C source stays where it is written.
  copyFileSync(path.resolve('examples/basic/test_shared.c'), source);
  rebuild(42);

  await using reloader = new DynamicReload({ searchPaths: [directory] });
  const lib = await reloader.addLibrary('test_shared', {
    platformName: true,
    symbols: { shared_fun: { return: 'i32' } },
  });
  const { shared_fun } = lib.symbols; // The same function before and after every reload.

  reloader.on('before', ({ version }) => {
    say(`  before: version ${version} still answers ${shared_fun()}`);
  });
  reloader.on('after', ({ version }) => {
    say(`  after:  version ${version} answers ${shared_fun()}`);
  });
  reloader.on('failed', ({ version, error }) => {
    say(`  failed: ${error.code}, version ${version} still answers ${shared_fun()}`);
  });

  const print = () => {
    say(`shared_fun() = ${shared_fun()}`);
  };
  print();
  const printing = setInterval(print, PRINT_EVERY_MS);
  try {
    if (process.argv.includes('--interactive')) await interact();
    else await demonstrate(reloader, shared_fun);
  } finally {
    clearInterval(printing);
  }
}

async function interact(): Promise<void> {
  say(`\nEdit ${source}, then run\n\n  cc ${compile.join(' ')}\n\nCtrl+C ends.\n`);
  await once(process, 'SIGINT');
}

async function demonstrate(reloader: DynamicReload, shared_fun: () => number): Promise<void> {
  const signal = AbortSignal.timeout(GIVE_UP_AFTER_MS);
  const pause = () => new Promise((resolve) => setTimeout(resolve, 2 * PRINT_EVERY_MS));
  const step = async (
    title: string,
    event: 'after' | 'failed',
    action: () => void,
    value: number,
  ) => {
    await pause();
    say(`\n${title}`);
    const happened = once(reloader, event, { signal });
    action();
    const [{ library: changed }] = (await happened) as [ReloadEvent];
    if (shared_fun() !== value) throw new Error(`${changed.name} answers ${shared_fun()}`);
  };

  await step(
    'The source is edited and rebuilt.',
    'after',
    () => {
      rebuild(43);
    },
    43,
  );
  await step(
    'The library is overwritten with garbage.',
    'failed',
    () => {
      writeFileSync(library, 'this is no library');
    },
    43,
  );
  await step(
    'It is repaired.',
    'after',
    () => {
      rebuild(44);
    },
    44,
  );
  await pause();
  say('\nThree versions, two reloads and one failure in one process: 42, 43, 44.');
}

main()
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  })
  .finally(() => {
    rmSync(directory, { recursive: true, force: true });
  });
