// The names that C has for its types mean what they mean to the compiler.

import { useFixture } from './abi/exchange';
import { callee } from './abi/functions';
import type { ScalarKind } from './abi/kind';
import { C_NAMES } from './abi/scalars';

function nameOf(kind: ScalarKind): string {
  return `identity_${kind.title.replaceAll(' ', '_')}`;
}

const exchange = useFixture(
  C_NAMES.map((kind) => callee(nameOf(kind), { parameters: [kind], result: kind })),
);

describe.each(C_NAMES.map((kind) => [kind.title, kind] as const))('%s', (_title, kind) => {
  test('takes and gives its limits', () => {
    const signature = { parameters: [kind], result: kind };
    for (const value of kind.limits) {
      const { given, arrived } = exchange.call(nameOf(kind), signature, [value], value);
      expect(arrived).toEqual(given);
    }
  });
});
