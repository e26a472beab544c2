// Peer: koffi. Its callbacks are registered once: that is its fastest way.

import { promisify } from 'node:util';

const PROTOTYPES = {
  noop: 'void noop(void)',
  add_i32: 'int32_t add_i32(int32_t a, int32_t b)',
  add_f64: 'double add_f64(double a, double b)',
  add_i64: 'int64_t add_i64(int64_t a, int64_t b)',
  text_length: 'int32_t text_length(const char *text)',
  text_to_int: 'int32_t text_to_int(const char *text)',
  greet: 'const char *greet(void)',
  dot3: 'double dot3(Vec3 a, Vec3 b)',
  sum_buf: 'int32_t sum_buf(const uint8_t *bytes, int32_t length)',
  mix8: 'double mix8(int32_t a, double b, int32_t c, double d, float e, int32_t f, double g, int32_t h)',
  same_pointer: 'void *same_pointer(void *pointer)',
  sum_visits: 'int32_t sum_visits(Visit *visit, int32_t count)',
  sort_ints: 'void sort_ints(int32_t *values, int32_t count, Compare *compare)',
};

export function open({ paths, require }) {
  const koffi = require('koffi');
  const library = koffi.load(paths.library);
  koffi.struct('Vec3', { x: 'double', y: 'double', z: 'double' });
  const callbacks = {
    sum_visits: koffi.pointer(koffi.proto('int32_t Visit(int32_t number)')),
    sort_ints: koffi.pointer(koffi.proto('int32_t Compare(const void *a, const void *b)')),
  };
  return {
    version: koffi.version,
    bind: ({ symbol, inFlight }) => {
      const f = library.func(PROTOTYPES[symbol]);
      if (inFlight !== undefined) return promisify(f.async);
      return { f, wrap: (callback) => koffi.register(callback, callbacks[symbol]) };
    },
  };
}
