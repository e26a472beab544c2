// One crossing that calls a function for each element of typed arrays.

#ifndef DYNAMIC_RELOAD_NAPI_MAP_CALL_H_
#define DYNAMIC_RELOAD_NAPI_MAP_CALL_H_

#include <napi.h>

namespace dynamic_reload {

// `mapCall` in binding.d.ts.
void MapCall(const Napi::CallbackInfo& info);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_NAPI_MAP_CALL_H_
