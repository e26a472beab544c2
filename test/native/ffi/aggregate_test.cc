// Structures and unions by value, as arguments and results, checked against the compiler.

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "test/native/check.h"
#include "test/native/ffi/oracle.h"

namespace dynamic_reload::test {
namespace {

constexpr bool kIsSystemV = kGeneralRegisters == 6;

template <typename T>
struct Single {
  T a;
};

}  // namespace

template <typename T>
struct Layout<Single<T>> : AggregateLayout {
  static void Append(Leaves& leaves, size_t offset) { Layout<T>::Append(leaves, offset); }
};

namespace {

// As result, as the only argument, between scalars, and where the registers just suffice or are
// used up: on both sides of each limit.
template <typename T>
void CheckEverywhere() {
  CheckSignature<T, T>();
  CheckSignature<T, int8_t, T, double, T, float, T>();
  CheckSignature<void, int64_t, int64_t, int64_t, int64_t, int64_t, T, T, int8_t, T, int16_t>();
  CheckSignature<int32_t, double, double, double, double, double, double, T, T, float, T, T, int8_t,
                 T, double>();
}

template <typename T, size_t... kIndex>
void CheckArraysOf(std::index_sequence<kIndex...>) {
  (CheckEverywhere<Array<T, kIndex + 1>>(), ...);
}

template <size_t... kIndex>
void CheckSizes(std::index_sequence<kIndex...>) {
  (CheckSignature<Array<uint8_t, kIndex + 1>, int8_t, Array<uint8_t, kIndex + 1>, double,
                  Array<uint8_t, kIndex + 1>>(),
   ...);
}

template <typename... T>
void CheckEach() {
  (CheckEverywhere<T>(), ...);
}

TEST(EverySizeOfBytesUpToSixtyFour) { CheckSizes(std::make_index_sequence<64>()); }

TEST(OneScalar) {
  CheckEach<Single<bool>, Single<int8_t>, Single<uint16_t>, Single<int32_t>, Single<float>,
            Single<double>, Single<void*>>();
}

TEST(FloatsAlone) { CheckArraysOf<float>(std::make_index_sequence<8>()); }

TEST(DoublesAlone) { CheckArraysOf<double>(std::make_index_sequence<5>()); }

TEST(IntegersAlone) {
  CheckArraysOf<int16_t>(std::index_sequence<2, 3, 4, 7, 8>());
  CheckArraysOf<int64_t>(std::index_sequence<0, 1, 2, 7>());
}

TEST(IntegersAndFloatingPointNumbers) {
  CheckEach<Pair<int64_t, double>, Pair<double, int64_t>, Pair<float, int32_t>,
            Pair<int8_t, double>, Pair<double, int8_t>, Pair<float, double>, Pair<double, float>,
            Triple<float, float, int32_t>, Triple<float, int32_t, float>,
            Triple<int32_t, float, float>, Triple<double, float, int8_t>,
            Triple<double, double, int8_t>, Triple<int64_t, int64_t, double>>();
}

TEST(NestedStructuresAndArrays) {
  CheckEach<Pair<Pair<float, float>, float>, Pair<Single<double>, Array<double, 2>>,
            Triple<Pair<int8_t, int16_t>, Array<int8_t, 3>, float>, Array<Pair<int16_t, int8_t>, 3>,
            Array<Pair<float, float>, 2>, Pair<Array<Pair<int8_t, float>, 2>, double>>();
}

TEST(PaddingBetweenAndAfterMembers) {
  CheckEach<Pair<int8_t, int64_t>, Pair<int64_t, int8_t>, Triple<int8_t, int16_t, int8_t>,
            Pair<Pair<int32_t, int8_t>, int8_t>, Triple<float, double, float>>();
}

// Not among them: an array whose second item is misaligned and whose first is not, on which gcc and
// clang do not agree.
TEST(PackedStructures) {
  CheckEach<PackedPair<int8_t, int32_t>, PackedPair<int32_t, int8_t>, PackedPair<int8_t, double>,
            PackedPair<double, int8_t>, PackedPair<int8_t, int64_t>, PackedPair<float, float>,
            PackedPair<int16_t, Array<float, 3>>, PackedPair<float, Array<float, 3>>,
            Pair<PackedPair<int8_t, int16_t>, double>>();
}

TEST(Unions) {
  CheckEach<Either<float, Array<float, 3>>, Either<double, float>, Either<double, int64_t>,
            Either<int32_t, float>, Either<Array<double, 2>, double>,
            Either<Pair<double, float>, int64_t>, Either<Array<int8_t, 13>, double>,
            Pair<Either<float, Array<float, 2>>, float>,
            Pair<Either<int32_t, float>, Either<float, double>>>();
}

TEST(LargeStructures) {
  CheckSignature<Array<int64_t, 40>, Array<int64_t, 40>, int32_t>();
  CheckSignature<Array<int8_t, 500>, double, Array<int8_t, 500>, int32_t, Array<double, 5>>();
  CheckSignature<Array<int8_t, kMaxResultBytes>, int32_t>();
  CheckSignature<Array<float, 17>, float, float>();
}

// The address of a result takes the place of an argument on one machine and not on the other.
TEST(AResultInMemoryLeavesTheOtherRegistersToArguments) {
  using Large = Array<int64_t, 3>;
  CheckSignature<Large>();
  CheckSignature<Large, int8_t, int8_t, int8_t, int8_t, int8_t>();
  CheckSignature<Large, int8_t, int8_t, int8_t, int8_t, int8_t, int8_t>();
  CheckSignature<Large, int8_t, int8_t, int8_t, int8_t, int8_t, int8_t, int8_t, int8_t, int8_t>();
  CheckSignature<Large, double, float, double, float, double, float, double, float, double>();
}

// ---- What is refused ---------------------------------------------------------------------------

void CheckRefused(const ValueType& value, const std::string& message) {
  const ValueType scalar = ValueType::Scalar(Type::kI32);
  for (const Signature& signature : {Signature{{scalar, value}, scalar, {}},  //
                                     Signature{{scalar}, value, {}}}) {
    const auto plan = MakeCallPlan(signature);
    CHECK(!plan.ok());
    CHECK_EQ(plan.error().code, ErrorCode::kSymbolDefinition);
    CHECK_EQ(plan.error().message, message);
  }
}

TEST(AnAggregateWithoutMembersIsRefused) {
  CheckRefused({0, 1, {}, true}, "an aggregate by value needs a member");
  CheckRefused({4, 4, {}, true}, "an aggregate by value needs a member");
}

TEST(ALargeAlignmentIsRefused) {
  const std::string most = kIsSystemV ? "16" : "8";
  const std::string message = "an aggregate by value is aligned to at most " + most + " bytes here";
  CheckRefused({64, 32, {{Type::kF64, 0}}, true}, message);
  if (!kIsSystemV) CheckRefused({16, 16, {{Type::kI64, 0}, {Type::kI64, 8}}, true}, message);
}

// An argument of eight bytes that is alone in sixteen takes one register, and on the stack its
// place is even.
TEST(SixteenByteAlignment) {
  if (!kIsSystemV) return;  // Refused above.
  const ValueType scalar = ValueType::Scalar(Type::kF64);
  const ValueType aligned{16, 16, {{Type::kF64, 0}}, true};
  const auto plan = MakeCallPlan({{aligned, scalar}, {}, {}});
  CHECK(plan.ok());
  CHECK_EQ(plan.value().arguments[0].moves.size(), size_t{1});
  CHECK_EQ(plan.value().arguments[1].moves[0].to, (RegisterFile::kFirstVector + 1) * 8);

  const ValueType large{32, 16, {{Type::kI64, 0}, {Type::kI64, 16}}, true};
  std::vector<ValueType> arguments(7, ValueType::Scalar(Type::kI64));
  arguments.push_back(large);
  const auto on_stack = MakeCallPlan({arguments, {}, {}});
  CHECK(on_stack.ok());
  CHECK_EQ(on_stack.value().arguments[7].moves[0].to, (RegisterFile::kFirstStack + 2) * 8);
}

TEST(AResultOfMoreThanFourThousandBytesIsRefused) {
  const auto plan = MakeCallPlan({{}, ValueTypeOf<Array<int8_t, kMaxResultBytes + 1>>(), {}});
  CHECK(!plan.ok());
  CHECK_EQ(plan.error().code, ErrorCode::kSymbolDefinition);
  CHECK_EQ(plan.error().message, "a result has at most 4096 bytes, not 4097");
}

// System V copies it onto the stack, the others pass its address.
TEST(AnArgumentThatTheStackHasNoRoomForIsRefused) {
  const ValueType value = ValueTypeOf<Array<int64_t, RegisterFile::kStack + 1>>();
  const auto plan = MakeCallPlan({{value}, {}, {}});
  CHECK_EQ(plan.ok(), !kIsSystemV);
  if (!plan.ok()) CHECK_EQ(plan.error().message, "more arguments than a call can pass");
}

}  // namespace
}  // namespace dynamic_reload::test
