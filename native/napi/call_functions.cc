#include "napi/call_functions.h"

#include <cstddef>
#include <cstring>
#include <string_view>
#include <utility>

#include "napi/addon.h"
#include "napi/call_engine.h"
#include "napi/callback_object.h"
#include "napi/map_call.h"
#include "napi/plan_object.h"
#include "napi/queued_calls.h"
#include "napi/slot_object.h"
#include "napi/text.h"
#include "napi/values.h"

// The call for hosts that reach C without Node-API, see lib/calls/transport.ts. The engine comes as
// the one type that all of them pass on unchecked.
extern "C" NAPI_MODULE_EXPORT void DynamicReloadCall(double engine) {
  const auto address = static_cast<uintptr_t>(engine);
  reinterpret_cast<dynamic_reload::CallEngine*>(address)->Call([] {});
}

namespace dynamic_reload {

namespace {

// Texts longer than this are not worth keeping: comparing and copying them takes too long.
constexpr size_t kLongestKept = 4096;

void* AddressFrom(const Napi::Value& value) {
  bool lossless = false;
  const uint64_t address = value.As<Napi::BigInt>().Uint64Value(&lossless);
  return reinterpret_cast<void*>(static_cast<uintptr_t>(address));
}

uint64_t BitsOf(const void* address) {
  return static_cast<uint64_t>(reinterpret_cast<uintptr_t>(address));
}

// ---- The crossings, by Node-API's own functions: node-addon-api's take longer than most calls
// ----

napi_value Call(napi_env env, napi_callback_info /*info*/) {
  CallEngine::Of(env).Call([] {});
  return nullptr;
}

// The text result of the call that is just over; undefined when it is the one that JavaScript got
// the last time.
napi_value TakeText(CallEngine& engine, CallTarget& target) {
  engine.LeaveCallbacks();
  const napi_env env = engine.env();
  const char* result = nullptr;
  std::memcpy(&result, engine.scratch()->result, sizeof result);
  if (result == nullptr) return ReadText(env, result, 1);
  const std::string_view text(result);
  if (text == target.last_result && !text.empty()) return nullptr;
  target.last_result = text.size() <= kLongestKept ? text : std::string_view();
  napi_value value = nullptr;
  napi_create_string_utf8(env, text.data(), text.size(), &value);
  return value;
}

napi_value CallForText(napi_env env, napi_callback_info /*info*/) {
  CallEngine& engine = CallEngine::Of(env);
  CallTarget& target = engine.target(engine.scratch()->target);
  napi_value taken = nullptr;
  engine.Call([&] { taken = TakeText(engine, target); });
  return taken;
}

// Takes a text result at once: it may lie in the text that was passed.
napi_value CallWith(CallEngine& engine, TextArgument& text) {
  Scratch& scratch = *engine.scratch();
  if (text.has_nul()) {
    scratch.status = Scratch::kBadValue;
    return nullptr;
  }
  CallTarget& target = engine.target(scratch.target);
  scratch.registers.words[scratch.text_word] = BitsOf(text.data());
  napi_value taken = nullptr;
  engine.Call([&] {
    if (target.returns_text) taken = TakeText(engine, target);
  });
  return taken;
}

napi_value OnlyArgument(napi_env env, napi_callback_info info) {
  napi_value value = nullptr;
  size_t count = 1;
  napi_get_cb_info(env, info, &count, &value, nullptr, nullptr);
  return value;
}

// Calls with a text argument: the one that is passed here.
napi_value CallWithText(napi_env env, napi_callback_info info) {
  TextArgument text(env, OnlyArgument(env, info));
  return CallWith(CallEngine::Of(env), text);
}

// The same, and keeps the text for CallWithKeptText().
napi_value CallAndKeepText(napi_env env, napi_callback_info info) {
  CallEngine& engine = CallEngine::Of(env);
  TextArgument text(env, OnlyArgument(env, info));
  engine.target(engine.scratch()->target).kept_text.Set(text);
  return CallWith(engine, text);
}

// C gets a copy, which it may change.
napi_value CallWithKeptText(napi_env env, napi_callback_info /*info*/) {
  CallEngine& engine = CallEngine::Of(env);
  TextArgument text(engine.target(engine.scratch()->target).kept_text);
  return CallWith(engine, text);
}

// Writes the address of a buffer, or of a view of one, to the word of the scratch with this index.
// Returns false when it is none, or has no memory any more.
napi_value PutAddress(napi_env env, napi_callback_info info) {
  napi_value values[2] = {};
  size_t count = 2;
  napi_get_cb_info(env, info, &count, values, nullptr, nullptr);
  uint32_t word = 0;
  napi_get_value_uint32(env, values[1], &word);
  void* bytes = nullptr;
  const bool found = BytesOf(env, values[0], bytes);
  if (found) reinterpret_cast<void**>(CallEngine::Of(env).scratch())[word] = bytes;
  napi_value result = nullptr;
  napi_get_boolean(env, found, &result);
  return result;
}

// ---- What is not called as often
// -----------------------------------------------------------------

// For DynamicReloadCall(). Exact when it is a safe integer.
Napi::Value EngineAddress(const Napi::CallbackInfo& info) {
  const uint64_t address = BitsOf(&CallEngine::Of(info.Env()));
  return Napi::Number::New(info.Env(), static_cast<double>(address));
}

Napi::Value ScratchBuffer(const Napi::CallbackInfo& info) {
  return CallEngine::Of(info.Env()).ScratchBuffer();
}

Napi::Value AddTarget(const Napi::CallbackInfo& info) {
  CallTarget target;
  target.slot = SlotObject::Unwrap(info[0].As<Napi::Object>())->slot();
  target.plan = PlanObject::Unwrap(info[1].As<Napi::Object>())->plan();
  target.returns_text = info[2].As<Napi::Boolean>();
  return Napi::Number::New(info.Env(), CallEngine::Of(info.Env()).AddTarget(std::move(target)));
}

void RemoveTarget(const Napi::CallbackInfo& info) {
  CallEngine::Of(info.Env()).RemoveTarget(info[0].As<Napi::Number>());
}

void Hold(const Napi::CallbackInfo& info) {
  CallEngine::Of(info.Env()).Hold(info[0].As<Napi::Number>());
}

void Release(const Napi::CallbackInfo& info) { CallEngine::Of(info.Env()).Release(); }

void ThrowStatus(const Napi::CallbackInfo& info) {
  CallEngine::Of(info.Env()).ThrowStatus(info[0].As<Napi::Number>());
}

void SetRaw(Napi::Object& object, const char* name, napi_callback callback) {
  napi_value function = nullptr;
  napi_create_function(object.Env(), name, NAPI_AUTO_LENGTH, callback, nullptr, &function);
  object.Set(name, function);
}

template <typename Function>
void Set(Napi::Object& object, const char* name, Function function) {
  object.Set(name, Napi::Function::New(object.Env(), function, name));
}

Napi::Value OpenQueue(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  QueuedCalls& calls = Addon::Of(env).AddQueue(info[0].As<Napi::Function>());
  const auto start = [&calls](const Napi::CallbackInfo& call) {
    const Status started = calls.Start();
    if (!started.ok()) Throw(call.Env(), MakeError(call.Env(), started.error()));
  };
  const auto cancel = [&calls](const Napi::CallbackInfo& call) {
    return Napi::Boolean::New(call.Env(), calls.Cancel(call[0].As<Napi::Number>()));
  };
  const auto take = [&calls](const Napi::CallbackInfo& /*call*/) { calls.Take(); };
  auto queue = Napi::Object::New(env);
  Set(queue, "start", start);
  Set(queue, "cancel", cancel);
  Set(queue, "take", take);
  return queue;
}

// Of a buffer or a view of one; undefined when it is none, or has no memory any more.
Napi::Value AddressOf(const Napi::CallbackInfo& info) {
  void* bytes = nullptr;
  if (!BytesOf(info.Env(), info[0], bytes)) return info.Env().Undefined();
  return Napi::BigInt::New(info.Env(), BitsOf(bytes));
}

Napi::Value ReadTextAt(const Napi::CallbackInfo& info) {
  const size_t unit = info[1].As<Napi::Number>().Uint32Value();
  return {info.Env(), ReadText(info.Env(), AddressFrom(info[0]), unit)};
}

void ReadMemory(const Napi::CallbackInfo& info) {
  auto target = info[1].As<Napi::Uint8Array>();
  std::memcpy(target.Data(), AddressFrom(info[0]), target.ByteLength());
}

void WriteMemory(const Napi::CallbackInfo& info) {
  const auto source = info[1].As<Napi::Uint8Array>();
  std::memcpy(AddressFrom(info[0]), source.Data(), source.ByteLength());
}

Napi::Object ScratchLayout(Napi::Env env) {
  auto layout = Napi::Object::New(env);
  layout.Set("target", offsetof(Scratch, target));
  layout.Set("status", offsetof(Scratch, status));
  layout.Set("errorNumber", offsetof(Scratch, error_number));
  layout.Set("textWord", offsetof(Scratch, text_word));
  layout.Set("job", offsetof(Scratch, job));
  layout.Set("registers", offsetof(Scratch, registers));
  layout.Set("result", offsetof(Scratch, result));
  layout.Set("callbackRegisters", offsetof(Scratch, callback_registers));
  layout.Set("callbackResult", offsetof(Scratch, callback_result));
  return layout;
}

}  // namespace

Napi::Object DefineCallFunctions(Napi::Env env) {
  auto calls = Napi::Object::New(env);
  calls.Set("layout", ScratchLayout(env));
  calls.Set("Plan", PlanObject::Define(env));
  calls.Set("Callback", CallbackObject::Define(env));
  SetRaw(calls, "call", Call);
  SetRaw(calls, "callWithText", CallWithText);
  SetRaw(calls, "callAndKeepText", CallAndKeepText);
  SetRaw(calls, "callWithKeptText", CallWithKeptText);
  SetRaw(calls, "callForText", CallForText);
  SetRaw(calls, "putAddress", PutAddress);
  Set(calls, "engineAddress", EngineAddress);
  Set(calls, "scratchBuffer", ScratchBuffer);
  Set(calls, "addTarget", AddTarget);
  Set(calls, "removeTarget", RemoveTarget);
  Set(calls, "hold", Hold);
  Set(calls, "release", Release);
  Set(calls, "throwStatus", ThrowStatus);
  Set(calls, "addressOf", AddressOf);
  Set(calls, "readText", ReadTextAt);
  Set(calls, "readMemory", ReadMemory);
  Set(calls, "writeMemory", WriteMemory);
  Set(calls, "mapCall", MapCall);
  Set(calls, "openQueue", OpenQueue);
  return calls;
}

}  // namespace dynamic_reload
