// A probe ends with the process that wants it, however that ends.

import { readFileSync } from 'node:fs';
import { compile } from '../support/compiler';
import { useScripts } from '../support/script';
import { waitFor } from '../support/wait';

const stage = useScripts();

function buildForever(): void {
  const source = `
    #include <stdio.h>
    #include <unistd.h>
    __attribute__((constructor)) static void construct(void) {
      FILE *file = fopen("${stage.file('pid')}", "w");
      fprintf(file, "%d\\n", getpid());
      fclose(file);
      for (;;) pause();
    }`;
  compile(source, stage.file('forever.so'));
}

/** Resolves when the probe is at it. */
async function probing(): Promise<number> {
  return waitFor(() => {
    try {
      return parseInt(readFileSync(stage.file('pid'), 'utf8'));
    } catch {
      return 0;
    }
  });
}

/** One that is dead and waits for its parent to notice is not. */
function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

test('a process that is killed leaves no probe behind', async () => {
  buildForever();
  const script = stage.start('probe.mjs');
  const pid = await probing();
  await script.kill();
  await waitFor(() => !isAlive(pid));
});

test('a reloader that is closed meanwhile lets the process end at once', async () => {
  buildForever();
  const script = stage.start('probe.mjs', 'close');
  const pid = await probing();
  const { code, errors } = await script.ended;
  expect([code, errors, isAlive(pid)]).toEqual([0, '', false]);
});
