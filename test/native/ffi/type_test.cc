#include "ffi/type.h"

#include <climits>
#include <cstddef>
#include <initializer_list>
#include <string_view>

#include "test/native/check.h"

namespace dynamic_reload::test {
namespace {

struct Expected {
  std::string_view name;
  Type type;
  size_t size;
  bool is_signed;
};

// The names are those of node:ffi; sizes and signs those of the C types.
constexpr Expected kExpected[] = {
    {"void", Type::kVoid, 0, false},
    {"bool", Type::kBool, sizeof(bool), false},
    {"i8", Type::kI8, 1, true},
    {"u8", Type::kU8, 1, false},
    {"i16", Type::kI16, 2, true},
    {"u16", Type::kU16, 2, false},
    {"i32", Type::kI32, 4, true},
    {"u32", Type::kU32, 4, false},
    {"i64", Type::kI64, 8, true},
    {"u64", Type::kU64, 8, false},
    {"isize", Type::kISize, sizeof(ptrdiff_t), true},
    {"usize", Type::kUSize, sizeof(size_t), false},
    {"f32", Type::kF32, sizeof(float), true},
    {"f64", Type::kF64, sizeof(double), true},
    {"char", Type::kChar, sizeof(char), CHAR_MIN < 0},
    {"pointer", Type::kPointer, sizeof(void*), false},
    {"buffer", Type::kBuffer, sizeof(void*), false},
    {"string", Type::kString, sizeof(void*), false},
    {"function", Type::kFunction, sizeof(void*), false},
};

TEST(EveryTypeHasANameAndIsFoundByIt) {
  for (const Expected& expected : kExpected) {
    CHECK_EQ(TypeName(expected.type), expected.name);
    CHECK(ParseType(expected.name) == expected.type);
  }
}

TEST(SizesAreThoseOfC) {
  for (const Expected& expected : kExpected) CHECK_EQ(SizeOf(expected.type), expected.size);
}

TEST(SignsAreThoseOfC) {
  for (const Expected& expected : kExpected) CHECK_EQ(IsSigned(expected.type), expected.is_signed);
}

TEST(OnlyF32AndF64AreFloatingPoint) {
  for (const Expected& expected : kExpected) {
    const bool is_float = expected.type == Type::kF32 || expected.type == Type::kF64;
    CHECK_EQ(IsFloatingPoint(expected.type), is_float);
  }
}

TEST(OtherNamesAreNoTypes) {
  for (const std::string_view name :
       {"", "int", "I32", "i32 ", " i32", "i3", "i322", "float", "double", "ptr", "long"}) {
    CHECK(!ParseType(name).has_value());
  }
}

// A name from JavaScript may hold anything.
TEST(ANameWithANulInItIsNoType) {
  CHECK(!ParseType(std::string_view("i32\0", 4)).has_value());
  CHECK(!ParseType(std::string_view("\0", 1)).has_value());
}

}  // namespace
}  // namespace dynamic_reload::test
