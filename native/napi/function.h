// JavaScript functions that call through a symbol slot, each value crossing by Node-API.
//
// This is the path that works everywhere, also in engines that may not compile code at run time.

#ifndef DYNAMIC_RELOAD_NAPI_FUNCTION_H_
#define DYNAMIC_RELOAD_NAPI_FUNCTION_H_

#include <napi.h>

namespace dynamic_reload {

// `createFunction` in binding.d.ts.
Napi::Value CreateFunction(const Napi::CallbackInfo& info);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_NAPI_FUNCTION_H_
