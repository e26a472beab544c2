// Calls of C functions on the thread pool.

#ifndef DYNAMIC_RELOAD_NAPI_NONBLOCKING_CALL_H_
#define DYNAMIC_RELOAD_NAPI_NONBLOCKING_CALL_H_

#include <node_api.h>

#include <memory>
#include <vector>

#include "napi/function.h"

namespace dynamic_reload {

// Returns a promise of the result; it rejects where a blocking call throws. Until it settles the
// version that is called stays loaded and the arguments stay in memory, whatever is reloaded,
// closed or collected meanwhile. Only a buffer that JavaScript transfers or resizes is lost.
napi_value StartNonblockingCall(napi_env env, const std::shared_ptr<const SymbolFunction>& function,
                                const std::vector<napi_value>& values);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_NAPI_NONBLOCKING_CALL_H_
