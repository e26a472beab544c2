// The memory through which calls pass: JavaScript writes arguments into it and reads results.

#ifndef DYNAMIC_RELOAD_NAPI_SCRATCH_H_
#define DYNAMIC_RELOAD_NAPI_SCRATCH_H_

#include <cstddef>
#include <cstdint>

#include "ffi/call_plan.h"
#include "ffi/register_file.h"

namespace dynamic_reload {

// Lies in an ArrayBuffer that the engine allocated, so that one which confines its memory
// (Electron's) is content.
//
// One for each environment. A nested call overwrites it, which is harmless: arguments are loaded
// into registers before a call, results are stored after it, and JavaScript runs no user's code
// between its first write and the call, nor between the call and its last read.
struct alignas(16) Scratch {
  static constexpr size_t kResultSize = kMaxResultBytes;

  enum Status : uint32_t {
    kDone = 0,
    kUnbound = 1,   // Nothing was called: the symbol has no address.
    kThrew = 2,     // A callback threw; what it threw waits to be thrown on.
    kBadValue = 3,  // Nothing was called: a text has a NUL inside, or an array is not what it says.
  };
  static constexpr uint32_t kNoJob = UINT32_MAX;

  uint32_t target = 0;       // Index of the CallTarget to call.
  uint32_t status = 0;       // A Status. JavaScript sets it back to kDone.
  int32_t error_number = 0;  // errno: set before a call, taken after it.
  uint32_t text_word = 0;    // The word of `registers` that gets the address of a text argument.
  uint32_t job = 0;          // The number that JavaScript gave a queued call.
  RegisterFile registers;
  alignas(16) uint8_t result[kResultSize] = {};
  RegisterFile callback_registers;
  alignas(16) uint8_t callback_result[kResultSize] = {};
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_NAPI_SCRATCH_H_
