#include "napi/function.h"

#include <string>
#include <utility>

#include "napi/nonblocking_call.h"
#include "napi/slot_object.h"

namespace dynamic_reload {

namespace {

using SharedFunction = std::shared_ptr<const SymbolFunction>;

// A definition that lib/signature.ts let through names only types that exist.
Type TypeNamed(const Napi::Value& name) {
  return ParseType(name.As<Napi::String>().Utf8Value()).value_or(Type::kVoid);
}

Signature SignatureFrom(const Napi::Object& definition) {
  Signature signature;
  signature.result = TypeNamed(definition.Get("return"));
  const auto types = definition.Get("arguments").As<Napi::Array>();
  for (uint32_t i = 0; i < types.Length(); ++i) {
    signature.arguments.push_back(TypeNamed(types.Get(i)));
  }
  return signature;
}

napi_value MakeCountError(napi_env env, const SymbolFunction& function, size_t given) {
  const size_t wanted = function.plan.arguments.size();
  const std::string message = "takes " + std::to_string(wanted) +
                              (wanted == 1 ? " argument" : " arguments") + ", not " +
                              std::to_string(given);
  return MakeError(
      env, SymbolError{ErrorCode::kInvalidArgumentType, function.slot->symbol(), "", message});
}

const SharedFunction& FunctionOf(napi_env env, napi_callback_info info,
                                 std::vector<napi_value>& values) {
  void* data = nullptr;
  size_t count = 0;
  napi_get_cb_info(env, info, &count, nullptr, nullptr, &data);
  values.resize(count);
  napi_get_cb_info(env, info, &count, values.data(), nullptr, nullptr);
  return *static_cast<const SharedFunction*>(data);
}

napi_value CallBlocking(napi_env env, napi_callback_info info) {
  std::vector<napi_value> values;
  const SymbolFunction& function = *FunctionOf(env, info, values);
  CallArguments arguments;
  if (napi_value error = WriteArguments(env, function, values, arguments)) {
    Throw(env, error);
    return nullptr;
  }
  return FromBits(env, function.plan.result,
                  Call(function.plan, function.slot->address(), arguments.registers));
}

napi_value CallNonblocking(napi_env env, napi_callback_info info) {
  std::vector<napi_value> values;
  const SharedFunction& function = FunctionOf(env, info, values);
  return StartNonblockingCall(env, function, values);
}

}  // namespace

napi_value WriteArguments(napi_env env, const SymbolFunction& function,
                          const std::vector<napi_value>& values, CallArguments& arguments) {
  const auto& places = function.plan.arguments;
  if (function.slot->address() == nullptr) return function.slot->MakeUnboundError(env);
  if (values.size() != places.size()) return MakeCountError(env, function, values.size());
  auto& words = arguments.registers.words;
  for (size_t i = 0; i < places.size(); ++i) {
    const auto problem =
        ToWord(env, values[i], places[i].type, arguments.memory, words[places[i].word]);
    if (problem) {
      return MakeError(env, ValueError{*problem, function.slot->symbol(), i,
                                       TypeName(places[i].type), values[i]});
    }
  }
  return nullptr;
}

Napi::Value CreateFunction(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto definition = info[1].As<Napi::Object>();
  auto plan = MakeCallPlan(SignatureFrom(definition));
  const auto& slot = SlotObject::Unwrap(info[0].As<Napi::Object>())->slot();
  if (!plan.ok()) {
    const Error& error = plan.error();
    Throw(env, MakeError(env, SymbolError{error.code, slot->symbol(), "", error.message}));
    return env.Undefined();
  }
  auto function = std::make_unique<SharedFunction>(
      std::make_shared<const SymbolFunction>(SymbolFunction{slot, std::move(plan).value()}));

  const bool nonblocking = definition.Get("nonblocking").ToBoolean();
  napi_value result = nullptr;
  napi_create_function(env, slot->symbol().c_str(), NAPI_AUTO_LENGTH,
                       nonblocking ? CallNonblocking : CallBlocking, function.get(), &result);
  // The JavaScript function owns what it points to.
  const auto free = [](napi_env, void* data, void*) { delete static_cast<SharedFunction*>(data); };
  if (result != nullptr &&
      napi_add_finalizer(env, result, function.get(), free, nullptr, nullptr) == napi_ok) {
    static_cast<void>(function.release());
  }
  return Napi::Value(env, result);
}

}  // namespace dynamic_reload
