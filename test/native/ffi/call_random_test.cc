// Random signatures: what a function receives through Call() is what it receives from the compiler.
//
// The signatures are drawn while this file is compiled, so every build tests the same ones.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "test/native/check.h"
#include "test/native/ffi/typed_call.h"

namespace dynamic_reload::test {
namespace {

using Words = std::vector<uint64_t>;

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

// ---- What is instantiated for each signature, and therefore kept small -------------------------

// The value of a type that the low bits of `bits` say, and back. Not inlined: under the sanitizers
// this file would take minutes to compile.
template <typename T>
[[gnu::noinline]] T ToValue(uint64_t bits) {
  if constexpr (std::is_same_v<T, bool>) return bits % 2 == 1;
  return FromBits<T>(bits);
}
template <typename T>
[[gnu::noinline]] uint64_t ToBits(T value) {
  uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof value);
  return bits;
}

Words& Received() {
  static Words words;
  return words;
}

// Returns what depends on each of the words and on their order.
uint64_t Keep(const uint64_t* words, size_t count) {
  Received().assign(words, words + count);
  uint64_t mixed = count;
  for (const uint64_t word : Received()) mixed = Random(mixed, word);
  return mixed;
}

template <typename Result, typename... Arguments>
Result Receive(Arguments... arguments) {
  const uint64_t words[sizeof...(Arguments) + 1] = {ToBits<Arguments>(arguments)...};
  const uint64_t mixed = Keep(words, sizeof...(Arguments));
  if constexpr (!std::is_void_v<Result>) return ToValue<Result>(mixed);
}

// Returns the bits of the result.
template <typename Result, typename... Arguments, size_t... kIndex>
uint64_t CallDirectly([[maybe_unused]] const uint64_t* values, std::index_sequence<kIndex...>) {
  // Volatile, so that the compiler cannot know what it calls and has to follow the convention.
  Result (*volatile function)(Arguments...) = &Receive<Result, Arguments...>;
  if constexpr (std::is_void_v<Result>) {
    function(ToValue<Arguments>(values[kIndex])...);
    return 0;
  } else {
    return ToBits<Result>(function(ToValue<Arguments>(values[kIndex])...));
  }
}

struct Case {
  const Type* types;  // Of the arguments, and then of the result.
  size_t count;       // Of the arguments.
  void* function;
  uint64_t (*call_directly)(const uint64_t* values);
};

void Check(const Case& test);

template <typename Result, typename... Arguments>
void CheckSignature() {
  static constexpr Type kTypes[] = {TypeOf<Arguments>()..., TypeOf<Result>()};
  Check({kTypes, sizeof...(Arguments), reinterpret_cast<void*>(&Receive<Result, Arguments...>),
         [](const uint64_t* values) {
           return CallDirectly<Result, Arguments...>(values,
                                                     std::index_sequence_for<Arguments...>());
         }});
}

// ---- The comparison ----------------------------------------------------------------------------

std::string Describe(const Signature& signature) {
  std::string text(TypeName(signature.result));
  text += '(';
  for (const Type type : signature.arguments) text += ' ' + std::string(TypeName(type));
  return text + " )";
}

uint64_t OnlyBitsOf(Type type, uint64_t bits) {
  const size_t size = SizeOf(type);
  return size == 8 ? bits : bits & ((uint64_t{1} << (8 * size)) - 1);
}

// The word of the value that ToValue() makes of `bits`.
uint64_t WordOf(Type type, uint64_t bits) {
  if (type == Type::kBool) return bits % 2;
  const uint64_t word = OnlyBitsOf(type, bits);
  if (!IsSigned(type) || IsFloatingPoint(type)) return word;
  const uint64_t sign = uint64_t{1} << (8 * SizeOf(type) - 1);
  return (word ^ sign) - sign;
}

void CheckValues(const Case& test, const Signature& signature, const Words& values) {
  const uint64_t direct_result = test.call_directly(values.data());
  const Words directly = std::exchange(Received(), {});
  Words words;
  for (size_t i = 0; i < values.size(); ++i) {
    words.push_back(WordOf(signature.arguments[i], values[i]));
  }
  const uint64_t bits = CallWithWords(signature, test.function, words.data());
  const Words indirectly = std::exchange(Received(), {});
  const std::string text = Describe(signature);
  CHECK_EQ(std::make_pair(text, indirectly), std::make_pair(text, directly));
  CHECK_EQ(std::make_pair(text, OnlyBitsOf(signature.result, bits)),
           std::make_pair(text, direct_result));
}

// All bits clear, all set, and a few times anything.
void Check(const Case& test) {
  const Signature signature{{test.types, test.types + test.count}, test.types[test.count]};
  CheckValues(test, signature, Words(test.count, 0));
  CheckValues(test, signature, Words(test.count, UINT64_MAX));
  std::mt19937_64 random(test.count);
  for (int round = 0; round < 5; ++round) {
    Words values(test.count);
    for (uint64_t& value : values) value = random();
    CheckValues(test, signature, values);
  }
}

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
  (CheckRandomSignatures<kCount>(std::make_integer_sequence<uint64_t, kSeeds>()), ...);
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
