// Moves words from a RegisterFile into registers, calls and stores the result.

#ifndef DYNAMIC_RELOAD_FFI_TRAMPOLINE_H_
#define DYNAMIC_RELOAD_FFI_TRAMPOLINE_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <type_traits>
#include <utility>

#include "ffi/call_plan.h"
#include "ffi/register_allocator.h"
#include "ffi/register_file.h"
#include "ffi/result_kind.h"

namespace dynamic_reload {

// The compiler is the assembler: a function type puts every word where any function expects its
// arguments. What a function does not expect it does not look at: registers hold what they hold,
// and stack words that nobody reads are harmless.
template <typename Word, size_t>
using Repeat = Word;

// General and vector registers are filled independently of each other: the type takes all of them,
// as integers and doubles.
//
// It is variadic, because a variadic function of System V asks its caller for one thing more: how
// many vector registers are in use, in a register (al) that no other function looks at.
struct SeparateRegisters {
  static constexpr bool kIsPositional = false;

  template <typename Returned, size_t kFirstGeneral, size_t... General, size_t... Vector,
            size_t... Stack>
  static Returned Call(void* target, const RegisterFile& registers, std::index_sequence<General...>,
                       std::index_sequence<Vector...>, std::index_sequence<Stack...>) {
    using Function = Returned (*)(Repeat<uint64_t, General>..., Repeat<double, Vector>...,
                                  Repeat<uint64_t, Stack>..., ...);
    return reinterpret_cast<Function>(target)(registers.General(kFirstGeneral + General)...,
                                              registers.Vector(Vector)...,
                                              registers.Stack(Stack)...);
  }
};

// An argument is in a general register or in the vector register of the same number. A variadic
// function of Win64 does not know in which of them, so that its caller fills both, with the same
// bits: all but those of the first argument, which it names.
struct PositionalRegisters {
  static constexpr bool kIsPositional = true;

  // In the place of how many vector registers are loaded.
  static constexpr size_t kFirstInGeneral = 1;
  static constexpr size_t kFirstInVector = 2;

  template <typename Returned, size_t kFirstGeneral, size_t... General, size_t... Vector,
            size_t... Stack>
  static Returned Call(void* target, const RegisterFile& registers, std::index_sequence<General...>,
                       std::index_sequence<Vector...>, std::index_sequence<Stack...>) {
    if constexpr (sizeof...(Vector) == 0) {
      using Function = Returned (*)(Repeat<uint64_t, General>..., Repeat<uint64_t, Stack>...);
      return reinterpret_cast<Function>(target)(registers.General(kFirstGeneral + General)...,
                                                registers.Stack(Stack)...);
    } else {
      return CallBoth<Returned, sizeof...(Vector), kFirstGeneral>(
          target, registers, std::make_index_sequence<sizeof...(General) - 1>(),
          std::index_sequence<Stack...>());
    }
  }

 private:
  template <typename Returned, size_t kWhere, size_t kFirst, size_t... Later, size_t... Stack>
  static Returned CallBoth(void* target, const RegisterFile& registers,
                           std::index_sequence<Later...>, std::index_sequence<Stack...>) {
    if constexpr (kWhere == kFirstInVector) {
      return reinterpret_cast<Returned (*)(double, ...)>(target)(
          registers.Double(kFirst), registers.Double(kFirst + 1 + Later)...,
          registers.Stack(Stack)...);
    } else {
      return reinterpret_cast<Returned (*)(uint64_t, ...)>(target)(
          registers.General(kFirst), registers.Double(kFirst + 1 + Later)...,
          registers.Stack(Stack)...);
    }
  }
};

// How many words of each kind a call loads.
template <typename Registers, size_t kGeneralCount, size_t kVectorCount, size_t kStackCount>
struct Shape {
  template <typename Returned, size_t kFirstGeneral>
  static void Run(void* target, const RegisterFile& registers, void* result) {
    const auto call = [&]() -> Returned {
      return Registers::template Call<Returned, kFirstGeneral>(
          target, registers, std::make_index_sequence<kGeneralCount>(),
          std::make_index_sequence<kVectorCount>(), std::make_index_sequence<kStackCount>());
    };
    if constexpr (std::is_void_v<Returned>) {
      call();
    } else if constexpr (std::is_same_v<Returned, InMemory>) {
      new (result) InMemory(call());
    } else {
      const Returned value = call();
      std::memcpy(result, &value, sizeof value);
    }
  }
};

// Chooses the Invoke for one type of result. `kFirstGeneral` of the general registers are filled by
// the compiler: with the address of an InMemory, where that is how it is passed.
template <typename Registers, typename Returned, size_t kGeneralRegisters, size_t kFirstGeneral = 0>
struct Trampoline {
  static constexpr size_t kGeneral = kGeneralRegisters - kFirstGeneral;

  template <size_t kGeneralCount, size_t kVectorCount, size_t kStackCount>
  static constexpr Invoke kOfShape = Shape<Registers, kGeneralCount, kVectorCount,
                                           kStackCount>::template Run<Returned, kFirstGeneral>;

  static Invoke For(const RegisterAllocator& used) {
    if constexpr (Registers::kIsPositional) {
      const bool is_vector_first = ((used.floating() >> kFirstGeneral) & 1) != 0;
      return is_vector_first ? ForStack<Registers::kFirstInVector>(used)
                             : ForStack<Registers::kFirstInGeneral>(used);
    } else {
      return ForStack<RegisterFile::kVector>(used);
    }
  }

  // One function for each of a few numbers of stack words; the smallest that is large enough.
  template <size_t kVectorCount>
  static Invoke ForStack(const RegisterAllocator& used) {
    if (used.stack_words() == 0) return kOfShape<kGeneral, kVectorCount, 0>;
    if (used.stack_words() <= 8) return kOfShape<kGeneral, kVectorCount, 8>;
    if (used.stack_words() <= 32) return kOfShape<kGeneral, kVectorCount, 32>;
    return kOfShape<kGeneral, kVectorCount, RegisterFile::kStack>;
  }

  // Also functions that load less, for what is called most: loading takes longer than the call.
  static Invoke ForFew(const RegisterAllocator& used) {
    if (used.vector_used() > 0 || used.floating() != 0 || used.stack_words() > 0) return For(used);
    switch (used.general_used()) {
      case 0:
        return kOfShape<0, 0, 0>;
      case 1:
        return kOfShape<1, 0, 0>;
      case 2:
        return kOfShape<2, 0, 0>;
      case 3:
        return kOfShape<3, 0, 0>;
      default:
        return kOfShape<kGeneral, 0, 0>;
    }
  }
};

// The Invoke for a result of any kind. An ABI asks for some of them only. `kForResult` of the
// general registers are taken by the address of a result in memory.
template <typename Registers, size_t kGeneralRegisters, size_t kForResult>
Invoke InvokeFor(ResultKind kind, const RegisterAllocator& used) {
  switch (kind) {
    case ResultKind::kVoid:
      return Trampoline<Registers, void, kGeneralRegisters>::ForFew(used);
    case ResultKind::kWord:
      return Trampoline<Registers, uint64_t, kGeneralRegisters>::ForFew(used);
    case ResultKind::kDouble:
      return Trampoline<Registers, double, kGeneralRegisters>::For(used);
    case ResultKind::kTwoWords:
      return Trampoline<Registers, TwoWords, kGeneralRegisters>::For(used);
    case ResultKind::kTwoDoubles:
      return Trampoline<Registers, TwoDoubles, kGeneralRegisters>::For(used);
    case ResultKind::kWordAndDouble:
      return Trampoline<Registers, WordAndDouble, kGeneralRegisters>::For(used);
    case ResultKind::kDoubleAndWord:
      return Trampoline<Registers, DoubleAndWord, kGeneralRegisters>::For(used);
    case ResultKind::kFourFloats:
      return Trampoline<Registers, FourFloats, kGeneralRegisters>::For(used);
    case ResultKind::kFourDoubles:
      return Trampoline<Registers, FourDoubles, kGeneralRegisters>::For(used);
    case ResultKind::kInMemory:
      return Trampoline<Registers, InMemory, kGeneralRegisters, kForResult>::For(used);
  }
  return nullptr;  // No compiler sees that those are all.
}

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_FFI_TRAMPOLINE_H_
