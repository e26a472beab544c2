// `NativeFiles` in binding.d.ts: library files, read or changed without loading them.

#ifndef DYNAMIC_RELOAD_NAPI_FILE_FUNCTIONS_H_
#define DYNAMIC_RELOAD_NAPI_FILE_FUNCTIONS_H_

#include <napi.h>

namespace dynamic_reload {

Napi::Object DefineFileFunctions(Napi::Env env);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_NAPI_FILE_FUNCTIONS_H_
