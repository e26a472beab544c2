// Where each argument of a signature goes and how its result comes back, worked out once.

#ifndef DYNAMIC_RELOAD_FFI_CALL_PLAN_H_
#define DYNAMIC_RELOAD_FFI_CALL_PLAN_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

#include "base/result.h"
#include "ffi/register_file.h"
#include "ffi/type.h"

namespace dynamic_reload {

struct Signature {
  std::vector<ValueType> arguments;
  ValueType result;
  // Of a variadic function: how many of the arguments its declaration names. The others have been
  // promoted as C does: no float, and no integer narrower than int.
  std::optional<size_t> variadic_from;
};

// The bytes [from, from + size) of a value, and where in RegisterFile::words they are: `to` counts
// bytes. A scalar is one move, and is written as a whole word, extended by its sign.
struct Move {
  uint32_t from;
  uint32_t size;
  uint32_t to;
};

struct ArgumentPlan {
  std::vector<Move> moves;
  // What goes in is the address of a copy of the value, which the caller of Call() makes. It may be
  // written to, and has to live until the call returns.
  bool by_reference = false;
};

// Moves words into registers, calls, and stores the result:
//   a scalar      as its bits in a whole word, those beyond its size being undefined;
//   an aggregate  as Call() says, or when it comes back in registers, as all of them:
//                 kResultRegisterBytes at most.
using Invoke = void (*)(void* target, const RegisterFile& registers, void* result);

inline constexpr size_t kResultRegisterBytes = 32;  // Four vector registers of AAPCS64.

// Who has this much memory has enough for any result.
inline constexpr size_t kMaxResultBytes = 4096;

struct CallPlan {
  std::vector<ArgumentPlan> arguments;
  ValueType result;
  Invoke invoke = nullptr;
  // C is told where the result goes and writes there while it runs. `invoke` passes the address on;
  // nobody else has to.
  bool result_by_address = false;
  uint16_t stack_words = 0;  // How many of RegisterFile's stack words the call passes.
  // Where both kinds of registers are counted together, a bit for each of the first words that is
  // in a vector register.
  uint8_t floating_words = 0;
  // Each argument is one word in a general register, and so is the result: CallWords() will do.
  bool is_words = false;
};

// Follows the calling convention of this machine. Each is a file, abi_*.cc, and CMake compiles the
// one that applies. Fails with kSymbolDefinition when there are more arguments than RegisterFile
// has room for, one of type void, an aggregate without members, one aligned to more than a word, or
// a result of more than kMaxResultBytes.
Result<CallPlan> MakeCallPlan(const Signature& signature);

// Calls `target` with the words in `registers`. Writes a whole word to `result` for a scalar,
// exactly plan.result.size bytes for an aggregate, nothing for void.
// REQUIRES: `target` is a function of the plan's signature
inline void Call(const CallPlan& plan, void* target, const RegisterFile& registers, void* result) {
  if (!plan.result.is_aggregate || plan.result_by_address) {
    plan.invoke(target, registers, result);
    return;
  }
  uint8_t bytes[kResultRegisterBytes];
  plan.invoke(target, registers, bytes);
  std::memcpy(result, bytes, plan.result.size);
}

// The same without memory between the words and the registers.
// REQUIRES: plan.is_words, and there are as many words as arguments
template <typename... Words>
uint64_t CallWords(void* target, Words... words) {
  using Function = uint64_t (*)(Words..., ...);  // As CallAs() in trampoline.h.
  return reinterpret_cast<Function>(target)(words...);
}

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_FFI_CALL_PLAN_H_
