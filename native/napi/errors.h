// Errors of the layers below, as JavaScript sees them.

#ifndef DYNAMIC_RELOAD_NAPI_ERRORS_H_
#define DYNAMIC_RELOAD_NAPI_ERRORS_H_

#include <node_api.h>

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace dynamic_reload {

// What is wrong with one value that JavaScript gave for a C type.
struct ValueError {
  ErrorCode code;
  std::string symbol;
  std::optional<size_t> argument;  // Index; empty when the value of a variable is meant.
  std::string_view expected;       // Name of the type.
  napi_value given;
};

// Why a symbol cannot be used.
struct SymbolError {
  ErrorCode code;
  std::string symbol;
  std::string library;  // Path of the original; empty when it does not matter.
  std::string message;
};

// The error object is made by TypeScript (`initialize` in binding.d.ts), so that it is of the realm
// and the class that the user's `instanceof` knows. Null when an exception is pending instead,
// which only happens while the environment ends.
napi_value MakeError(napi_env env, const Error& error);
napi_value MakeError(napi_env env, const ValueError& error);
napi_value MakeError(napi_env env, const SymbolError& error);

// Throws what one of the above made. The caller returns to JavaScript without delay.
void Throw(napi_env env, napi_value error);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_NAPI_ERRORS_H_
