// Procedure Call Standard for the Arm 64-bit Architecture (AAPCS64), section 6.8, as Linux uses it.

#include <algorithm>
#include <utility>

#include "ffi/abi.h"
#include "ffi/call_plan.h"
#include "ffi/register_allocator.h"

namespace dynamic_reload {

namespace {

// More would take pairs of registers that begin with an even one.
constexpr uint32_t kMostAligned = 8;
constexpr size_t kGeneralRegisters = 8;  // x0 to x7; x8 has the address of an InMemory.

constexpr uint32_t kWord = 8;
constexpr uint32_t kMostInGeneralRegisters = 2 * kWord;
constexpr uint32_t kMostInVectorRegisters = 4;  // Members.

// A homogeneous floating-point aggregate: one to four floats, or doubles, and nothing else. Each
// member takes a vector register of its own. Returns how many there are, 0 when it is none.
uint32_t CountHomogeneous(const ValueType& aggregate) {
  const Type type = aggregate.leaves[0].type;
  const auto size = static_cast<uint32_t>(SizeOf(type));
  const uint32_t count = aggregate.size / size;
  if (!IsFloatingPoint(type) || aggregate.size % size != 0 || count > kMostInVectorRegisters) {
    return 0;
  }
  uint32_t seen = 0;  // A bit for each member: padding between them would show as a gap.
  for (const Leaf& leaf : aggregate.leaves) {
    if (leaf.type != type || leaf.offset % size != 0) return 0;
    seen |= 1U << (leaf.offset / size);
  }
  return seen == (1U << count) - 1 ? count : 0;
}

// Rules C.2 and C.3: one that finds too few registers leaves none to those after it.
ArgumentPlan PlaceHomogeneous(const ValueType& value, uint32_t count,
                              RegisterAllocator& registers) {
  if (!registers.HasVector(count)) {
    registers.SkipVector();
    return PlaceOnStack(value, registers);
  }
  ArgumentPlan plan;
  const uint32_t size = value.size / count;
  for (uint32_t i = 0; i < count; ++i) {
    plan.moves.push_back({i * size, size, registers.NextVector()});
  }
  return plan;
}

// Rules C.12 and C.13: the same with general registers.
ArgumentPlan PlaceInWords(const ValueType& value, RegisterAllocator& registers) {
  const uint32_t words = (value.size + kWord - 1) / kWord;
  if (!registers.HasGeneral(words)) {
    registers.SkipGeneral();
    return PlaceOnStack(value, registers);
  }
  ArgumentPlan plan;
  for (uint32_t from = 0; from < value.size; from += kWord) {
    plan.moves.push_back({from, std::min(kWord, value.size - from), registers.NextGeneral()});
  }
  return plan;
}

ArgumentPlan Place(const ValueType& value, RegisterAllocator& registers) {
  if (!value.is_aggregate) return PlaceScalar(value, registers);
  if (const uint32_t count = CountHomogeneous(value)) {
    return PlaceHomogeneous(value, count, registers);
  }
  if (value.size <= kMostInGeneralRegisters) return PlaceInWords(value, registers);
  return {{{0, kWord, registers.NextScalar(Type::kPointer)}}, true};  // Rule B.4.
}

}  // namespace

ResultKind ResultKindOf(const ValueType& result) {
  if (!result.is_aggregate) return ResultKindOfScalar(result);
  if (CountHomogeneous(result) > 0) {
    return result.leaves[0].type == Type::kF32 ? ResultKind::kFourFloats : ResultKind::kFourDoubles;
  }
  if (result.size <= kWord) return ResultKind::kWord;
  return result.size <= kMostInGeneralRegisters ? ResultKind::kTwoWords : ResultKind::kInMemory;
}

Result<CallPlan> MakeCallPlan(const Signature& signature) {
  constexpr size_t kForResult = 0;  // x8 is not among the argument registers.
  return MakePlan<SeparateRegisters, kGeneralRegisters, kForResult>(signature, kMostAligned, Place);
}

}  // namespace dynamic_reload
