// The functions whose addresses closures are.

#ifndef DYNAMIC_RELOAD_FFI_THUNK_H_
#define DYNAMIC_RELOAD_FFI_THUNK_H_

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#include "ffi/closure_slot.h"
#include "ffi/register_file.h"
#include "ffi/result_kind.h"
#include "ffi/thunk_pool.h"
#include "ffi/trampoline.h"

namespace dynamic_reload {

// A trampoline the other way round: a function that takes every register as an integer or a double
// finds there the arguments of any function, and those on the stack behind them, where a variadic
// function reads them one by one and no further than the caller of the closure wrote.

// The stack words of one thunk's call.
struct IncomingStack {
  va_list words;

  ~IncomingStack() { va_end(words); }
};

// The words of a RegisterFile, without the time that it takes to set them all to zero.
class RegisterImage {
 public:
  RegisterImage() {}  // NOLINT(cppcoreguidelines-pro-type-member-init): for the reason above.

  RegisterFile& registers() { return *reinterpret_cast<RegisterFile*>(bytes_); }

 private:
  alignas(RegisterFile) unsigned char bytes_[sizeof(RegisterFile)];
};

// Runs the closure for a thunk, with what came in its registers and on the stack.
template <typename Returned>
Returned Return(const ClosureCall& call, const ClosureSlot& slot, const RegisterFile& registers) {
  if constexpr (std::is_same_v<Returned, InMemory>) {
    return InMemory([&](void* result) {
      std::memset(result, 0, call.shape.result_size);
      RunClosure(call, slot, registers, result);
    });
  } else {
    Returned result{};
    RunClosure(call, slot, registers, &result);
    return result;
  }
}

inline void TakeStack(IncomingStack& stack, const ClosureCall& call, RegisterFile& registers) {
  for (size_t i = 0; i < call.shape.stack_words; ++i) {
    registers.words[RegisterFile::kFirstStack + i] = va_arg(stack.words, uint64_t);
  }
}

// What a thunk of one kind passes on. `kFirstGeneral` is where the general registers begin that a
// result of this type leaves to arguments, and `General` counts them.
template <typename Returned, size_t kFirstGeneral, typename General>
struct Entry;

template <typename Returned, size_t kFirstGeneral, size_t... General>
struct Entry<Returned, kFirstGeneral, std::index_sequence<General...>> {
  // For any arguments.
  template <typename Thunks, size_t kIndex>
  static Returned Thunk(Repeat<uint64_t, General>... general, double v0, double v1, double v2,
                        double v3, double v4, double v5, double v6, double v7, ...) {
    IncomingStack stack{};
    va_start(stack.words, v7);
    return Enter(general..., v0, v1, v2, v3, v4, v5, v6, v7, Thunks::slots[kIndex], stack);
  }

  // For arguments in general registers alone.
  template <typename Thunks, size_t kIndex>
  static Returned ShortThunk(Repeat<uint64_t, General>... general) {
    return EnterShort(general..., Thunks::slots[kIndex]);
  }

 private:
  // What all thunks have in common, once: each hands over its registers as they are.
  [[gnu::noinline]] static Returned Enter(Repeat<uint64_t, General>... general, double v0,
                                          double v1, double v2, double v3, double v4, double v5,
                                          double v6, double v7, const ClosureSlot& slot,
                                          IncomingStack& stack) {
    const ClosureCall call = slot.Read();
    RegisterImage image;
    uint64_t* words = image.registers().words;
    ((words[kFirstGeneral + General] = general), ...);
    const double vectors[] = {v0, v1, v2, v3, v4, v5, v6, v7};
    std::memcpy(&words[RegisterFile::kFirstVector], vectors, sizeof vectors);
    TakeStack(stack, call, image.registers());
    return Return<Returned>(call, slot, image.registers());
  }

  [[gnu::noinline]] static Returned EnterShort(Repeat<uint64_t, General>... general,
                                               const ClosureSlot& slot) {
    RegisterImage image;
    ((image.registers().words[kFirstGeneral + General] = general), ...);
    return Return<Returned>(slot.Read(), slot, image.registers());
  }
};

// As many thunks as `kCount`, each with its slot.
template <typename Entry, bool kIsShort, size_t kCount>
struct Thunks {
  inline static ClosureSlot slots[kCount];

  static ThunkPool& Pool() { return PoolOf(std::make_index_sequence<kCount>()); }

 private:
  template <size_t kIndex>
  static void* Address() {
    if constexpr (kIsShort) {
      return reinterpret_cast<void*>(&Entry::template ShortThunk<Thunks, kIndex>);
    } else {
      return reinterpret_cast<void*>(&Entry::template Thunk<Thunks, kIndex>);
    }
  }

  template <size_t... kIndex>
  static ThunkPool& PoolOf(std::index_sequence<kIndex...>) {
    static void* addresses[] = {Address<kIndex>()...};
    static ThunkPool* const kPool = new ThunkPool(addresses, slots, kCount);
    return *kPool;
  }
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_FFI_THUNK_H_
