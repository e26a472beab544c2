#include "napi/callback_object.h"

#include <cstdint>
#include <string>
#include <utility>

#include "napi/addon.h"
#include "napi/callback_receiver.h"
#include "napi/errors.h"
#include "napi/plan_object.h"

namespace dynamic_reload {

Napi::Function CallbackObject::Define(Napi::Env env) {
  return DefineClass(
      env, "Callback",
      {InstanceAccessor<&CallbackObject::Address>("address"),
       InstanceMethod<&CallbackObject::Ref>("ref"), InstanceMethod<&CallbackObject::Unref>("unref"),
       InstanceMethod<&CallbackObject::Close>("close")});
}

CallbackObject::CallbackObject(const Napi::CallbackInfo& info)
    : Napi::ObjectWrap<CallbackObject>(info) {
  const Napi::Env env = info.Env();
  const auto dispatch = info[1].As<Napi::Function>();
  auto closure = Closure::Reserve(SignatureFrom(info[0].As<Napi::Object>()));
  if (!closure.ok()) {
    const Error& error = closure.error();
    Throw(env, MakeError(env, SymbolError{error.code, "callback", "", error.message}));
    return;
  }
  info.This().As<Napi::Object>().Set("dispatch", dispatch);  // Held for the receiver.
  receiver_ = Addon::Of(env).callbacks().Begin(std::move(closure).value(), dispatch);
}

// NOLINTNEXTLINE(bugprone-exception-escape): a reference that can be made can be reset.
CallbackObject::~CallbackObject() { End({}); }

Napi::Value CallbackObject::Address(const Napi::CallbackInfo& info) {
  if (receiver_ == nullptr) return info.Env().Null();
  const auto address = reinterpret_cast<uintptr_t>(receiver_->address());
  return Napi::BigInt::New(info.Env(), static_cast<uint64_t>(address));
}

void CallbackObject::Ref(const Napi::CallbackInfo& info) {
  if (receiver_ == nullptr || refed_ != nullptr) return;
  refed_ = Addon::Of(info.Env()).foreign_calls();
  refed_->Ref();
}

void CallbackObject::Unref(const Napi::CallbackInfo&) { LetProcessEnd(); }

void CallbackObject::Close(const Napi::CallbackInfo& info) {
  LetProcessEnd();
  End(info[0]);
}

void CallbackObject::LetProcessEnd() {
  if (const auto refed = std::exchange(refed_, nullptr)) refed->Unref();
}

void CallbackObject::End(const Napi::Value& on_dead_call) {
  if (const auto receiver = std::exchange(receiver_, nullptr)) receiver->End(on_dead_call);
}

}  // namespace dynamic_reload
