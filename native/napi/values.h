// One JavaScript value as the bits of a C type, and back.

#ifndef DYNAMIC_RELOAD_NAPI_VALUES_H_
#define DYNAMIC_RELOAD_NAPI_VALUES_H_

#include <node_api.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/error.h"
#include "ffi/type.h"

namespace dynamic_reload {

// Memory that a C function may read during one call: copies of strings. Most calls fit the part
// inside the object.
class CallMemory {
 public:
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): clearing takes longer than a call.
  CallMemory() {}
  CallMemory(const CallMemory&) = delete;
  CallMemory& operator=(const CallMemory&) = delete;

  // Valid as long as this object.
  char* Allocate(size_t size);

 private:
  char inside_[256];
  size_t used_ = 0;
  std::vector<std::unique_ptr<char[]>> outside_;
};

// The first byte of a typed array, a Buffer, a DataView or an ArrayBuffer. False for anything else,
// and for one that has no memory any more: C must not take that for NULL.
bool BytesOf(napi_env env, napi_value value, void*& bytes);

// Writes the value as a whole word, extended as the ABI wants it. Says which kind of error it is
// when the value is none of the type; then `word` is untouched. Runs no JavaScript: a value is
// taken as it is, never converted, so nothing can happen between the check and the use.
std::optional<ErrorCode> ToWord(napi_env env, napi_value value, Type type, CallMemory& memory,
                                uint64_t& word);

// `bits` holds a value of the type in its low bytes; the others may be anything.
napi_value FromBits(napi_env env, Type type, uint64_t bits);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_NAPI_VALUES_H_
