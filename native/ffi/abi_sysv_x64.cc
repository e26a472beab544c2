// System V ABI, AMD64 Architecture Processor Supplement, section 3.2.3 "Parameter Passing".

#include <algorithm>
#include <utility>

#include "ffi/abi.h"
#include "ffi/call_plan.h"
#include "ffi/register_allocator.h"

namespace dynamic_reload {

namespace {

constexpr size_t kGeneralRegisters = 6;  // rdi, rsi, rdx, rcx, r8, r9.

// The ABI's word for eight bytes of an aggregate, which go into one register.
constexpr uint32_t kEightbyte = 8;
constexpr uint32_t kMostInRegisters = 2 * kEightbyte;
constexpr uint32_t kMostAligned = 16;  // As the stack is.

// Class MEMORY: too large, or with a member that packing has moved off its alignment. So says the
// ABI, and clang; of an array gcc looks at the first item only.
bool IsInMemory(const ValueType& aggregate) {
  return aggregate.size > kMostInRegisters ||
         std::any_of(aggregate.leaves.begin(), aggregate.leaves.end(),
                     [](const Leaf& leaf) { return leaf.offset % SizeOf(leaf.type) != 0; });
}

// Class INTEGER; else SSE. One integer among floats is enough.
bool IsGeneral(const ValueType& aggregate, uint32_t eightbyte) {
  return std::any_of(aggregate.leaves.begin(), aggregate.leaves.end(), [=](const Leaf& leaf) {
    return leaf.offset / kEightbyte == eightbyte && !IsFloatingPoint(leaf.type);
  });
}

// Class NO_CLASS: only there for the alignment. It takes no register.
bool IsPadding(const ValueType& aggregate, uint32_t eightbyte) {
  return std::none_of(aggregate.leaves.begin(), aggregate.leaves.end(),
                      [=](const Leaf& leaf) { return leaf.offset / kEightbyte == eightbyte; });
}

// All of it in registers or nothing. One that finds no room leaves the registers to those after it.
ArgumentPlan PlaceAggregate(const ValueType& value, RegisterAllocator& registers) {
  if (IsInMemory(value)) return PlaceOnStack(value, registers);
  const uint32_t eightbytes = (value.size + kEightbyte - 1) / kEightbyte;
  uint32_t general = 0;
  uint32_t vector = 0;
  for (uint32_t i = 0; i < eightbytes; ++i) {
    if (!IsPadding(value, i)) ++(IsGeneral(value, i) ? general : vector);
  }
  if (!registers.HasGeneral(general) || !registers.HasVector(vector)) {
    return PlaceOnStack(value, registers);
  }
  ArgumentPlan plan;
  for (uint32_t i = 0; i < eightbytes; ++i) {
    if (IsPadding(value, i)) continue;
    const uint32_t from = i * kEightbyte;
    plan.moves.push_back({from, std::min(kEightbyte, value.size - from),
                          IsGeneral(value, i) ? registers.NextGeneral() : registers.NextVector()});
  }
  return plan;
}

ArgumentPlan Place(const ValueType& value, RegisterAllocator& registers) {
  return value.is_aggregate ? PlaceAggregate(value, registers) : PlaceScalar(value, registers);
}

}  // namespace

ResultKind ResultKindOf(const ValueType& result) {
  if (!result.is_aggregate) return ResultKindOfScalar(result);
  if (IsInMemory(result)) return ResultKind::kInMemory;
  const bool first = IsGeneral(result, 0);
  const bool second = IsGeneral(result, 1);
  if (result.size <= kEightbyte) return first ? ResultKind::kWord : ResultKind::kDouble;
  if (first) return second ? ResultKind::kTwoWords : ResultKind::kWordAndDouble;
  return second ? ResultKind::kDoubleAndWord : ResultKind::kTwoDoubles;
}

Result<CallPlan> MakeCallPlan(const Signature& signature) {
  constexpr size_t kForResult = 1;  // The address of an InMemory, in rdi.
  return MakePlan<SeparateRegisters, kGeneralRegisters, kForResult>(signature, kMostAligned, Place);
}

}  // namespace dynamic_reload
