// The other half of the raw addon: what calls back, sorts, waits or measures.

#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "functions.h"
#include "raw.h"

// ---- Callbacks ---------------------------------------------------------------------------------

// The C functions hand no context to what they call back. Callbacks do not nest here.
static _Thread_local struct {
  napi_env env;
  napi_value function;
} callee;

/** Calls the JavaScript function. After an exception it answers 0 and leaves the rest pending. */
static int32_t call_javascript(const napi_value* arguments, size_t count) {
  napi_env env = callee.env;
  napi_value receiver, value;
  int32_t result = 0;
  if (napi_get_undefined(env, &receiver) == napi_ok &&
      napi_call_function(env, receiver, callee.function, count, arguments, &value) == napi_ok) {
    napi_get_value_int32(env, value, &result);
  }
  return result;
}

// One handle scope for each callback, or the handles of a thousand of them would pile up.
static int32_t visit(int32_t number) {
  napi_handle_scope scope;
  napi_value argument;
  napi_open_handle_scope(callee.env, &scope);
  napi_create_int32(callee.env, number, &argument);
  const int32_t result = call_javascript(&argument, 1);
  napi_close_handle_scope(callee.env, scope);
  return result;
}

static int32_t compare(const void* left, const void* right) {
  napi_handle_scope scope;
  napi_value addresses[2];
  napi_open_handle_scope(callee.env, &scope);
  napi_create_bigint_uint64(callee.env, (uintptr_t)left, &addresses[0]);
  napi_create_bigint_uint64(callee.env, (uintptr_t)right, &addresses[1]);
  const int32_t result = call_javascript(addresses, 2);
  napi_close_handle_scope(callee.env, scope);
  return result;
}

static napi_value call_sum_visits(napi_env env, napi_callback_info info) {
  READ_ARGUMENTS(2);
  int32_t count;
  TRY(napi_get_value_int32(env, arguments[1], &count));
  callee.env = env;
  callee.function = arguments[0];
  napi_value result;
  TRY(napi_create_int32(env, sum_visits(visit, count), &result));
  return result;
}

static napi_value call_sort_ints(napi_env env, napi_callback_info info) {
  READ_ARGUMENTS(3);
  void* values;
  int32_t count;
  TRY(napi_get_typedarray_info(env, arguments[0], NULL, NULL, &values, NULL, NULL));
  TRY(napi_get_value_int32(env, arguments[1], &count));
  callee.env = env;
  callee.function = arguments[2];
  sort_ints(values, count, compare);
  return NULL;
}

// ---- A call on another thread ------------------------------------------------------------------

typedef struct {
  int32_t a, b, result;
  napi_async_work work;
  napi_deferred deferred;
} Addition;

static void add(napi_env env, void* data) {
  (void)env;
  Addition* addition = data;
  addition->result = add_i32(addition->a, addition->b);
}

static void settle(napi_env env, napi_status status, void* data) {
  (void)status;
  Addition* addition = data;
  napi_value result;
  napi_create_int32(env, addition->result, &result);
  napi_resolve_deferred(env, addition->deferred, result);
  napi_delete_async_work(env, addition->work);
  free(addition);
}

static napi_value add_i32_nonblocking(napi_env env, napi_callback_info info) {
  READ_ARGUMENTS(2);
  Addition* addition = malloc(sizeof *addition);
  if (addition == NULL) abort();
  napi_value promise, name;
  if (napi_get_value_int32(env, arguments[0], &addition->a) != napi_ok ||
      napi_get_value_int32(env, arguments[1], &addition->b) != napi_ok) {
    free(addition);
    return fail(env);
  }
  TRY(napi_create_string_utf8(env, "add_i32", NAPI_AUTO_LENGTH, &name));
  TRY(napi_create_promise(env, &addition->deferred, &promise));
  TRY(napi_create_async_work(env, NULL, name, add, settle, addition, &addition->work));
  TRY(napi_queue_async_work(env, addition->work));
  return promise;
}

// ---- For the bench itself ----------------------------------------------------------------------

/** The batch without anybody between the elements: (left, right, output). */
static napi_value map_add_i32(napi_env env, napi_callback_info info) {
  READ_ARGUMENTS(3);
  void* columns[3];
  size_t length;
  for (int i = 0; i < 3; ++i) {
    TRY(napi_get_typedarray_info(env, arguments[i], NULL, &length, &columns[i], NULL, NULL));
  }
  map_ints(add_i32, columns[0], columns[1], columns[2], (int32_t)length);
  return NULL;
}

/** Sorts the ints and tells how many comparisons it took. */
static napi_value call_count_compares(napi_env env, napi_callback_info info) {
  READ_ARGUMENTS(1);
  void* values;
  size_t length;
  TRY(napi_get_typedarray_info(env, arguments[0], NULL, &length, &values, NULL, NULL));
  napi_value result;
  TRY(napi_create_int32(env, count_compares(values, (int32_t)length), &result));
  return result;
}

static napi_value address_of(napi_env env, napi_callback_info info) {
  READ_ARGUMENTS(1);
  void* data;
  TRY(napi_get_typedarray_info(env, arguments[0], NULL, NULL, &data, NULL, NULL));
  napi_value result;
  TRY(napi_create_bigint_uint64(env, (uintptr_t)data, &result));
  return result;
}

/** Nanoseconds for which this thread has run: what others do on the machine does not count. */
static napi_value thread_time(napi_env env, napi_callback_info info) {
  (void)info;
  struct timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  napi_value result;
  TRY(napi_create_double(env, (double)time.tv_sec * 1e9 + (double)time.tv_nsec, &result));
  return result;
}

napi_value export_callbacks(napi_env env, napi_value exports) {
  TRY(export_function(env, exports, "sum_visits", call_sum_visits));
  TRY(export_function(env, exports, "sort_ints", call_sort_ints));
  TRY(export_function(env, exports, "add_i32_nonblocking", add_i32_nonblocking));
  TRY(export_function(env, exports, "map_add_i32", map_add_i32));
  TRY(export_function(env, exports, "count_compares", call_count_compares));
  TRY(export_function(env, exports, "address_of", address_of));
  TRY(export_function(env, exports, "thread_time", thread_time));
  return exports;
}
