// Variadic functions: what follows the named arguments is found where C looks for it.

#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "test/native/check.h"
#include "test/native/ffi/layouts.h"
#include "test/native/ffi/typed_call.h"

namespace dynamic_reload::test {
namespace {

// A variadic argument: its type and the word that passes it.
struct Argument {
  Type type;
  uint64_t word;
};

Argument I32(int32_t value) { return {Type::kI32, ToWord(value)}; }
Argument I64(int64_t value) { return {Type::kI64, ToWord(value)}; }
Argument F64(double value) { return {Type::kF64, ToWord(value)}; }
Argument Text(const char* value) { return {Type::kString, ToWord(value)}; }

// What snprintf() makes of the arguments through Call().
std::string Print(const char* format, const std::vector<Argument>& arguments) {
  char text[1000] = "";
  std::vector<Argument> all = {{Type::kPointer, ToWord(static_cast<void*>(text))},
                               {Type::kUSize, sizeof text},
                               Text(format)};
  Signature signature;
  signature.variadic_from = all.size();
  signature.result = ValueType::Scalar(Type::kI32);
  all.insert(all.end(), arguments.begin(), arguments.end());
  std::vector<uint64_t> words;
  for (const Argument& argument : all) {
    signature.arguments.push_back(ValueType::Scalar(argument.type));
    words.push_back(argument.word);
  }
  int (*function)(char*, size_t, const char*, ...) = snprintf;
  const uint64_t bits = CallWithWords(signature, reinterpret_cast<void*>(function), words.data());
  CHECK_EQ(FromBits<int32_t>(bits), std::strlen(text));
  return text;
}

TEST(NothingVariadic) { CHECK_EQ(Print("plain", {}), "plain"); }

TEST(IntegersInRegistersAndOnTheStack) {
  CHECK_EQ(Print("%d", {I32(-7)}), "-7");
  CHECK_EQ(Print("%d %d %d", {I32(1), I32(-2), I32(3)}), "1 -2 3");
  CHECK_EQ(Print("%d %d %d %d %d %d %d %lld",
                 {I32(1), I32(2), I32(3), I32(4), I32(5), I32(6), I32(-7), I64(INT64_MIN)}),
           "1 2 3 4 5 6 -7 -9223372036854775808");
}

// System V: the function saves vector registers only when it is told that there are any.
TEST(DoublesInRegistersAndOnTheStack) {
  CHECK_EQ(Print("%g", {F64(0.5)}), "0.5");
  std::string expected;
  std::string format;
  std::vector<Argument> arguments;
  for (int i = 1; i <= 20; ++i) {
    arguments.push_back(F64(i * 0.5));
    format += "%.1f ";
    char text[20];
    snprintf(text, sizeof text, "%.1f ", i * 0.5);
    expected += text;
  }
  CHECK_EQ(Print(format.c_str(), arguments), expected);
}

TEST(StringsIntegersAndDoublesTogether) {
  std::string format;
  std::string expected;
  std::vector<Argument> arguments;
  for (int i = 0; i < 12; ++i) {
    format += "%s=%d/%g ";
    arguments.push_back(Text("name"));
    arguments.push_back(I32(i));
    arguments.push_back(F64(i + 0.25));
    expected += "name=" + std::to_string(i) + "/" + std::to_string(i) + ".25 ";
  }
  CHECK_EQ(Print(format.c_str(), arguments), expected);
}

// ---- Structures among the variadic arguments ---------------------------------------------------

using Doubles = Pair<double, double>;
using Mixed = Pair<int64_t, double>;
using Large = Array<int32_t, 9>;

double SumVariadic(int count, ...) {
  va_list arguments;
  va_start(arguments, count);
  double sum = 0;
  for (int i = 0; i < count; ++i) {
    const auto doubles = va_arg(arguments, Doubles);
    const auto mixed = va_arg(arguments, Mixed);
    const auto large = va_arg(arguments, Large);
    sum = sum * 2 + doubles.a + 3 * doubles.b + 5 * static_cast<double>(mixed.a) + 7 * mixed.b +
          large.items[0] + large.items[8];
  }
  va_end(arguments);
  return sum;
}

// Copies the bytes of a value to where the plan wants them.
template <typename T>
void Write(const ArgumentPlan& plan, const T& value, RegisterFile& registers) {
  auto* words = reinterpret_cast<unsigned char*>(registers.words);
  const void* address = &value;
  const void* source = plan.by_reference ? static_cast<const void*>(&address) : address;
  for (const Move& move : plan.moves) {
    std::memcpy(words + move.to, static_cast<const unsigned char*>(source) + move.from, move.size);
  }
}

TEST(StructuresInRegistersAndOnTheStack) {
  constexpr int kCount = 5;
  Signature signature{{ValueTypeOf<int32_t>()}, ValueTypeOf<double>(), 1};
  for (int i = 0; i < kCount; ++i) {
    signature.arguments.push_back(ValueTypeOf<Doubles>());
    signature.arguments.push_back(ValueTypeOf<Mixed>());
    signature.arguments.push_back(ValueTypeOf<Large>());
  }
  const auto made = MakeCallPlan(signature);
  CHECK_OK(made);
  const CallPlan& plan = made.value();
  const Doubles doubles{1.5, -2};
  const Mixed mixed{-100, 0.25};
  const Large large{{7, 0, 0, 0, 0, 0, 0, 0, 9}};
  RegisterFile registers = PatternedRegisters();
  Write(plan.arguments[0], uint64_t{kCount}, registers);
  for (size_t i = 1; i < plan.arguments.size(); i += 3) {
    Write(plan.arguments[i], doubles, registers);
    Write(plan.arguments[i + 1], mixed, registers);
    Write(plan.arguments[i + 2], large, registers);
  }
  double sum = 0;
  Call(plan, reinterpret_cast<void*>(&SumVariadic), registers, &sum);
  CHECK_EQ(sum, SumVariadic(kCount, doubles, mixed, large, doubles, mixed, large, doubles, mixed,
                            large, doubles, mixed, large, doubles, mixed, large));
}

}  // namespace
}  // namespace dynamic_reload::test
