// What the two halves of the raw addon share.

#ifndef DYNAMIC_RELOAD_TEST_BENCH_CALLS_RAW_H_
#define DYNAMIC_RELOAD_TEST_BENCH_CALLS_RAW_H_

#include <node_api.h>
#include <stddef.h>

/** Throws what the last Node-API call complained about. Returns NULL, for `return fail(env)`. */
napi_value fail(napi_env env);

/** Leaves the function with an exception unless the call succeeds. */
#define TRY(call)                            \
  do {                                       \
    if ((call) != napi_ok) return fail(env); \
  } while (0)

/** Reads exactly `count` arguments; missing ones are `undefined`. */
#define READ_ARGUMENTS(count)    \
  napi_value arguments[count];   \
  size_t argument_count = count; \
  TRY(napi_get_cb_info(env, info, &argument_count, arguments, NULL, NULL))

/** Sets `exports[name]`. */
napi_status export_function(napi_env env, napi_value exports, const char* name,
                            napi_callback function);

/** The functions that call back, sort, wait or measure. */
napi_value export_callbacks(napi_env env, napi_value exports);

#endif  // DYNAMIC_RELOAD_TEST_BENCH_CALLS_RAW_H_
