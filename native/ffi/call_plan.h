// Where each argument of a signature goes, worked out once.

#ifndef DYNAMIC_RELOAD_FFI_CALL_PLAN_H_
#define DYNAMIC_RELOAD_FFI_CALL_PLAN_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/result.h"
#include "ffi/register_file.h"
#include "ffi/type.h"

namespace dynamic_reload {

struct Signature {
  std::vector<Type> arguments;
  Type result = Type::kVoid;
};

// An argument and the word of the RegisterFile that it is written to.
struct ArgumentPlace {
  Type type;
  uint16_t word;
};

struct CallPlan {
  std::vector<ArgumentPlace> arguments;
  Type result = Type::kVoid;
  uint16_t stack_words = 0;  // How many of RegisterFile's stack words the call passes.
};

// Follows the calling convention of this machine. Each ABI is a file, abi_*.cc, and CMake compiles
// the one that applies. Fails with kSymbolDefinition when there are more arguments than
// RegisterFile has room for, or one of type void.
Result<CallPlan> MakeCallPlan(const Signature& signature);

// Calls `target` with the words in `registers`.
// The result is returned as the bits of its type; bits beyond are undefined.
// REQUIRES: `target` is a function of the plan's signature
uint64_t Call(const CallPlan& plan, void* target, const RegisterFile& registers);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_FFI_CALL_PLAN_H_
