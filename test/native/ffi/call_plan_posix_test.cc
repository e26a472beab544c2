#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "ffi/call_plan.h"
#include "test/native/check.h"
#include "test/native/ffi/typed_call.h"

namespace dynamic_reload::test {
namespace {

constexpr size_t kVectorRegisters = RegisterFile::kVector;

Signature Scalars(const std::vector<Type>& arguments, Type result = Type::kVoid) {
  Signature signature;
  for (const Type type : arguments) signature.arguments.push_back(ValueType::Scalar(type));
  signature.result = ValueType::Scalar(result);
  return signature;
}

CallPlan Plan(const std::vector<Type>& arguments) {
  auto plan = MakeCallPlan(Scalars(arguments));
  CHECK_OK(plan);
  return std::move(plan).value();
}

std::vector<Type> Repeated(Type type, size_t count) { return std::vector<Type>(count, type); }

std::vector<Type> Joined(std::vector<Type> first, const std::vector<Type>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

std::vector<size_t> WordsOf(const std::vector<Type>& arguments) {
  std::vector<size_t> words;
  for (const ArgumentPlan& argument : Plan(arguments).arguments) {
    CHECK_EQ(argument.moves.size(), 1);
    words.push_back(argument.moves[0].to / sizeof(uint64_t));
  }
  return words;
}

size_t General(size_t index) { return index; }
size_t Vector(size_t index) { return RegisterFile::kFirstVector + index; }
size_t Stack(size_t index) { return RegisterFile::kFirstStack + index; }

TEST(NoArgumentsNeedNothing) {
  const CallPlan plan = Plan({});
  CHECK_EQ(plan.arguments.size(), 0);
  CHECK_EQ(plan.stack_words, 0);
}

TEST(AScalarIsOneMoveOfItsSize) {
  const auto made = MakeCallPlan(Scalars({Type::kI8, Type::kF32, Type::kString}, Type::kF64));
  CHECK_OK(made);
  const CallPlan& plan = made.value();
  CHECK_EQ(plan.result.size, 8);
  CHECK(!plan.result_by_address);
  const size_t sizes[] = {1, 4, 8};
  for (size_t i = 0; i < 3; ++i) {
    CHECK(!plan.arguments[i].by_reference);
    CHECK_EQ(plan.arguments[i].moves.size(), 1);
    CHECK_EQ(plan.arguments[i].moves[0].from, 0);
    CHECK_EQ(plan.arguments[i].moves[0].size, sizes[i]);
  }
}

TEST(IntegersFillTheGeneralRegistersAndThenTheStack) {
  const auto words = WordsOf(Repeated(Type::kI32, kGeneralRegisters + 2));
  for (size_t i = 0; i < kGeneralRegisters; ++i) CHECK_EQ(words[i], General(i));
  CHECK_EQ(words[kGeneralRegisters], Stack(0));
  CHECK_EQ(words[kGeneralRegisters + 1], Stack(1));
}

TEST(FloatsAndDoublesFillTheVectorRegistersAndThenTheStack) {
  for (const Type type : {Type::kF32, Type::kF64}) {
    const auto words = WordsOf(Repeated(type, kVectorRegisters + 2));
    for (size_t i = 0; i < kVectorRegisters; ++i) CHECK_EQ(words[i], Vector(i));
    CHECK_EQ(words[kVectorRegisters], Stack(0));
    CHECK_EQ(words[kVectorRegisters + 1], Stack(1));
  }
}

TEST(EverythingButFloatsAndDoublesIsAnInteger) {
  for (const Type type :
       {Type::kBool, Type::kI8, Type::kU8, Type::kI16, Type::kU16, Type::kI32, Type::kU32,
        Type::kI64, Type::kU64, Type::kISize, Type::kUSize, Type::kChar, Type::kPointer,
        Type::kBuffer, Type::kString, Type::kFunction}) {
    CHECK_EQ(WordsOf({type}), std::vector<size_t>{General(0)});
  }
}

TEST(TheTwoKindsOfRegistersAreCountedApart) {
  CHECK_EQ(WordsOf({Type::kI32, Type::kF64, Type::kPointer, Type::kF32}),
           (std::vector<size_t>{General(0), Vector(0), General(1), Vector(1)}));
}

// What comes later may still find a register of its own kind.
TEST(AFullKindOfRegistersDoesNotConcernTheOther) {
  const auto words =
      WordsOf(Joined(Repeated(Type::kI64, kGeneralRegisters + 1), {Type::kF64, Type::kI64}));
  CHECK_EQ(words[kGeneralRegisters], Stack(0));
  CHECK_EQ(words[kGeneralRegisters + 1], Vector(0));
  CHECK_EQ(words[kGeneralRegisters + 2], Stack(1));
}

TEST(BothKindsShareTheStackInOrder) {
  const auto full =
      Joined(Repeated(Type::kI64, kGeneralRegisters), Repeated(Type::kF64, kVectorRegisters));
  const CallPlan plan = Plan(Joined(full, {Type::kI8, Type::kF32, Type::kBool, Type::kF64}));
  for (size_t i = 0; i < 4; ++i) {
    CHECK_EQ(plan.arguments[full.size() + i].moves[0].to, Stack(i) * sizeof(uint64_t));
  }
  CHECK_EQ(plan.stack_words, 4);
}

// C11, 5.2.4.1: every implementation accepts as many.
TEST(OnlyIntegersInRegistersAreJustWords) {
  const auto is_words = [](const std::vector<Type>& arguments, Type result) {
    const auto plan = MakeCallPlan(Scalars(arguments, result));
    CHECK_OK(plan);
    return plan.value().is_words;
  };
  CHECK(is_words({}, Type::kI32));
  CHECK(is_words({Type::kI8, Type::kPointer, Type::kU64}, Type::kBool));
  CHECK(is_words(Repeated(Type::kI64, kGeneralRegisters), Type::kI64));
  CHECK(!is_words(Repeated(Type::kI64, kGeneralRegisters + 1), Type::kI64));
  CHECK(!is_words({Type::kI32, Type::kF32}, Type::kI32));
  CHECK(!is_words({Type::kI32}, Type::kF64));
  CHECK(!is_words({Type::kI32}, Type::kVoid));
}

TEST(AHundredAndTwentySevenArgumentsOfAnyTypeFit) {
  CHECK_EQ(Plan(Repeated(Type::kI8, 127)).stack_words, 127 - kGeneralRegisters);
  CHECK_EQ(Plan(Repeated(Type::kF64, 127)).stack_words, 127 - kVectorRegisters);
}

TEST(MoreArgumentsThanTheStackHoldsAreAnError) {
  const size_t most = kGeneralRegisters + RegisterFile::kStack;
  CHECK_EQ(Plan(Repeated(Type::kI64, most)).stack_words, RegisterFile::kStack);
  for (const size_t count : {most + 1, most + 2, size_t{1000}, size_t{100'000}}) {
    const auto plan = MakeCallPlan(Scalars(Repeated(Type::kI64, count)));
    CHECK(!plan.ok());
    CHECK_EQ(plan.error().code, ErrorCode::kSymbolDefinition);
    CHECK_EQ(plan.error().message, "more arguments than a call can pass");
  }
}

TEST(AVoidArgumentIsAnError) {
  for (const auto& arguments :
       {std::vector<Type>{Type::kVoid}, std::vector<Type>{Type::kI32, Type::kVoid, Type::kI32}}) {
    const auto plan = MakeCallPlan(Scalars(arguments, Type::kI32));
    CHECK(!plan.ok());
    CHECK_EQ(plan.error().code, ErrorCode::kSymbolDefinition);
    CHECK_EQ(plan.error().message, "an argument cannot be void");
  }
}

}  // namespace
}  // namespace dynamic_reload::test
