// The thunks of Win64: see abi_win64.cc for the registers.

#include <array>

#include "ffi/thunk.h"

namespace dynamic_reload {

namespace {

// Enough thunks for what programs do, few enough to compile and to ship.
constexpr size_t kCommon = 1024;  // General registers alone, and an integer or nothing as result.
constexpr size_t kRare = 32;      // For each other set of registers.

constexpr size_t kRegisters = 4;
constexpr size_t kSets = size_t{1} << kRegisters;

// The word in the register of this number: which of the two that is says a bit of `kFloating`.
template <size_t kFloating, size_t kNumber>
using Register = std::conditional_t<((kFloating >> kNumber) & 1) != 0, double, uint64_t>;

template <typename Word>
uint64_t BitsOf(Word word) {
  uint64_t bits;
  std::memcpy(&bits, &word, sizeof bits);
  return bits;
}

template <typename Returned, size_t kCount>
Returned PassOn(const std::array<uint64_t, kCount>& words, const ClosureSlot& slot,
                IncomingStack& stack) {
  const ClosureCall call = slot.Read();
  RegisterImage image;
  constexpr size_t kFirst = kRegisters - kCount;  // One may be the address of the result.
  std::memcpy(&image.registers().words[kFirst], words.data(), sizeof words);
  TakeStack(stack, call, image.registers());
  return Return<Returned>(call, slot, image.registers());
}

// What a thunk passes on whose arguments are in the registers that `kFloating` says. C gives no way
// to look at both registers of a number, so that there is a kind of thunk for each set.
template <typename Returned, size_t kFloating>
struct PositionalEntry {
  template <typename Thunks, size_t kIndex>
  static Returned Thunk(Register<kFloating, 0> word0, Register<kFloating, 1> word1,
                        Register<kFloating, 2> word2, Register<kFloating, 3> word3, ...) {
    IncomingStack stack{};
    va_start(stack.words, word3);
    return PassOn<Returned>(std::array{BitsOf(word0), BitsOf(word1), BitsOf(word2), BitsOf(word3)},
                            Thunks::slots[kIndex], stack);
  }
};

// The same where the address of the result takes the place of the first argument.
template <size_t kFloating>
struct PositionalEntry<InMemory, kFloating> {
  template <typename Thunks, size_t kIndex>
  static InMemory Thunk(Register<kFloating, 1> word1, Register<kFloating, 2> word2,
                        Register<kFloating, 3> word3, ...) {
    IncomingStack stack{};
    va_start(stack.words, word3);
    return PassOn<InMemory>(std::array{BitsOf(word1), BitsOf(word2), BitsOf(word3)},
                            Thunks::slots[kIndex], stack);
  }
};

template <typename Returned, size_t... kFloating>
ThunkPool& PoolFor(uint8_t floating_words, std::index_sequence<kFloating...>) {
  using GetPool = ThunkPool& (*)();
  static constexpr GetPool kPools[] = {
      Thunks<PositionalEntry<Returned, kFloating>, false, kRare>::Pool...};
  return kPools[floating_words]();
}

}  // namespace

// What returns nothing may leave anything in the register of a result.
ThunkPool& ThunkPoolFor(ResultKind kind, bool is_short, uint8_t floating_words) {
  constexpr std::make_index_sequence<kSets> kAllSets;
  switch (kind) {
    case ResultKind::kDouble:
      return PoolFor<double>(floating_words, kAllSets);
    case ResultKind::kInMemory:
      return PoolFor<InMemory>(floating_words, kAllSets);
    default:
      if (!is_short) return PoolFor<uint64_t>(floating_words, kAllSets);
      return Thunks<Entry<uint64_t, 0, std::make_index_sequence<kRegisters>>, true,
                    kCommon>::Pool();
  }
}

}  // namespace dynamic_reload
