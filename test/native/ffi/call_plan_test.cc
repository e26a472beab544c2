#include "ffi/call_plan.h"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "test/native/check.h"
#include "test/native/ffi/typed_call.h"

namespace dynamic_reload::test {
namespace {

constexpr size_t kVectorRegisters = RegisterFile::kVector;

CallPlan Plan(std::vector<Type> arguments) {
  auto plan = MakeCallPlan({std::move(arguments), Type::kVoid});
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
  for (const ArgumentPlace& place : Plan(arguments).arguments) words.push_back(place.word);
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

TEST(KeepsTheTypesInOrder) {
  const auto made = MakeCallPlan({{Type::kI8, Type::kF32, Type::kString}, Type::kF64});
  CHECK_OK(made);
  const CallPlan& plan = made.value();
  CHECK_EQ(plan.result, Type::kF64);
  CHECK_EQ(plan.arguments[0].type, Type::kI8);
  CHECK_EQ(plan.arguments[1].type, Type::kF32);
  CHECK_EQ(plan.arguments[2].type, Type::kString);
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
  for (size_t i = 0; i < 4; ++i) CHECK_EQ(plan.arguments[full.size() + i].word, Stack(i));
  CHECK_EQ(plan.stack_words, 4);
}

// C11, 5.2.4.1: every implementation accepts as many.
TEST(AHundredAndTwentySevenArgumentsOfAnyTypeFit) {
  CHECK_EQ(Plan(Repeated(Type::kI8, 127)).stack_words, 127 - kGeneralRegisters);
  CHECK_EQ(Plan(Repeated(Type::kF64, 127)).stack_words, 127 - kVectorRegisters);
}

TEST(MoreArgumentsThanTheStackHoldsAreAnError) {
  const size_t most = kGeneralRegisters + RegisterFile::kStack;
  CHECK_EQ(Plan(Repeated(Type::kI64, most)).stack_words, RegisterFile::kStack);
  for (const size_t count : {most + 1, most + 2, size_t{1000}, size_t{100'000}}) {
    const auto plan = MakeCallPlan({Repeated(Type::kI64, count), Type::kVoid});
    CHECK(!plan.ok());
    CHECK_EQ(plan.error().code, ErrorCode::kSymbolDefinition);
    CHECK_EQ(plan.error().message, "more arguments than a call can pass");
  }
}

TEST(AVoidArgumentIsAnError) {
  for (const auto& arguments :
       {std::vector<Type>{Type::kVoid}, std::vector<Type>{Type::kI32, Type::kVoid, Type::kI32}}) {
    const auto plan = MakeCallPlan({arguments, Type::kI32});
    CHECK(!plan.ok());
    CHECK_EQ(plan.error().code, ErrorCode::kSymbolDefinition);
    CHECK_EQ(plan.error().message, "an argument cannot be void");
  }
}

}  // namespace
}  // namespace dynamic_reload::test
