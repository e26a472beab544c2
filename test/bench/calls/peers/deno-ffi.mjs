// Peer: Deno's FFI. A text or a struct goes in as a buffer; a pointer is an opaque object.

const { Deno, TextEncoder } = globalThis;

const VEC3 = { struct: ['f64', 'f64', 'f64'] };

const SIGNATURES = {
  noop: { parameters: [], result: 'void' },
  add_i32: { parameters: ['i32', 'i32'], result: 'i32' },
  add_f64: { parameters: ['f64', 'f64'], result: 'f64' },
  add_i64: { parameters: ['i64', 'i64'], result: 'i64' },
  text_length: { parameters: ['buffer'], result: 'i32' },
  text_to_int: { parameters: ['buffer'], result: 'i32' },
  greet: { parameters: [], result: 'pointer' },
  dot3: { parameters: [VEC3, VEC3], result: 'f64' },
  sum_buf: { parameters: ['buffer', 'i32'], result: 'i32' },
  mix8: { parameters: ['i32', 'f64', 'i32', 'f64', 'f32', 'i32', 'f64', 'i32'], result: 'f64' },
  same_pointer: { parameters: ['pointer'], result: 'pointer' },
  sum_visits: { parameters: ['function', 'i32'], result: 'i32' },
  sort_ints: { parameters: ['buffer', 'i32', 'function'], result: 'void' },
};

export function open({ paths }) {
  return {
    bind: (testCase) => {
      const { symbol, inFlight } = testCase;
      const signature = { ...SIGNATURES[symbol], nonblocking: inFlight !== undefined };
      const f = Deno.dlopen(paths.library, { [symbol]: signature }).symbols[symbol];
      return { f, ...exceptions(testCase, f) };
    },
  };
}

function exceptions({ symbol, inputs }, f) {
  const { UnsafePointer, UnsafePointerView } = Deno;
  switch (symbol) {
    case 'text_length':
    case 'text_to_int': {
      const encoder = new TextEncoder();
      return { f: (text) => f(encoder.encode(`${text}\0`)) };
    }
    case 'greet':
      return { f: () => UnsafePointerView.getCString(f()) };
    case 'dot3':
      return {
        inputs: () => ({ left: Float64Array.of(1, 2, 3), right: Float64Array.of(4, 5, 6) }),
      };
    case 'same_pointer': {
      const address = UnsafePointer.create(inputs().address);
      return { inputs: () => ({ address }), read: UnsafePointer.value };
    }
    case 'sum_visits':
      return { wrap: (visit) => callback(['i32'], visit) };
    case 'sort_ints': {
      const value = UnsafePointer.value;
      const wrap = (compare) =>
        callback(['pointer', 'pointer'], (left, right) => compare(value(left), value(right)));
      return { wrap };
    }
    default:
      return {};
  }
}

function callback(parameters, run) {
  return new Deno.UnsafeCallback({ parameters, result: 'i32' }, run).pointer;
}
