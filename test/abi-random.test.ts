// Functions of random signatures, each compared with what C received and returned.
//
// ABI_SEED=123 brings back what a failure has shown, ABI_SIGNATURES says how many there are.

import { useFixture } from './abi/exchange';
import { callee } from './abi/functions';
import { Random } from './abi/random';
import { randomStructures, SignatureMaker } from './abi/random-signature';

const SEED = Number(process.env['ABI_SEED'] ?? Date.now() % 2 ** 32);
const COUNT = Number(process.env['ABI_SIGNATURES'] ?? 2000);
const CALLS = 4;

const random = new Random(SEED);
const maker = new SignatureMaker(random, randomStructures(random, 200));
const signatures = Array.from({ length: COUNT }, (_value, index) => ({
  name: `random_${index}`,
  signature: maker.next(),
}));

const exchange = useFixture(
  signatures.map(({ name, signature }) => callee(name, signature)),
  { flags: ['-O1', '-lm'] },
);

beforeAll(() => {
  process.stdout.write(`abi-random: ABI_SEED=${SEED}, ${COUNT} signatures\n`);
});

/** The signatures whose calls went wrong, with what each side said. */
function findMismatches(): object[] {
  return signatures.flatMap(({ name, signature }) => {
    const { parameters, result } = signature;
    const values = parameters.map((kind) => kind.sample(random));
    const exchanged = exchange.call(name, signature, values, result?.sample(random));
    if (exchanged.given.join() === exchanged.arrived.join()) return [];
    const types = parameters.map(({ title }) => title);
    return [{ name, types, result: result?.title ?? 'void', values, ...exchanged }];
  });
}

test(`every value of ${COUNT} signatures arrives (ABI_SEED=${SEED})`, () => {
  for (let call = 0; call < CALLS; ++call) expect(findMismatches()).toEqual([]);
});
