// Peer: node:ffi of Node.js 26.

const SIGNATURES = {
  noop: { arguments: [], return: 'void' },
  add_i32: { arguments: ['int32', 'int32'], return: 'int32' },
  add_f64: { arguments: ['double', 'double'], return: 'double' },
  add_i64: { arguments: ['int64', 'int64'], return: 'int64' },
  text_length: { arguments: ['string'], return: 'int32' },
  text_to_int: { arguments: ['string'], return: 'int32' },
  greet: { arguments: [], return: 'pointer' },
  sum_buf: { arguments: ['buffer', 'int32'], return: 'int32' },
  mix8: {
    arguments: ['int32', 'double', 'int32', 'double', 'float', 'int32', 'double', 'int32'],
    return: 'double',
  },
  same_pointer: { arguments: ['pointer'], return: 'pointer' },
  sum_visits: { arguments: ['function', 'int32'], return: 'int32' },
  sort_ints: { arguments: ['buffer', 'int32', 'function'], return: 'void' },
};

const CALLBACKS = {
  sum_visits: { arguments: ['int32'], return: 'int32' },
  sort_ints: { arguments: ['pointer', 'pointer'], return: 'int32' },
};

export async function open({ paths }) {
  const { DynamicLibrary, toString } = await import('node:ffi');
  const library = new DynamicLibrary(paths.library);
  return {
    bind: ({ symbol, inFlight }) => {
      if (inFlight !== undefined) throw new Error('it has no nonblocking calls');
      if (SIGNATURES[symbol] === undefined) throw new Error('it has no structs');
      const f = library.getFunction(symbol, SIGNATURES[symbol]);
      if (symbol === 'greet') return () => toString(f());
      return { f, wrap: (callback) => library.registerCallback(CALLBACKS[symbol], callback) };
    },
  };
}
