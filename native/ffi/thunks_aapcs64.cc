// The thunks of AAPCS64: see abi_aapcs64.cc for the registers.

#include "ffi/thunk.h"

namespace dynamic_reload {

namespace {

// Enough thunks for what programs do, few enough to compile and to ship.
constexpr size_t kCommon = 1024;  // General registers alone, and an integer or nothing as result.
constexpr size_t kSome = 128;
constexpr size_t kRare = 64;

using Registers = std::make_index_sequence<8>;

template <typename Returned, size_t kCount>
ThunkPool& Pool() {
  return Thunks<Entry<Returned, 0, Registers>, false, kCount>::Pool();
}

}  // namespace

// What returns nothing may leave anything in the register of a result.
ThunkPool& ThunkPoolFor(ResultKind kind, bool is_short, uint8_t /*floating_words*/) {
  switch (kind) {
    case ResultKind::kDouble:
      return Pool<double, kSome>();
    case ResultKind::kTwoWords:
      return Pool<TwoWords, kRare>();
    case ResultKind::kFourFloats:
      return Pool<FourFloats, kRare>();
    case ResultKind::kFourDoubles:
      return Pool<FourDoubles, kRare>();
    case ResultKind::kInMemory:  // Its address comes in x8, which is for nothing else.
      return Pool<InMemory, kRare>();
    default:
      if (!is_short) return Pool<uint64_t, kSome>();
      return Thunks<Entry<uint64_t, 0, Registers>, true, kCommon>::Pool();
  }
}

}  // namespace dynamic_reload
