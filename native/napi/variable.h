// C variables, read and written through a symbol slot.

#ifndef DYNAMIC_RELOAD_NAPI_VARIABLE_H_
#define DYNAMIC_RELOAD_NAPI_VARIABLE_H_

#include <napi.h>

namespace dynamic_reload {

// `readVariable` and `writeVariable` in binding.d.ts.
Napi::Value ReadVariable(const Napi::CallbackInfo& info);
void WriteVariable(const Napi::CallbackInfo& info);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_NAPI_VARIABLE_H_
