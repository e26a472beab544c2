// The x64 calling convention of Windows, as Microsoft documents it: "x64 calling convention",
// sections "Parameter passing" and "Return values".

#include "ffi/abi.h"
#include "ffi/call_plan.h"
#include "ffi/register_allocator.h"

namespace dynamic_reload {

namespace {

constexpr size_t kRegisters = 4;  // rcx, rdx, r8, r9; or xmm0 to xmm3.

constexpr uint32_t kWord = 8;
constexpr uint32_t kMostAligned = 8;  // More would ask for copies with that alignment.

// An aggregate that has the size of an integer travels as one, whatever is in it.
bool IsLikeInteger(const ValueType& aggregate) {
  return aggregate.size <= kWord && (aggregate.size & (aggregate.size - 1)) == 0;
}

ArgumentPlan Place(const ValueType& value, RegisterAllocator& registers) {
  if (!value.is_aggregate) {
    return {{{0, value.size, registers.NextPositional(value.leaves[0].type)}}};
  }
  const bool by_reference = !IsLikeInteger(value);
  const uint32_t size = by_reference ? kWord : value.size;
  return {{{0, size, registers.NextPositional(Type::kPointer)}}, by_reference};
}

}  // namespace

ResultKind ResultKindOf(const ValueType& result) {
  if (!result.is_aggregate) return ResultKindOfScalar(result);
  return IsLikeInteger(result) ? ResultKind::kWord : ResultKind::kInMemory;
}

Result<CallPlan> MakeCallPlan(const Signature& signature) {
  constexpr size_t kForResult = 1;  // The address of an InMemory, in rcx.
  return MakePlan<PositionalRegisters, kRegisters, kForResult>(signature, kMostAligned, Place);
}

}  // namespace dynamic_reload
