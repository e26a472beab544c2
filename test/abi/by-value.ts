// The tests of values that are passed and returned as such: wherever registers are still free, and
// after they are used up.

import type { Catalogue } from './catalogue';
import { useFixture, type Exchanged } from './exchange';
import { callee, caller, variadic, type Signature } from './functions';
import type { Kind } from './kind';
import { Random } from './random';
import { F64, I64 } from './scalars';

function times(count: number, kind: Kind): Kind[] {
  return Array.from({ length: count }, () => kind);
}

/** First; when few registers are left; when those of one sort are; and when none is. */
function signatureOf(kind: Kind): Signature {
  const few = [...times(3, I64), ...times(6, F64)];
  const parameters = [kind, ...few, kind, I64, F64, kind, ...times(4, F64), kind, I64, F64];
  return { parameters, result: kind };
}

// What is between them shows whether they left the registers that they should have left.
function variableArguments(kind: Kind): Kind[] {
  return [kind, I64, F64, kind, ...times(4, I64), ...times(7, F64), kind, I64, F64];
}

/** Tests every kind of the catalogue in every place. */
export function describeByValue(catalogue: Catalogue): void {
  const random = new Random(1);
  const samples = (kinds: readonly Kind[]) => kinds.map((kind) => kind.sample(random));
  const known = new Map(
    Object.values(catalogue)
      .flat()
      .map((kind, index) => [kind, `_${index}`]),
  );
  const exchange = useFixture(
    [...known].flatMap(([kind, id]) => [
      callee(`callee${id}`, signatureOf(kind)),
      caller(`caller${id}`, signatureOf(kind)),
      caller(`last${id}`, { parameters: [kind] }),
      variadic(`variadic${id}`, variableArguments(kind)),
    ]),
  );

  /** Three times, since what a function kept from one call may be wrong in the next. */
  function expectArrived(exchangeOnce: () => Exchanged): void {
    for (let round = 0; round < 3; ++round) {
      const { given, arrived } = exchangeOnce();
      expect(arrived).toEqual(given);
    }
  }

  describe.each(Object.entries(catalogue))('%s', (_title, kinds) => {
    const all = kinds.map((kind) => [kind.title, kind, known.get(kind)!] as const);

    test.each(all)('%s arrives as an argument and as a result', (_name, kind, id) => {
      const signature = signatureOf(kind);
      expectArrived(() => {
        const values = samples(signature.parameters);
        return exchange.call(`callee${id}`, signature, values, kind.sample(random));
      });
    });

    test.each(all)('%s arrives in a callback and comes back from it', (_name, kind, id) => {
      const signature = signatureOf(kind);
      expectArrived(() => {
        const values = samples(signature.parameters);
        return exchange.callBack(`caller${id}`, signature, values, kind.sample(random));
      });
    });

    test.each(all)('%s arrives alone in a callback', (_name, kind, id) => {
      const signature = { parameters: [kind] };
      expectArrived(() => exchange.callBack(`last${id}`, signature, samples([kind])));
    });

    test.each(all)('%s arrives as a variable argument', (_name, kind, id) => {
      const list = variableArguments(kind);
      const values = samples(list);
      const pairs = list.map(({ type }, index) => [type, values[index]]);
      exchange.function(`variadic${id}`)(1, ...pairs);
      const words = list.flatMap((one, index) => one.words(values[index]));
      expect(exchange.received).toEqual([1n, ...words]);
    });
  });
}
