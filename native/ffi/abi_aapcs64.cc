// Procedure Call Standard for the Arm 64-bit Architecture (AAPCS64), section 6.8, as Linux uses it.

#include "ffi/call_plan.h"
#include "ffi/register_allocator.h"
#include "ffi/trampoline.h"

namespace dynamic_reload {

namespace {

constexpr size_t kGeneralRegisters = 8;  // x0 to x7.

}  // namespace

Result<CallPlan> MakeCallPlan(const Signature& signature) {
  return PlanScalars(signature, kGeneralRegisters);
}

uint64_t Call(const CallPlan& plan, void* target, const RegisterFile& registers) {
  return CallScalar<kGeneralRegisters>(plan, target, registers);
}

}  // namespace dynamic_reload
