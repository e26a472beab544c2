// What the calling conventions share, and what each tells the rest of ffi/.

#ifndef DYNAMIC_RELOAD_FFI_ABI_H_
#define DYNAMIC_RELOAD_FFI_ABI_H_

#include <optional>
#include <string>
#include <utility>

#include "base/error.h"
#include "ffi/call_plan.h"
#include "ffi/register_allocator.h"
#include "ffi/result_kind.h"
#include "ffi/trampoline.h"
#include "ffi/type.h"

namespace dynamic_reload {

// Defined in abi_*.cc.
ResultKind ResultKindOf(const ValueType& result);

// ---- For abi_*.cc ------------------------------------------------------------------------------

inline Error DefinitionError(std::string message) {
  return {ErrorCode::kSymbolDefinition, "", "", std::move(message), 0, ""};
}

// What cannot be passed by value where values are aligned to at most `most_aligned` bytes.
inline std::optional<Error> FindFault(const ValueType& value, uint32_t most_aligned) {
  if (!value.is_aggregate) return std::nullopt;
  if (value.leaves.empty()) return DefinitionError("an aggregate by value needs a member");
  if (value.alignment > most_aligned) {
    const std::string limit = std::to_string(most_aligned);
    return DefinitionError("an aggregate by value is aligned to at most " + limit + " bytes here");
  }
  return std::nullopt;
}

inline std::optional<Error> FindFault(const Signature& signature, uint32_t most_aligned) {
  for (const ValueType& value : signature.arguments) {
    if (value.size == 0 && !value.is_aggregate)
      return DefinitionError("an argument cannot be void");
    if (auto fault = FindFault(value, most_aligned)) return fault;
  }
  if (signature.result.size > kMaxResultBytes) {
    const std::string limit = std::to_string(kMaxResultBytes);
    return DefinitionError("a result has at most " + limit + " bytes, not " +
                           std::to_string(signature.result.size));
  }
  return FindFault(signature.result, most_aligned);
}

inline ResultKind ResultKindOfScalar(const ValueType& result) {
  if (result.leaves.empty()) return ResultKind::kVoid;
  return IsFloatingPoint(result.leaves[0].type) ? ResultKind::kDouble : ResultKind::kWord;
}

inline ArgumentPlan PlaceScalar(const ValueType& value, RegisterAllocator& registers) {
  return {{{0, value.size, registers.NextScalar(value.leaves[0].type)}}};
}

inline ArgumentPlan PlaceOnStack(const ValueType& value, RegisterAllocator& registers) {
  return {{{0, value.size, registers.NextStack(value.size, value.alignment)}}};
}

// Says where the next argument goes, taking it from the registers.
using PlaceArgument = ArgumentPlan (*)(const ValueType& value, RegisterAllocator& registers);

// `kForResult` of the general registers are taken by the address of a result in memory.
template <typename Registers, size_t kGeneralRegisters, size_t kForResult>
Result<CallPlan> MakePlan(const Signature& signature, uint32_t most_aligned, PlaceArgument place) {
  if (auto fault = FindFault(signature, most_aligned)) return *std::move(fault);
  RegisterAllocator registers(kGeneralRegisters);
  const ResultKind kind = ResultKindOf(signature.result);
  CallPlan plan;
  plan.result = signature.result;
  plan.result_by_address = kind == ResultKind::kInMemory;
  for (size_t i = 0; plan.result_by_address && i < kForResult; ++i) registers.NextGeneral();
  for (const ValueType& value : signature.arguments) {
    plan.arguments.push_back(place(value, registers));
  }
  if (registers.stack_words() > RegisterFile::kStack) {
    return DefinitionError("more arguments than a call can pass");
  }
  plan.is_words = kind == ResultKind::kWord && !plan.result.is_aggregate &&
                  registers.vector_used() == 0 && registers.floating() == 0 &&
                  registers.stack_words() == 0 &&
                  registers.general_used() == signature.arguments.size();
  plan.floating_words = static_cast<uint8_t>(registers.floating());
  plan.stack_words = static_cast<uint16_t>(registers.stack_words());
  plan.invoke = InvokeFor<Registers, kGeneralRegisters, kForResult>(kind, registers);
  return plan;
}

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_FFI_ABI_H_
