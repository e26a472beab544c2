// Memory of alloc() that leads to buffers, as zlib is given its input.

import { setImmediate } from 'node:timers/promises';
import { alloc, struct, type Allocation } from '../lib';
import { collectGarbage } from './support/garbage';

const Input = struct({ next: 'pointer', available: 'unsigned' });

/** Gives the memory a buffer that nobody else holds. */
function fill(memory: Allocation<unknown, unknown, { next: Buffer; available: number }>) {
  const buffer = Buffer.alloc(5000);
  memory.value = { next: buffer, available: buffer.length };
  return new WeakRef(buffer);
}

// What a WeakRef gave stays until the end of the current job.
async function collectAll(): Promise<void> {
  for (let i = 0; i < 2; ++i) {
    await setImmediate();
    collectGarbage();
  }
}

describe('a buffer that allocated memory leads to', () => {
  test('stays as long as the memory', async () => {
    const memory = alloc(Input);
    const buffer = fill(memory);
    await collectAll();
    expect(buffer.deref()).toBeDefined();
    expect(memory.value.available).toBe(5000);
  });

  test('stays when another member is written', async () => {
    const memory = alloc(Input);
    const buffer = fill(memory);
    memory.value = { ...memory.value, available: 10 };
    await collectAll();
    expect(buffer.deref()).toBeDefined();
    expect(memory.value.available).toBe(10);
  });

  test('goes with the memory', async () => {
    const memory = alloc(Input);
    const buffer = fill(memory);
    memory[Symbol.dispose]();
    await collectAll();
    expect(buffer.deref()).toBeUndefined();
  });
});
