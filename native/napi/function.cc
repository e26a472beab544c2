#include "napi/function.h"

#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ffi/call_plan.h"
#include "napi/call_engine.h"
#include "napi/errors.h"
#include "napi/plan_object.h"
#include "napi/slot_object.h"
#include "napi/values.h"

namespace dynamic_reload {

namespace {

// A function of a library. Made once, it outlives every version.
struct SymbolFunction {
  std::shared_ptr<SymbolSlot> slot;
  std::vector<Type> arguments;
  Type result = Type::kVoid;
  CallPlan plan;
};

napi_value MakeCountError(napi_env env, const SymbolFunction& function, size_t given) {
  const size_t wanted = function.arguments.size();
  const std::string message = "takes " + std::to_string(wanted) +
                              (wanted == 1 ? " argument" : " arguments") + ", not " +
                              std::to_string(given);
  return MakeError(
      env, SymbolError{ErrorCode::kInvalidArgumentType, function.slot->symbol(), "", message});
}

// The values of one call. Most fit the part inside the object.
class Values {
 public:
  Values(napi_env env, napi_callback_info info) {
    napi_get_cb_info(env, info, &count_, inside_, nullptr, &data_);
    if (count_ <= std::size(inside_)) return;
    outside_.resize(count_);
    napi_get_cb_info(env, info, &count_, outside_.data(), nullptr, nullptr);
  }

  // What the function was made with.
  const SymbolFunction& function() const { return *static_cast<const SymbolFunction*>(data_); }
  size_t size() const { return count_; }
  napi_value operator[](size_t index) const {
    return outside_.empty() ? inside_[index] : outside_[index];
  }

 private:
  napi_value inside_[8] = {};
  std::vector<napi_value> outside_;
  size_t count_ = std::size(inside_);
  void* data_ = nullptr;
};

// Checks `values` and writes them where the plan says. Returns the error to throw; null when all is
// well. Runs no JavaScript, so nothing can happen before the call itself.
napi_value WriteArguments(napi_env env, const Values& values, CallMemory& memory,
                          RegisterFile& registers) {
  const SymbolFunction& function = values.function();
  if (function.slot->address() == nullptr) return function.slot->MakeUnboundError(env);
  if (values.size() != function.arguments.size())
    return MakeCountError(env, function, values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    const Type type = function.arguments[i];
    const uint32_t place = function.plan.arguments[i].moves.front().to;
    uint64_t& word = registers.words[place / sizeof(uint64_t)];
    if (const auto problem = ToWord(env, values[i], type, memory, word)) {
      const std::string& symbol = function.slot->symbol();
      return MakeError(env, ValueError{*problem, symbol, i, TypeName(type), values[i]});
    }
  }
  return nullptr;
}

// Null when a callback threw, which is not thrown yet: the image may be closed at the end of this,
// and who waits for that could not be told while an exception is pending.
napi_value TakeResult(napi_env env, CallEngine& engine, const SymbolFunction& function,
                      const RegisterFile& registers) {
  const ImagePin pin(function.slot->image());  // A text result may lie in it.
  uint64_t bits = 0;
  engine.CallDirectly(*function.slot, function.plan, registers, &bits);
  return engine.has_exception() ? nullptr : FromBits(env, function.result, bits);
}

napi_value CallFunction(napi_env env, napi_callback_info info) {
  const Values values(env, info);
  CallEngine& engine = CallEngine::Of(env);
  RegisterFile& registers = engine.scratch()->registers;
  CallMemory memory;
  if (napi_value error = WriteArguments(env, values, memory, registers)) {
    Throw(env, error);
    return nullptr;
  }
  napi_value result = TakeResult(env, engine, values.function(), registers);
  if (!engine.has_exception()) return result;
  engine.ThrowException();
  return nullptr;
}

// Empty when the calling convention cannot do it, which is thrown.
std::unique_ptr<SymbolFunction> FunctionFrom(const Napi::CallbackInfo& info) {
  auto function = std::make_unique<SymbolFunction>();
  function->slot = SlotObject::Unwrap(info[0].As<Napi::Object>())->slot();
  function->result = TypeNamed(info[2]);
  Signature signature;
  signature.result = ValueType::Scalar(function->result);
  const auto types = info[1].As<Napi::Array>();
  for (uint32_t i = 0; i < types.Length(); ++i) {
    function->arguments.push_back(TypeNamed(types.Get(i)));
    signature.arguments.push_back(ValueType::Scalar(function->arguments.back()));
  }
  auto plan = MakeCallPlan(signature);
  if (!plan.ok()) {
    const Error& error = plan.error();
    const std::string& symbol = function->slot->symbol();
    Throw(info.Env(), MakeError(info.Env(), SymbolError{error.code, symbol, "", error.message}));
    return nullptr;
  }
  function->plan = std::move(plan).value();
  return function;
}

}  // namespace

Napi::Value CreateFunction(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  auto function = FunctionFrom(info);
  if (function == nullptr) return env.Undefined();
  napi_value result = nullptr;
  napi_create_function(env, function->slot->symbol().c_str(), NAPI_AUTO_LENGTH, CallFunction,
                       function.get(), &result);
  // The JavaScript function owns what it points to.
  const auto free = [](napi_env, void* data, void*) { delete static_cast<SymbolFunction*>(data); };
  if (result != nullptr &&
      napi_add_finalizer(env, result, function.get(), free, nullptr, nullptr) == napi_ok) {
    static_cast<void>(function.release());
  }
  return {env, result};
}

}  // namespace dynamic_reload
