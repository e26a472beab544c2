// Compares what goes into calls with what comes out, whatever the signature: the part of oracle.h
// that is no template.

#ifndef DYNAMIC_RELOAD_TEST_NATIVE_FFI_ORACLE_CHECK_H_
#define DYNAMIC_RELOAD_TEST_NATIVE_FFI_ORACLE_CHECK_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "ffi/call_plan.h"
#include "ffi/closure.h"
#include "test/native/check.h"
#include "test/native/ffi/typed_call.h"

namespace dynamic_reload::test {

// The memory of one value.
using Bytes = std::vector<unsigned char>;

using DescribeType = ValueType (*)();

// A signature, and what the compiler made of it.
struct Case {
  const DescribeType* types;  // Of the arguments, and then of the result.
  size_t count;               // Of the arguments.
  void* receive;  // Hands each argument to Receive() and returns what ResultToReturn() says.
  void (*call)(void* function, const unsigned char* const* values, void* result);
};

inline Signature SignatureOf(const Case& test) {
  Signature signature;
  for (size_t i = 0; i < test.count; ++i) signature.arguments.push_back(test.types[i]());
  signature.result = test.types[test.count]();
  return signature;
}

// ---- What a function gets and gives ------------------------------------------------------------

struct Exchange {
  std::vector<Bytes> received;
  Bytes to_return;
};

inline Exchange& CurrentExchange() {
  static Exchange exchange;
  return exchange;
}

inline void Receive(const void* value, size_t size) {
  const auto* bytes = static_cast<const unsigned char*>(value);
  CurrentExchange().received.emplace_back(bytes, bytes + size);
}

inline const void* ResultToReturn() { return CurrentExchange().to_return.data(); }

// ---- Values ------------------------------------------------------------------------------------

using RandomBits = std::mt19937_64;

// Round 0 has all bits clear, round 1 all set.
inline Bytes MakeValue(const ValueType& type, int round, RandomBits& random) {
  Bytes value(std::max<size_t>(type.size, sizeof(uint64_t)));
  for (unsigned char& byte : value) {
    byte = round == 0 ? 0 : static_cast<unsigned char>(round == 1 ? 0xff : random());
  }
  for (const Leaf& leaf : type.leaves) {
    if (leaf.type == Type::kBool) value[leaf.offset] &= 1;
  }
  return value;
}

// Padding means nothing and may get lost.
inline Bytes BytesOfLeaves(const ValueType& type, const Bytes& value) {
  Bytes bytes;
  for (const Leaf& leaf : type.leaves) {
    const auto start = value.begin() + leaf.offset;
    bytes.insert(bytes.end(), start, start + static_cast<ptrdiff_t>(SizeOf(leaf.type)));
  }
  return bytes;
}

// ---- Into and out of registers -----------------------------------------------------------------

inline uint64_t ExtendedWord(Type type, const Bytes& value) {
  uint64_t word = 0;
  std::memcpy(&word, value.data(), SizeOf(type));
  if (!IsSigned(type) || IsFloatingPoint(type) || SizeOf(type) == sizeof word) return word;
  const uint64_t sign = uint64_t{1} << (8 * SizeOf(type) - 1);
  return (word ^ sign) - sign;
}

// `copies` are of what goes by reference.
inline void WriteArgument(const ArgumentPlan& plan, const ValueType& type, const Bytes& value,
                          RegisterFile& registers, std::deque<Bytes>& copies) {
  auto* words = reinterpret_cast<unsigned char*>(registers.words);
  if (plan.by_reference) {
    const void* address = copies.emplace_back(value).data();
    std::memcpy(words + plan.moves[0].to, &address, sizeof address);
  } else if (!type.is_aggregate) {
    const uint64_t word = ExtendedWord(type.leaves[0].type, value);
    std::memcpy(words + plan.moves[0].to, &word, sizeof word);
  } else {
    for (const Move& move : plan.moves) {
      std::memcpy(words + move.to, value.data() + move.from, move.size);
    }
  }
}

inline Bytes ReadArgument(const ArgumentPlan& plan, size_t size, const RegisterFile& registers) {
  const auto* words = reinterpret_cast<const unsigned char*>(registers.words);
  Bytes value(size);
  if (plan.by_reference) {
    const void* address = nullptr;
    std::memcpy(&address, words + plan.moves[0].to, sizeof address);
    std::memcpy(value.data(), address, size);
    return value;
  }
  for (const Move& move : plan.moves) {
    std::memcpy(value.data() + move.from, words + move.to, move.size);
  }
  return value;
}

// ---- The comparison ----------------------------------------------------------------------------

inline std::string Describe(const ValueType& type) {
  if (type.leaves.empty()) return " void";
  if (!type.is_aggregate) return ' ' + std::string(TypeName(type.leaves[0].type));
  std::string text = " {";
  for (const Leaf& leaf : type.leaves) {
    text += ' ' + std::string(TypeName(leaf.type)) + '@' + std::to_string(leaf.offset);
  }
  return text + " }";
}

inline std::string Describe(const Signature& signature) {
  std::string text = Describe(signature.result) + " (";
  for (const ValueType& type : signature.arguments) text += Describe(type);
  return text + " )";
}

// One call of a signature in different ways, with the same values.
class Comparison {
 public:
  Comparison(const Case& test, const Signature& signature, int round)
      : test_(test), signature_(signature) {
    RandomBits random(static_cast<uint64_t>(round));
    for (const ValueType& type : signature.arguments) {
      values_.push_back(MakeValue(type, round, random));
    }
    CurrentExchange().to_return = MakeValue(signature.result, round, random);
  }

  void CheckCall(const char* how, const CallPlan& plan, void* function) {
    RegisterFile registers = PatternedRegisters();
    std::deque<Bytes> copies;
    for (size_t i = 0; i < values_.size(); ++i) {
      WriteArgument(plan.arguments[i], signature_.arguments[i], values_[i], registers, copies);
    }
    const size_t size = plan.result.is_aggregate ? plan.result.size : sizeof(uint64_t);
    Bytes result(size + kGuard, kPattern);
    Call(plan, function, registers, result.data());
    CHECK_EQ(Bytes(result.begin() + static_cast<ptrdiff_t>(size), result.end()),
             Bytes(kGuard, kPattern));
    CheckOutcome(how, result);
  }

  void CheckCompiledCall(const char* how, void* function) {
    Bytes result(signature_.result.size + kGuard, kPattern);
    std::vector<const unsigned char*> addresses;
    for (const Bytes& value : values_) addresses.push_back(value.data());
    test_.call(function, addresses.data(), result.data());
    CheckOutcome(how, result);
  }

 private:
  static constexpr size_t kGuard = 16;
  static constexpr unsigned char kPattern = 0xee;

  void CheckOutcome(const char* how, const Bytes& result) {
    const std::string text = how + Describe(signature_);
    const std::vector<Bytes> received = std::exchange(CurrentExchange().received, {});
    CHECK_EQ(std::make_pair(text, received.size()), std::make_pair(text, values_.size()));
    for (size_t i = 0; i < values_.size(); ++i) {
      CheckSame(text + " argument " + std::to_string(i), signature_.arguments[i], received[i],
                values_[i]);
    }
    CheckSame(text + " result", signature_.result, result, CurrentExchange().to_return);
  }

  static void CheckSame(const std::string& text, const ValueType& type, const Bytes& left,
                        const Bytes& right) {
    if (BytesOfLeaves(type, left) == BytesOfLeaves(type, right)) return;
    CHECK_EQ(std::make_pair(text, BytesOfLeaves(type, left)),
             std::make_pair(text, BytesOfLeaves(type, right)));
  }

  const Case& test_;
  const Signature& signature_;
  std::vector<Bytes> values_;
};

struct ClosureContext {
  const Signature& signature;
  const CallPlan& plan;
};

// A ClosureFunction that receives and returns as the compiled function does.
inline void ReceiveInClosure(void* context, const RegisterFile& registers, void* result) {
  const auto& [signature, plan] = *static_cast<const ClosureContext*>(context);
  for (size_t i = 0; i < plan.arguments.size(); ++i) {
    const Bytes value = ReadArgument(plan.arguments[i], signature.arguments[i].size, registers);
    Receive(value.data(), value.size());
  }
  std::memcpy(result, ResultToReturn(), plan.result.size);
}

// All ways of calling, with all bits clear, all set, and a few times with anything.
inline void Check(const Case& test) {
  const Signature signature = SignatureOf(test);
  const auto made = MakeCallPlan(signature);
  CHECK_OK(made);
  const CallPlan& plan = made.value();
  ClosureContext context{signature, plan};
  const auto closure = Closure::Create(signature, ReceiveInClosure, &context);
  CHECK_OK(closure);
  void* address = closure.value()->address();
  for (int round = 0; round < 5; ++round) {
    Comparison comparison(test, signature, round);
    comparison.CheckCall("Call:", plan, test.receive);
    comparison.CheckCompiledCall("closure:", address);
    comparison.CheckCall("Call of closure:", plan, address);
  }
}

}  // namespace dynamic_reload::test

#endif  // DYNAMIC_RELOAD_TEST_NATIVE_FFI_ORACLE_CHECK_H_
