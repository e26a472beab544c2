// A library of somebody else: the system does not tell this process who has it open.

import { spawn } from 'node:child_process';
import { chmodSync, renameSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { compile } from './support/compiler';
import { run, useWriter } from './support/programs';
import { useTemporaryDirectory } from './support/temporary-directory';

const directory = useTemporaryDirectory();
const writer = useWriter();

const NOBODY = 65534;

// Prints a line for everything that happens to a library.
const SCRIPT = `
  const [root, file, shadowDir, user] = process.argv.slice(1);
  const { DynamicReload } = require(root);
  process.setgroups([]);
  process.setgid(Number(user));
  process.setuid(Number(user));
  const reloader = new DynamicReload({ shadowDir });
  const symbols = { shared_fun: { return: 'i32' } };
  reloader.on('failed', ({ error }) => console.log('failed ' + error.code));
  reloader.on('after', ({ library }) => console.log('after ' + library.symbols.shared_fun()));
  reloader.addLibrary(file, { symbols }).then((library) => console.log('added ' + library.symbols.shared_fun()));
  process.stdin.on('end', () => reloader.close()).resume();
`;

// Only the superuser may become another one.
const testAsRoot = process.getuid?.() === 0 ? test : test.skip;

testAsRoot(
  'one slow write over a file that looks whole is one reload of the finished file',
  async () => {
    const [one, two, three] = [1, 2, 3].map((value) =>
      compile({ value }, directory.file(`${value}.so`)),
    );
    const file = compile({ value: 0 }, directory.file('libx.so'));
    chmodSync(directory.path, 0o755);
    chmodSync(directory.directory('shadow'), 0o777);
    const root = path.resolve(__dirname, '..');
    const shadow = path.join(directory.path, 'shadow');
    const program = spawn(process.execPath, ['-e', SCRIPT, root, file, shadow, `${NOBODY}`], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]();
    const nextLine = async () => ((await lines.next()) as { value: string }).value;

    expect(await nextLine()).toBe('added 0');
    await run(writer.path, ['overwrite', one ?? '', file, '200']);
    expect(await nextLine()).toBe('after 1');
    await run(writer.path, ['cp', two ?? '', file, '200']);
    expect(await nextLine()).toBe('after 2');
    renameSync(three ?? '', file);
    expect(await nextLine()).toBe('after 3');
    program.stdin.end();
    expect(await nextLine()).toBeUndefined();
  },
);
