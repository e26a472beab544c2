#include "napi/errors.h"

#include <napi.h>

#include "napi/addon.h"

namespace dynamic_reload {

namespace {

const char* CodeName(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgumentType:
      return "ERR_INVALID_ARG_TYPE";
    case ErrorCode::kInvalidState:
      return "ERR_INVALID_STATE";
    case ErrorCode::kLibraryClosed:
      return "ERR_LIBRARY_CLOSED";
    case ErrorCode::kLibraryIncomplete:
      return "ERR_LIBRARY_INCOMPLETE";
    case ErrorCode::kLibraryLoad:
      return "ERR_LIBRARY_LOAD";
    case ErrorCode::kLibraryNotFound:
      return "ERR_LIBRARY_NOT_FOUND";
    case ErrorCode::kOutOfRange:
      return "ERR_OUT_OF_RANGE";
    case ErrorCode::kReloaderClosed:
      return "ERR_RELOADER_CLOSED";
    case ErrorCode::kShadowCopy:
      return "ERR_SHADOW_COPY";
    case ErrorCode::kSymbolDefinition:
      return "ERR_SYMBOL_DEFINITION";
    case ErrorCode::kSymbolNotFound:
      return "ERR_SYMBOL_NOT_FOUND";
    case ErrorCode::kWatch:
      return "ERR_WATCH";
    case ErrorCode::kWatchLimit:
      return "ERR_WATCH_LIMIT";
  }
  return "";
}

// Runs `fill` on an object of facts and hands that to TypeScript. Callers come from C callbacks, so
// no C++ exception may leave.
template <typename Fill>
napi_value MakeErrorFrom(napi_env env, const char* code, const std::string& message, Fill fill) {
  try {
    auto facts = Napi::Object::New(env);
    facts.Set("code", code);
    facts.Set("message", message);
    fill(facts);
    return Addon::Of(env).make_error().Call({facts});
  } catch (const Napi::Error& pending) {
    pending.ThrowAsJavaScriptException();
    return nullptr;
  }
}

void SetIfPresent(Napi::Object& facts, const char* key, const std::string& value) {
  if (!value.empty()) facts.Set(key, value);
}

}  // namespace

napi_value MakeError(napi_env env, const Error& error) {
  return MakeErrorFrom(env, CodeName(error.code), error.message, [&](Napi::Object& facts) {
    SetIfPresent(facts, "path", error.path);
    SetIfPresent(facts, "destination", error.destination);
    SetIfPresent(facts, "syscall", error.syscall);
    if (error.system_code != 0) facts.Set("errno", error.system_code);
  });
}

napi_value MakeError(napi_env env, const ValueError& error) {
  return MakeErrorFrom(env, CodeName(error.code), "", [&](Napi::Object& facts) {
    facts.Set("symbol", error.symbol);
    if (error.argument) facts.Set("argument", static_cast<double>(*error.argument));
    facts.Set("expected", std::string(error.expected));
    facts.Set("given", Napi::Value(env, error.given));
  });
}

napi_value MakeError(napi_env env, const SymbolError& error) {
  return MakeErrorFrom(env, CodeName(error.code), error.message, [&](Napi::Object& facts) {
    facts.Set("symbol", error.symbol);
    SetIfPresent(facts, "path", error.library);
  });
}

void Throw(napi_env env, napi_value error) {
  if (error != nullptr) napi_throw(env, error);
}

}  // namespace dynamic_reload
