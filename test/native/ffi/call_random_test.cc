// Random signatures of scalars and aggregates, checked against the compiler.
//
// The signatures are drawn while this file is compiled, so every build tests the same ones.

#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>

#include "test/native/check.h"
#include "test/native/ffi/oracle.h"

namespace dynamic_reload::test {
namespace {

// Each signature is code to compile, which sanitizers make slow: then it is every fourth one.
#ifdef FEWER_SIGNATURES
constexpr uint64_t kShare = 4;
#else
constexpr uint64_t kShare = 1;
#endif

using Scalars = std::tuple<bool, char, int8_t, uint8_t, int16_t, uint16_t, int32_t, uint32_t,
                           int64_t, uint64_t, float, double, void*, const char*>;

// splitmix64, of a pair of numbers.
constexpr uint64_t Random(uint64_t seed, uint64_t index) {
  uint64_t bits = (seed * 0x10001 + index + 1) * 0x9e3779b97f4a7c15;
  bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
  bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
  return bits ^ (bits >> 31);
}

// Three in eight are floating-point numbers, so that both kinds of registers fill up.
template <uint64_t kSeed, size_t kIndex>
constexpr size_t RandomScalar() {
  constexpr uint64_t bits = Random(kSeed, kIndex);
  if constexpr (bits % 8 < 3) return 10 + bits / 8 % 2;
  return bits / 8 % std::tuple_size_v<Scalars>;
}

template <uint64_t kSeed, size_t kIndex>
using RandomType = std::tuple_element_t<RandomScalar<kSeed, kIndex>(), Scalars>;

using Aggregates = std::tuple<
    Array<int8_t, 3>, Array<int16_t, 8>, Array<int64_t, 3>, Array<float, 1>, Array<float, 3>,
    Array<float, 4>, Array<double, 2>, Array<double, 4>, Pair<int64_t, double>,
    Pair<double, int8_t>, Pair<float, int16_t>, Pair<void*, Array<float, 2>>,
    Triple<int8_t, float, double>, Triple<float, float, int32_t>, PackedPair<int8_t, int32_t>,
    PackedPair<int64_t, int8_t>, Either<double, int32_t>, Either<float, Array<float, 2>>>;

// Every second one is an aggregate.
template <uint64_t kSeed, size_t kIndex>
constexpr auto RandomValueType() {
  constexpr uint64_t bits = Random(kSeed, kIndex);
  if constexpr (bits % 2 == 0) {
    return static_cast<RandomType<kSeed, kIndex>*>(nullptr);
  } else {
    constexpr size_t index = bits / 2 % std::tuple_size_v<Aggregates>;
    return static_cast<std::tuple_element_t<index, Aggregates>*>(nullptr);
  }
}

template <uint64_t kSeed, size_t kIndex>
using RandomAnyType = std::remove_pointer_t<decltype(RandomValueType<kSeed, kIndex>())>;

// The seeds to use of so many.
template <uint64_t kSeeds>
using Share = std::make_integer_sequence<uint64_t, (kSeeds + kShare - 1) / kShare>;

// ---- Which signatures --------------------------------------------------------------------------

template <uint64_t kSeed, size_t... kIndex>
void CheckRandomSignature(std::index_sequence<kIndex...>) {
  CheckSignature<RandomType<kSeed, 1000>, RandomType<kSeed, kIndex>...>();
}

template <size_t kCount, uint64_t... kSeed>
void CheckRandomSignatures(std::integer_sequence<uint64_t, kSeed...>) {
  (CheckRandomSignature<kSeed>(std::make_index_sequence<kCount>()), ...);
}

template <uint64_t kSeeds, size_t... kCount>
void CheckCounts(std::index_sequence<kCount...>) {
  (CheckRandomSignatures<kCount>(Share<kSeeds>()), ...);
}

template <uint64_t kSeed, size_t... kIndex>
void CheckRandomMixture(std::index_sequence<kIndex...>) {
  CheckSignature<RandomAnyType<kSeed, 1000>, RandomAnyType<kSeed, kIndex>...>();
}

template <size_t kCount, uint64_t... kSeed>
void CheckRandomMixtures(std::integer_sequence<uint64_t, kSeed...>) {
  (CheckRandomMixture<kSeed + 100 * kCount>(std::make_index_sequence<kCount>()), ...);
}

template <typename T, size_t>
using Same = T;

template <typename T, size_t... kIndex>
void CheckSame(std::index_sequence<kIndex...>) {
  CheckSignature<T, Same<T, kIndex>...>();
}

template <size_t kCount>
void CheckAlike() {
  const auto indices = std::make_index_sequence<kCount>();
  CheckSame<int8_t>(indices);
  CheckSame<uint64_t>(indices);
  CheckSame<float>(indices);
  CheckSame<double>(indices);
}

// ---- The tests ---------------------------------------------------------------------------------

TEST(ShortSignaturesOfAnyTypes) { CheckCounts<12>(std::make_index_sequence<10>()); }

TEST(SignaturesThatJustFillTheRegisters) {
  CheckCounts<5>(std::index_sequence<12, 14, 15, 16, 18>());
}

TEST(SignaturesThatUseTheStack) { CheckCounts<4>(std::index_sequence<20, 24, 28, 33, 40, 48>()); }

TEST(AsManyArgumentsAsTheStandardGuarantees) { CheckCounts<3>(std::index_sequence<100, 127>()); }

TEST(AggregatesAmongScalars) {
  CheckRandomMixtures<3>(Share<30>());
  CheckRandomMixtures<6>(Share<30>());
  CheckRandomMixtures<12>(Share<15>());
}

TEST(FunctionsWithoutResult) {
  CheckSignature<void>();
  CheckSignature<void, int32_t, double, const char*>();
  CheckSignature<void, float, float, float, float, float, float, float, float, float, int8_t>();
}

// The call is made with room for 0, 8, 32 or 128 words of stack.
TEST(EveryNumberOfStackWordsWhereTheRoomChanges) {
  CheckAlike<kGeneralRegisters>();
  CheckAlike<kGeneralRegisters + 1>();
  CheckAlike<kGeneralRegisters + 8>();
  CheckAlike<kGeneralRegisters + 9>();
  CheckAlike<kGeneralRegisters + 32>();
  CheckAlike<kGeneralRegisters + 33>();
  CheckAlike<kGeneralRegisters + RegisterFile::kStack>();
}

}  // namespace
}  // namespace dynamic_reload::test
