// System V ABI, AMD64 Architecture Processor Supplement, section 3.2.3 "Parameter Passing".

#include "ffi/call_plan.h"
#include "ffi/register_allocator.h"
#include "ffi/trampoline.h"

namespace dynamic_reload {

namespace {

constexpr size_t kGeneralRegisters = 6;  // rdi, rsi, rdx, rcx, r8, r9.

}  // namespace

Result<CallPlan> MakeCallPlan(const Signature& signature) {
  return PlanScalars(signature, kGeneralRegisters);
}

uint64_t Call(const CallPlan& plan, void* target, const RegisterFile& registers) {
  return CallScalar<kGeneralRegisters>(plan, target, registers);
}

}  // namespace dynamic_reload
