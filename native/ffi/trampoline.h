// Moves words from a RegisterFile into registers and calls.

#ifndef DYNAMIC_RELOAD_FFI_TRAMPOLINE_H_
#define DYNAMIC_RELOAD_FFI_TRAMPOLINE_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include "ffi/call_plan.h"
#include "ffi/register_file.h"

namespace dynamic_reload {

// General and vector registers are filled independently of each other, so a function type that
// takes all of them as integers and doubles, followed by stack words, puts every word where any
// function expects its arguments. What a function does not expect it does not look at: registers
// hold what they hold, and stack words that nobody reads are harmless. The compiler is the
// assembler.
template <typename Word, size_t>
using Repeat = Word;

template <typename Returned, size_t... General, size_t... Vector, size_t... Stack>
Returned CallAs(void* target, const RegisterFile& registers, std::index_sequence<General...>,
                std::index_sequence<Vector...>, std::index_sequence<Stack...>) {
  using Function = Returned (*)(Repeat<uint64_t, General>..., Repeat<double, Vector>...,
                                Repeat<uint64_t, Stack>...);
  return reinterpret_cast<Function>(target)(registers.General(General)...,
                                            registers.Vector(Vector)..., registers.Stack(Stack)...);
}

// One function type for each of a few numbers of stack words; the smallest that is large enough.
template <typename Returned, size_t kGeneralRegisters>
Returned CallReturning(const CallPlan& plan, void* target, const RegisterFile& registers) {
  const auto call = [&](auto stack) {
    return CallAs<Returned>(target, registers, std::make_index_sequence<kGeneralRegisters>(),
                            std::make_index_sequence<RegisterFile::kVector>(), stack);
  };
  if (plan.stack_words == 0) return call(std::make_index_sequence<0>());
  if (plan.stack_words <= 8) return call(std::make_index_sequence<8>());
  if (plan.stack_words <= 32) return call(std::make_index_sequence<32>());
  return call(std::make_index_sequence<RegisterFile::kStack>());
}

template <size_t kGeneralRegisters>
uint64_t CallScalar(const CallPlan& plan, void* target, const RegisterFile& registers) {
  uint64_t bits = 0;
  switch (plan.result) {
    case Type::kVoid:
      CallReturning<void, kGeneralRegisters>(plan, target, registers);
      break;
    case Type::kF32: {
      const auto value = CallReturning<float, kGeneralRegisters>(plan, target, registers);
      std::memcpy(&bits, &value, sizeof value);
      break;
    }
    case Type::kF64: {
      const auto value = CallReturning<double, kGeneralRegisters>(plan, target, registers);
      std::memcpy(&bits, &value, sizeof value);
      break;
    }
    default:
      bits = CallReturning<uint64_t, kGeneralRegisters>(plan, target, registers);
  }
  return bits;
}

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_FFI_TRAMPOLINE_H_
