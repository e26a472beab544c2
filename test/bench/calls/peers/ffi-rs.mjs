// Peer: ffi-rs. Its functions take their arguments in an array.

const LIBRARY = 'functions';

export function open({ paths, require }) {
  const ffi = require('ffi-rs');
  ffi.open({ library: LIBRARY, path: paths.library });
  const signatures = signaturesOf(ffi);
  return {
    version: require('ffi-rs/package.json').version,
    bind: ({ symbol, inFlight }) => {
      const [paramsType, retType] = signatures[symbol] ?? unsupported();
      const runInNewThread = inFlight !== undefined;
      const definition = {
        library: LIBRARY,
        funcName: symbol,
        paramsType,
        retType,
        runInNewThread,
      };
      const { [symbol]: call } = ffi.define({ [symbol]: definition });
      return { f: (...values) => call(values), ...exceptions(ffi, symbol) };
    },
  };
}

function signaturesOf({ DataType }) {
  const { Void, I32, Double, Float, BigInt, String, U8Array, External } = DataType;
  const vec3 = { x: Double, y: Double, z: Double, ffiTypeTag: DataType.StackStruct };
  return {
    noop: [[], Void],
    add_i32: [[I32, I32], I32],
    add_f64: [[Double, Double], Double],
    add_i64: [[BigInt, BigInt], BigInt],
    text_length: [[String], I32],
    text_to_int: [[String], I32],
    greet: [[], String],
    dot3: [[vec3, vec3], Double],
    sum_buf: [[U8Array, I32], I32],
    mix8: [[I32, Double, I32, Double, Float, I32, Double, I32], Double],
    same_pointer: [[External], External],
  };
}

function unsupported() {
  // Its documentation: a JavaScript function is called asynchronously.
  throw new Error('it runs callbacks only after the C function has returned');
}

function exceptions({ DataType, createPointer, restorePointer }, symbol) {
  if (symbol === 'sum_buf') return { inputs: () => ({ bytes: Buffer.of(1, 2, 3, 4, 5, 6, 7, 8) }) };
  if (symbol !== 'same_pointer') return {};
  // Its pointers are opaque: that it is the same one shows in what it points to.
  const types = [DataType.I32];
  const [address] = createPointer({ paramsType: types, paramsValue: [42] });
  return {
    inputs: () => ({ address }),
    read: (pointer) => restorePointer({ retType: types, paramsValue: [pointer] })[0],
    expected: () => 42,
  };
}
