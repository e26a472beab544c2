// `NativeCalls` in binding.d.ts: what lib/calls/ calls C through.

#ifndef DYNAMIC_RELOAD_NAPI_CALL_FUNCTIONS_H_
#define DYNAMIC_RELOAD_NAPI_CALL_FUNCTIONS_H_

#include <napi.h>

namespace dynamic_reload {

Napi::Object DefineCallFunctions(Napi::Env env);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_NAPI_CALL_FUNCTIONS_H_
