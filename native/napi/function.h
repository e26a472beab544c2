// JavaScript functions that call through a symbol slot, each value crossing by Node-API.
//
// This is the path that works everywhere, also in engines that may not compile code at run time.

#ifndef DYNAMIC_RELOAD_NAPI_FUNCTION_H_
#define DYNAMIC_RELOAD_NAPI_FUNCTION_H_

#include <napi.h>

#include <memory>
#include <vector>

#include "ffi/call_plan.h"
#include "napi/symbol_slot.h"
#include "napi/values.h"

namespace dynamic_reload {

// A function of a library. Made once, it outlives every version.
struct SymbolFunction {
  std::shared_ptr<SymbolSlot> slot;
  CallPlan plan;
};

// What one call hands to C.
struct CallArguments {
  RegisterFile registers;
  CallMemory memory;
};

// Checks `values` and writes them where the plan says. Returns the error to throw, or to reject
// with; null when all is well. Whoever calls must not run JavaScript before the call itself.
napi_value WriteArguments(napi_env env, const SymbolFunction& function,
                          const std::vector<napi_value>& values, CallArguments& arguments);

// `createFunction` in binding.d.ts.
Napi::Value CreateFunction(const Napi::CallbackInfo& info);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_NAPI_FUNCTION_H_
