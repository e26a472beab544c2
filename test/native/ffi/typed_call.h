// Call() with the types of C++, for tests: from a function's type follow signature, plan and words.

#ifndef DYNAMIC_RELOAD_TEST_NATIVE_FFI_TYPED_CALL_H_
#define DYNAMIC_RELOAD_TEST_NATIVE_FFI_TYPED_CALL_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "ffi/call_plan.h"
#include "ffi/register_file.h"
#include "ffi/type.h"
#include "test/native/check.h"

namespace dynamic_reload::test {

#if defined(_WIN32)
inline constexpr size_t kGeneralRegisters = 4;
#elif defined(__x86_64__)
inline constexpr size_t kGeneralRegisters = 6;
#elif defined(__aarch64__)
inline constexpr size_t kGeneralRegisters = 8;
#endif

template <typename T>
constexpr Type TypeOf() {
  if constexpr (std::is_void_v<T>) return Type::kVoid;
  if constexpr (std::is_same_v<T, bool>) return Type::kBool;
  if constexpr (std::is_same_v<T, char>) return Type::kChar;
  if constexpr (std::is_same_v<T, int8_t>) return Type::kI8;
  if constexpr (std::is_same_v<T, uint8_t>) return Type::kU8;
  if constexpr (std::is_same_v<T, int16_t>) return Type::kI16;
  if constexpr (std::is_same_v<T, uint16_t>) return Type::kU16;
  if constexpr (std::is_same_v<T, int32_t>) return Type::kI32;
  if constexpr (std::is_same_v<T, uint32_t>) return Type::kU32;
  if constexpr (std::is_same_v<T, int64_t>) return Type::kI64;
  if constexpr (std::is_same_v<T, uint64_t>) return Type::kU64;
  if constexpr (std::is_same_v<T, float>) return Type::kF32;
  if constexpr (std::is_same_v<T, double>) return Type::kF64;
  if constexpr (std::is_same_v<T, const char*>) return Type::kString;
  if constexpr (std::is_pointer_v<T> && !std::is_same_v<T, const char*>) return Type::kPointer;
}

// The word that passes a value: an integer fills it by its sign.
template <typename T>
uint64_t ToWord(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    uint64_t word = 0;
    std::memcpy(&word, &value, sizeof value);
    return word;
  } else if constexpr (std::is_pointer_v<T>) {
    return reinterpret_cast<uintptr_t>(value);
  } else {
    return static_cast<uint64_t>(value);
  }
}

// A result from its bits, of which those beyond its size mean nothing.
template <typename T>
T FromBits(uint64_t bits) {
  if constexpr (std::is_same_v<T, bool>) {
    return static_cast<uint8_t>(bits) != 0;
  } else {
    T value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  }
}

// What no argument is written to holds a pattern, so that whoever reads too much shows it.
inline RegisterFile PatternedRegisters() {
  RegisterFile registers;
  std::memset(registers.words, 0xa5, sizeof registers.words);
  return registers;
}

// Returns the bits of the result.
inline uint64_t CallWithWords(const Signature& signature, void* function, const uint64_t* words) {
  const auto made = MakeCallPlan(signature);
  CHECK_OK(made);
  const CallPlan& plan = made.value();
  CHECK_EQ(plan.arguments.size(), signature.arguments.size());
  RegisterFile registers = PatternedRegisters();
  for (const ArgumentPlan& argument : plan.arguments) {
    CHECK_EQ(argument.moves.size(), 1);
    registers.words[argument.moves[0].to / sizeof(uint64_t)] = *words++;
  }
  uint64_t result = 0;
  Call(plan, function, registers, &result);
  return result;
}

// Calls through Call() instead of directly.
template <typename Result, typename... Arguments>
Result CallIndirectly(Result (*function)(Arguments...), Arguments... arguments) {
  const uint64_t words[sizeof...(Arguments) + 1] = {ToWord(arguments)...};
  const Signature signature{
      {ValueType::Scalar(TypeOf<Arguments>())...}, ValueType::Scalar(TypeOf<Result>()), {}};
  const uint64_t bits = CallWithWords(signature, reinterpret_cast<void*>(function), words);
  if constexpr (!std::is_void_v<Result>) return FromBits<Result>(bits);
}

}  // namespace dynamic_reload::test

#endif  // DYNAMIC_RELOAD_TEST_NATIVE_FFI_TYPED_CALL_H_
