// Structures and unions by value that are aligned to more than a register.

import { DynamicReload, struct } from '../lib';
import { describeByValue } from './abi/by-value';
import { WELL_ALIGNED_CATALOGUE } from './abi/catalogue';
import { codedError } from './support/coded-error';
import { fixture } from './support/fixtures';

describeByValue(WELL_ALIGNED_CATALOGUE);

test('more than the stack is aligned to cannot be passed by value', async () => {
  await using reloader = new DynamicReload();
  const wide = struct({ x: 'i32' }, { align: 32 });
  const definition = { arguments: [wide] };
  expect(() =>
    reloader.addLibrarySync(fixture('libcalls.so'), {
      symbols: { identity_i32: definition },
    }),
  ).toThrow(
    codedError('ERR_SYMBOL_DEFINITION', { message: 'is aligned to at most 16 bytes here' }),
  );
});
