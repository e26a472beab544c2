// The base of all ratios: what somebody writes by hand, with care, in C and Node-API, for these
// functions and no others. Every argument is checked, nothing is cached.

#include "raw.h"

#include <stdbool.h>

#include "functions.h"

napi_value fail(napi_env env) {
  const napi_extended_error_info* error = NULL;
  napi_get_last_error_info(env, &error);
  bool is_pending = false;
  napi_is_exception_pending(env, &is_pending);
  if (!is_pending) napi_throw_type_error(env, NULL, error->error_message);
  return NULL;
}

napi_status export_function(napi_env env, napi_value exports, const char* name,
                            napi_callback function) {
  napi_value value;
  const napi_status status =
      napi_create_function(env, name, NAPI_AUTO_LENGTH, function, NULL, &value);
  return status == napi_ok ? napi_set_named_property(env, exports, name, value) : status;
}

static napi_value call_noop(napi_env env, napi_callback_info info) {
  (void)env;
  (void)info;
  noop();
  return NULL;
}

static napi_value call_add_i32(napi_env env, napi_callback_info info) {
  READ_ARGUMENTS(2);
  int32_t a, b;
  TRY(napi_get_value_int32(env, arguments[0], &a));
  TRY(napi_get_value_int32(env, arguments[1], &b));
  napi_value result;
  TRY(napi_create_int32(env, add_i32(a, b), &result));
  return result;
}

static napi_value call_add_f64(napi_env env, napi_callback_info info) {
  READ_ARGUMENTS(2);
  double a, b;
  TRY(napi_get_value_double(env, arguments[0], &a));
  TRY(napi_get_value_double(env, arguments[1], &b));
  napi_value result;
  TRY(napi_create_double(env, add_f64(a, b), &result));
  return result;
}

static napi_value call_add_i64(napi_env env, napi_callback_info info) {
  READ_ARGUMENTS(2);
  int64_t a, b;
  bool lossless;
  TRY(napi_get_value_bigint_int64(env, arguments[0], &a, &lossless));
  TRY(napi_get_value_bigint_int64(env, arguments[1], &b, &lossless));
  napi_value result;
  TRY(napi_create_bigint_int64(env, add_i64(a, b), &result));
  return result;
}

static napi_value call_text_length(napi_env env, napi_callback_info info) {
  READ_ARGUMENTS(1);
  char text[256];
  TRY(napi_get_value_string_utf8(env, arguments[0], text, sizeof text, NULL));
  napi_value result;
  TRY(napi_create_int32(env, text_length(text), &result));
  return result;
}

static napi_value call_text_to_int(napi_env env, napi_callback_info info) {
  READ_ARGUMENTS(1);
  char text[256];
  TRY(napi_get_value_string_utf8(env, arguments[0], text, sizeof text, NULL));
  napi_value result;
  TRY(napi_create_int32(env, text_to_int(text), &result));
  return result;
}

static napi_value call_greet(napi_env env, napi_callback_info info) {
  (void)info;
  napi_value result;
  TRY(napi_create_string_utf8(env, greet(), NAPI_AUTO_LENGTH, &result));
  return result;
}

static napi_status read_field(napi_env env, napi_value object, const char* name, double* field) {
  napi_value value;
  const napi_status status = napi_get_named_property(env, object, name, &value);
  return status == napi_ok ? napi_get_value_double(env, value, field) : status;
}

static napi_status read_vec3(napi_env env, napi_value object, Vec3* vector) {
  napi_status status = read_field(env, object, "x", &vector->x);
  if (status == napi_ok) status = read_field(env, object, "y", &vector->y);
  if (status == napi_ok) status = read_field(env, object, "z", &vector->z);
  return status;
}

static napi_value call_dot3(napi_env env, napi_callback_info info) {
  READ_ARGUMENTS(2);
  Vec3 a, b;
  TRY(read_vec3(env, arguments[0], &a));
  TRY(read_vec3(env, arguments[1], &b));
  napi_value result;
  TRY(napi_create_double(env, dot3(a, b), &result));
  return result;
}

static napi_value call_sum_buf(napi_env env, napi_callback_info info) {
  READ_ARGUMENTS(2);
  void* bytes;
  int32_t length;
  TRY(napi_get_typedarray_info(env, arguments[0], NULL, NULL, &bytes, NULL, NULL));
  TRY(napi_get_value_int32(env, arguments[1], &length));
  napi_value result;
  TRY(napi_create_int32(env, sum_buf(bytes, length), &result));
  return result;
}

static napi_value call_mix8(napi_env env, napi_callback_info info) {
  READ_ARGUMENTS(8);
  int32_t a, c, f, h;
  double b, d, e, g;
  TRY(napi_get_value_int32(env, arguments[0], &a));
  TRY(napi_get_value_double(env, arguments[1], &b));
  TRY(napi_get_value_int32(env, arguments[2], &c));
  TRY(napi_get_value_double(env, arguments[3], &d));
  TRY(napi_get_value_double(env, arguments[4], &e));
  TRY(napi_get_value_int32(env, arguments[5], &f));
  TRY(napi_get_value_double(env, arguments[6], &g));
  TRY(napi_get_value_int32(env, arguments[7], &h));
  napi_value result;
  TRY(napi_create_double(env, mix8(a, b, c, d, (float)e, f, g, h), &result));
  return result;
}

// A pointer is a BigInt, as in the libraries that it is compared with.
static napi_value call_same_pointer(napi_env env, napi_callback_info info) {
  READ_ARGUMENTS(1);
  uint64_t address;
  bool lossless;
  TRY(napi_get_value_bigint_uint64(env, arguments[0], &address, &lossless));
  napi_value result;
  TRY(napi_create_bigint_uint64(env, (uintptr_t)same_pointer((void*)(uintptr_t)address), &result));
  return result;
}

NAPI_MODULE_INIT() {
  TRY(export_function(env, exports, "noop", call_noop));
  TRY(export_function(env, exports, "add_i32", call_add_i32));
  TRY(export_function(env, exports, "add_f64", call_add_f64));
  TRY(export_function(env, exports, "add_i64", call_add_i64));
  TRY(export_function(env, exports, "text_length", call_text_length));
  TRY(export_function(env, exports, "text_to_int", call_text_to_int));
  TRY(export_function(env, exports, "greet", call_greet));
  TRY(export_function(env, exports, "dot3", call_dot3));
  TRY(export_function(env, exports, "sum_buf", call_sum_buf));
  TRY(export_function(env, exports, "mix8", call_mix8));
  TRY(export_function(env, exports, "same_pointer", call_same_pointer));
  return export_callbacks(env, exports);
}
