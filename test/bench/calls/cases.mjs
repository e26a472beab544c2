// What is called, and with what.
//
// A case has a `name`, the C function (`symbol`) and the JavaScript that calls it as `f`: `call`, an
// expression in terms of the number of the turn, `i`, and of what `inputs` returns; `setup`, what comes
// before the loop. `expected` is the value of `call`, and `unitsPerCall` how many of the things that
// are timed (`unit`) happen in one. A peer may replace `inputs`, `setup` and `call` by its own.

const TEXTS = 1024;
const VISITS = 1000;
const INTS = 1000;
const ELEMENTS = 4096;

const big = (i) => 2n ** 61n + BigInt(i & 15);

export const CASES = [
  { name: 'noop', symbol: 'noop', call: 'f()', expected: () => undefined },
  { name: 'add_i32', symbol: 'add_i32', call: 'f(i, 7)', expected: (i) => i + 7 },
  { name: 'add_f64', symbol: 'add_f64', call: 'f(i, 0.5)', expected: (i) => i + 0.5 },
  {
    name: 'add_i64',
    symbol: 'add_i64',
    // More than a Number holds, for every peer to answer with a BigInt.
    inputs: () => ({ numbers: Array.from({ length: 16 }, (_, i) => big(i)) }),
    call: 'f(numbers[i & 15], 7n)',
    expected: (i) => big(i) + 7n,
  },
  {
    name: 'strlen, changing',
    symbol: 'text_length',
    inputs: () => ({ texts: Array.from({ length: TEXTS }, (_, i) => text(i)) }),
    call: `f(texts[i & ${TEXTS - 1}])`,
    expected: () => 32,
  },
  {
    name: 'strlen, repeated',
    symbol: 'text_length',
    inputs: () => ({ text: text(0) }),
    call: 'f(text)',
    expected: () => 32,
  },
  { name: 'atoi', symbol: 'text_to_int', call: "f('123456')", expected: () => 123456 },
  { name: 'greet', symbol: 'greet', call: 'f()', expected: () => 'hello from the library' },
  {
    name: 'dot3',
    symbol: 'dot3',
    inputs: () => ({ left: { x: 1, y: 2, z: 3 }, right: { x: 4, y: 5, z: 6 } }),
    call: 'f(left, right)',
    expected: () => 32,
  },
  {
    name: 'sum_buf',
    symbol: 'sum_buf',
    inputs: () => ({ bytes: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) }),
    call: 'f(bytes, 8)',
    expected: () => 36,
  },
  {
    name: 'mix8',
    symbol: 'mix8',
    call: 'f(i, 1.5, 2, 2.5, 3.5, 4, 4.5, 5)',
    expected: (i) => i + 23,
  },
  {
    name: 'pointer',
    symbol: 'same_pointer',
    inputs: () => ({ address: 0x7f12_3456_789an }),
    call: 'f(address)',
    expected: () => 0x7f12_3456_789an,
  },
  {
    name: 'callback',
    symbol: 'sum_visits',
    unit: 'callback',
    unitsPerCall: () => VISITS,
    setup: 'const visit = wrap((x) => x + 1);',
    call: `f(visit, ${VISITS})`,
    expected: () => (VISITS * (VISITS + 1)) / 2,
  },
  {
    name: 'qsort',
    symbol: 'sort_ints',
    unit: 'comparison',
    unitsPerCall: (raw) => raw.count_compares(shuffledInts()),
    inputs: sortInputs,
    setup: `const compare = wrap((left, right) =>
      values[Number(left - base) >> 2] - values[Number(right - base) >> 2]);`,
    call: `(values.set(shuffled), f(values, ${INTS}, compare), values[i % ${INTS}])`,
    expected: (i) => i % INTS,
  },
  {
    name: 'nonblocking',
    symbol: 'add_i32',
    inFlight: 64,
    call: 'f(i, 7)',
    expected: (i) => i + 7,
  },
  {
    name: 'batch',
    symbol: 'add_i32',
    unit: 'element',
    unitsPerCall: () => ELEMENTS,
    inputs: batchInputs,
    setup: `const map = () => {
      for (let k = 0; k < ${ELEMENTS}; ++k) output[k] = f(left[k], right[k]);
    };`,
    call: `(map(), output[i & ${ELEMENTS - 1}])`,
    expected: (i) => 4 * (i & (ELEMENTS - 1)),
  },
  // Without any compiler, as on systems that allow no writable and executable memory.
  {
    name: 'add_i32, no JIT',
    symbol: 'add_i32',
    withoutJit: true,
    call: 'f(i, 7)',
    expected: (i) => i + 7,
  },
];

function text(number) {
  return String(number).padStart(32, 'some text ');
}

/** The numbers from 0, always in the same disorder. */
function shuffledInts() {
  const multiplier = 387; // Coprime to INTS, so every number comes once.
  return Int32Array.from({ length: INTS }, (_, i) => (i * multiplier + 11) % INTS);
}

/** `base` is what a comparator subtracts from an address to know the element. */
function sortInputs(raw) {
  const values = new Int32Array(INTS);
  return { values, shuffled: shuffledInts(), base: raw.address_of(values) };
}

function batchInputs() {
  const multiples = (factor) => Int32Array.from({ length: ELEMENTS }, (_, i) => factor * i);
  return { left: multiples(1), right: multiples(3), output: new Int32Array(ELEMENTS) };
}
