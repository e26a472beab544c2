// Calls of the functions in fixtures/calls.c, which are linked in here: qemu need not load
// anything.

#include <cfloat>
#include <climits>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>

#include "fixtures/calls.c"
#include "test/native/check.h"
#include "test/native/ffi/typed_call.h"

namespace dynamic_reload::test {
namespace {

template <typename T>
void CheckIdentity(T (*identity)(T), std::initializer_list<T> values) {
  for (const T value : values) CHECK_EQ(CallIndirectly(identity, value), value);
}

template <typename T>
void CheckLimits(T (*identity)(T)) {
  using Limits = std::numeric_limits<T>;
  CheckIdentity(identity, {T{0}, T{1}, Limits::max(), Limits::lowest(), Limits::min(),
                           static_cast<T>(Limits::max() / 2 + 1)});
}

TEST(EveryIntegerComesBack) {
  CheckLimits(identity_i8);
  CheckLimits(identity_u8);
  CheckLimits(identity_i16);
  CheckLimits(identity_u16);
  CheckLimits(identity_i32);
  CheckLimits(identity_u32);
  CheckLimits(identity_i64);
  CheckLimits(identity_u64);
  CheckLimits(identity_isize);
  CheckLimits(identity_usize);
  CheckLimits(identity_char);
}

TEST(EveryByteComesBack) {
  for (int value = SCHAR_MIN; value <= SCHAR_MAX; ++value) {
    CheckIdentity(identity_i8, {static_cast<int8_t>(value)});
    CheckIdentity(identity_u8, {static_cast<uint8_t>(value)});
    CheckIdentity(identity_char, {static_cast<char>(value)});
  }
}

TEST(ABooleanComesBack) { CheckIdentity(identity_bool, {true, false}); }

TEST(AFloatComesBack) {
  CheckIdentity(identity_f32, {0.0F, -0.0F, 0.1F, -1.5F, FLT_MAX, FLT_MIN, FLT_TRUE_MIN,
                               std::numeric_limits<float>::infinity()});
  CHECK(std::isnan(CallIndirectly(identity_f32, std::numeric_limits<float>::quiet_NaN())));
  CHECK(std::signbit(CallIndirectly(identity_f32, -0.0F)));
}

TEST(ADoubleComesBack) {
  CheckIdentity(identity_f64, {0.0, -0.0, 0.1, -1.5, DBL_MAX, DBL_MIN, DBL_TRUE_MIN,
                               std::numeric_limits<double>::infinity()});
  CHECK(std::isnan(CallIndirectly(identity_f64, std::numeric_limits<double>::quiet_NaN())));
  CHECK(std::signbit(CallIndirectly(identity_f64, -0.0)));
}

TEST(APointerAndAStringComeBack) {
  int target = 0;
  CheckIdentity<void*>(identity_pointer,
                       {&target, nullptr, reinterpret_cast<void*>(~uintptr_t{0})});
  CheckIdentity<const char*>(identity_string, {"text", nullptr});
  CHECK_EQ(CallIndirectly(null_pointer), nullptr);
  CHECK_EQ(CallIndirectly(null_string), nullptr);
  CHECK(CallIndirectly<bool, const void*>(is_null, nullptr));
  CHECK(!CallIndirectly<bool, const void*>(is_null, &target));
}

TEST(WordsGoStraightToTheFunction) {
  const auto identity = reinterpret_cast<void*>(&identity_u64);
  CHECK_EQ(CallWords(identity, UINT64_MAX), UINT64_MAX);
  CHECK_EQ(static_cast<int8_t>(CallWords(reinterpret_cast<void*>(&identity_i8), uint64_t{0x80})),
           INT8_MIN);
}

TEST(AFunctionWithoutArgumentsAndResultIsCalled) { CallIndirectly(do_nothing); }

TEST(AFunctionWithoutResultGetsItsArgument) {
  CallIndirectly(record_i32, -5);
  CHECK_EQ(recorded_i32, -5);
}

TEST(MemoryIsPassedByAddress) {
  uint8_t bytes[] = {1, 2, 3, 250};
  const size_t size = sizeof bytes;
  CHECK_EQ((CallIndirectly<uint64_t, const uint8_t*, size_t>(sum_bytes, bytes, size)), 256);
  CallIndirectly<void, uint8_t*, size_t, uint8_t>(fill_bytes, bytes, size, 7);
  CHECK_EQ(std::string(bytes, bytes + size), std::string(4, 7));
}

TEST(StringsArePassedByAddress) {
  CHECK_EQ((CallIndirectly<size_t, const char*>(string_length, "hello")), 5);
  CHECK_EQ(std::string(CallIndirectly(greeting)), "hello, w\xc3\xb6rld");
  CHECK_EQ(std::string(CallIndirectly<const char*, const char*>(upper_case, "abc")), "ABC");
}

// ---- The order of arguments --------------------------------------------------------------------

#define CHECK_WEIGHTED(name, count, ...)                               \
  CHECK_EQ(CallIndirectly(weighted_sum_##name##_##count, __VA_ARGS__), \
           weighted_sum_##name##_##count(__VA_ARGS__))

constexpr int64_t I(int64_t value) { return value; }

TEST(IntegersArriveInOrder) {
  CHECK_EQ(CallIndirectly(weighted_sum_i32_0), 0);
  CHECK_EQ(CallIndirectly(weighted_sum_i32_3, 1, 10, 100), 321);
  CHECK_WEIGHTED(i32, 1, -1);
  CHECK_WEIGHTED(i32, 2, 9, -8);
  CHECK_WEIGHTED(i32, 6, 3, 1, 4, 1, 5, 9);
  CHECK_WEIGHTED(i32, 7, 3, 1, 4, 1, 5, 9, 2);
  CHECK_WEIGHTED(i32, 8, 3, 1, 4, 1, 5, 9, 2, 6);
  CHECK_WEIGHTED(i32, 9, 3, 1, 4, 1, 5, 9, 2, 6, 5);
  CHECK_WEIGHTED(i64, 12, I(3), I(1), I(4), I(1), I(5), I(9), I(2), I(6), I(5), I(3), I(5), I(8));
  CHECK_WEIGHTED(i32, 24, 3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3, 2, 3, 8, 4, 6, 2, 6, 4);
}

TEST(FloatsAndDoublesArriveInOrder) {
  CHECK_EQ(CallIndirectly(weighted_sum_f64_3, 0.5, 0.25, -1.0), -2.0);
  CHECK_WEIGHTED(f64, 8, 3., .1, 4., .1, 5., .9, 2., .6);
  CHECK_WEIGHTED(f64, 9, 3., .1, 4., .1, 5., .9, 2., .6, .5);
  CHECK_WEIGHTED(f64, 24, 3., .1, 4., .1, 5., .9, 2., .6, 5., .3, 5., .8, 9., .7, 9., .3, 2., .3,
                 8., .4, 6., .2, 6., .4);
  CHECK_WEIGHTED(f32, 8, 3.F, .1F, 4.F, .1F, 5.F, .9F, 2.F, .6F);
  CHECK_WEIGHTED(f32, 12, 3.F, .1F, 4.F, .1F, 5.F, .9F, 2.F, .6F, 5.F, .3F, 5.F, .8F);
}

TEST(IntegersAndFloatsArriveInOrder) {
  const auto call = [](auto calls) {
    return calls(weighted_sum_mixed_24, 3, .1, int64_t{4}, .1F, 5, .9, int64_t{2}, .6F, 5, .3,
                 int64_t{5}, .8F, 9, .7, int64_t{9}, .3F, 2, .3, int64_t{8}, .4F, 6, .2, int64_t{6},
                 .4F);
  };
  CHECK_EQ(call([](auto function, auto... values) { return CallIndirectly(function, values...); }),
           call([](auto function, auto... values) { return function(values...); }));
}

TEST(NarrowIntegersArriveWithTheirSign) {
  const int64_t in_registers =
      CallIndirectly<int64_t, int8_t, uint8_t, int16_t, uint16_t, int32_t, uint32_t, bool, char>(
          weighted_sum_narrow, -128, 255, -32768, 65535, INT32_MIN, UINT32_MAX, true, 'c');
  CHECK_EQ(in_registers,
           weighted_sum_narrow(-128, 255, -32768, 65535, INT32_MIN, UINT32_MAX, true, 'c'));
  const int64_t on_stack =
      CallIndirectly<int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t,
                     int64_t, int8_t, uint8_t, int16_t, uint16_t, int32_t, uint32_t, bool, char>(
          weighted_sum_narrow_on_stack, 1, 2, 3, 4, 5, 6, 7, 8, -128, 255, -32768, 65535, INT32_MIN,
          UINT32_MAX, true, 'c');
  CHECK_EQ(on_stack, weighted_sum_narrow_on_stack(1, 2, 3, 4, 5, 6, 7, 8, -128, 255, -32768, 65535,
                                                  INT32_MIN, UINT32_MAX, true, 'c'));
}

TEST(OneKindOfRegistersMayBeFullBeforeTheOther) {
  CHECK_EQ((CallIndirectly<double, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t,
                           int64_t, int64_t, int64_t, double, float>(integers_first, 1, 2, 3, 4, 5,
                                                                     6, 7, 8, 9, 10, 1.5, 2.5F)),
           integers_first(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1.5, 2.5F));
  CHECK_EQ((CallIndirectly<double, double, double, double, double, double, double, double, double,
                           double, double, int64_t, int8_t>(doubles_first, 1, 2, 3, 4, 5, 6, 7, 8,
                                                            9, 10, -100, -7)),
           doubles_first(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, -100, -7));
}

}  // namespace
}  // namespace dynamic_reload::test
