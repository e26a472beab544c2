// Where Win64 puts arguments and results: see abi_win64.cc.

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "ffi/call_plan.h"
#include "test/native/check.h"
#include "test/native/ffi/typed_call.h"

namespace dynamic_reload::test {
namespace {

CallPlan Plan(const std::vector<ValueType>& arguments, const ValueType& result = {}) {
  auto plan = MakeCallPlan({arguments, result, {}});
  CHECK_OK(plan);
  return std::move(plan).value();
}

std::vector<size_t> WordsOf(const CallPlan& plan) {
  std::vector<size_t> words;
  for (const ArgumentPlan& argument : plan.arguments) {
    CHECK_EQ(argument.moves.size(), 1);
    words.push_back(argument.moves[0].to / sizeof(uint64_t));
  }
  return words;
}

ValueType Bytes(uint32_t size) {
  ValueType value{size, 1, {}, true};
  for (uint32_t i = 0; i < size; ++i) value.leaves.push_back({Type::kU8, i});
  return value;
}

const ValueType kInt = ValueType::Scalar(Type::kI32);
const ValueType kDouble = ValueType::Scalar(Type::kF64);

TEST(BothKindsOfRegistersAreCountedTogether) {
  const CallPlan plan = Plan({kInt, kDouble, kInt, kDouble, kDouble, kInt});
  CHECK_EQ(WordsOf(plan), (std::vector<size_t>{0, 1, 2, 3, RegisterFile::kFirstStack,
                                               RegisterFile::kFirstStack + 1}));
  CHECK_EQ(plan.floating_words, 0b1010);
  CHECK_EQ(plan.stack_words, 2);
  CHECK(!plan.is_words);
}

TEST(WhatHasTheSizeOfAnIntegerTravelsAsOne) {
  for (uint32_t size = 1; size <= 20; ++size) {
    const bool is_like_integer = size == 1 || size == 2 || size == 4 || size == 8;
    const CallPlan plan = Plan({Bytes(size)}, Bytes(size));
    CHECK_EQ(plan.arguments[0].by_reference, !is_like_integer);
    CHECK_EQ(plan.result_by_address, !is_like_integer);
    CHECK_EQ(WordsOf(plan), std::vector<size_t>{is_like_integer ? size_t{0} : size_t{1}});
  }
}

TEST(IntegersAloneNeedNoMemory) {
  CHECK(Plan({kInt, kInt, kInt, kInt}, kInt).is_words);
  CHECK(!Plan({kInt, kInt, kInt, kInt, kInt}, kInt).is_words);
  CHECK(!Plan({kDouble}, kInt).is_words);
}

}  // namespace
}  // namespace dynamic_reload::test
