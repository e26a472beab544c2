// Peer: bun:ffi. A text goes in as a buffer that ends with a zero; a pointer is a Number.

const SIGNATURES = {
  noop: { args: [], returns: 'void' },
  add_i32: { args: ['i32', 'i32'], returns: 'i32' },
  add_f64: { args: ['f64', 'f64'], returns: 'f64' },
  add_i64: { args: ['i64', 'i64'], returns: 'i64' },
  text_length: { args: ['ptr'], returns: 'i32' },
  text_to_int: { args: ['ptr'], returns: 'i32' },
  greet: { args: [], returns: 'cstring' },
  sum_buf: { args: ['ptr', 'i32'], returns: 'i32' },
  mix8: { args: ['i32', 'f64', 'i32', 'f64', 'f32', 'i32', 'f64', 'i32'], returns: 'f64' },
  same_pointer: { args: ['ptr'], returns: 'ptr' },
  sum_visits: { args: ['function', 'i32'], returns: 'i32' },
  sort_ints: { args: ['ptr', 'i32', 'function'], returns: 'void' },
};

const CALLBACKS = {
  sum_visits: { args: ['i32'], returns: 'i32' },
  sort_ints: { args: ['ptr', 'ptr'], returns: 'i32' },
};

export async function open({ paths }) {
  const { dlopen, JSCallback } = await import('bun:ffi');
  return {
    bind: (testCase) => {
      const { symbol, inFlight } = testCase;
      if (inFlight !== undefined) throw new Error('it has no nonblocking calls');
      if (SIGNATURES[symbol] === undefined) throw new Error('it has no structs');
      const f = dlopen(paths.library, { [symbol]: SIGNATURES[symbol] }).symbols[symbol];
      const wrap = (callback) => new JSCallback(callback, CALLBACKS[symbol]);
      return { f, wrap, ...exceptions(testCase, f) };
    },
  };
}

function exceptions({ symbol, inputs }, f) {
  switch (symbol) {
    case 'text_length':
    case 'text_to_int':
      return { f: (text) => f(Buffer.from(`${text}\0`)) };
    case 'same_pointer':
      return { inputs: () => ({ address: Number(inputs().address) }) };
    case 'sort_ints':
      return { inputs: (raw) => withNumericBase(inputs(raw)) };
    default:
      return {};
  }
}

function withNumericBase(values) {
  return { ...values, base: Number(values.base) };
}
