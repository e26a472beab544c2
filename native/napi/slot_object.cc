#include "napi/slot_object.h"

#include <cstdint>
#include <string>

#include "napi/image_object.h"

namespace dynamic_reload {

Napi::Function SlotObject::Define(Napi::Env env) {
  return DefineClass(
      env, "Slot",
      {InstanceAccessor<&SlotObject::Address>("address"),
       InstanceAccessor<&SlotObject::IsMissing>("isMissing"),
       InstanceMethod<&SlotObject::Bind>("bind"), InstanceMethod<&SlotObject::Unbind>("unbind")});
}

SlotObject::SlotObject(const Napi::CallbackInfo& info)
    : Napi::ObjectWrap<SlotObject>(info),
      slot_(std::make_shared<SymbolSlot>(info[0].As<Napi::String>().Utf8Value(),
                                         info[1].As<Napi::String>().Utf8Value())) {}

Napi::Value SlotObject::Address(const Napi::CallbackInfo& info) {
  if (slot_->address() == nullptr) {
    Throw(info.Env(), slot_->MakeUnboundError(info.Env()));
    return info.Env().Undefined();
  }
  return Napi::BigInt::New(info.Env(),
                           static_cast<uint64_t>(reinterpret_cast<uintptr_t>(slot_->address())));
}

Napi::Value SlotObject::IsMissing(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), slot_->is_missing());
}

void SlotObject::Bind(const Napi::CallbackInfo& info) {
  bool lossless = false;
  const uint64_t address = info[1].As<Napi::BigInt>().Uint64Value(&lossless);
  slot_->Bind(ImageObject::Unwrap(info[0].As<Napi::Object>())->image(),
              reinterpret_cast<void*>(static_cast<uintptr_t>(address)));
}

void SlotObject::Unbind(const Napi::CallbackInfo& info) {
  const std::string reason = info[0].As<Napi::String>();
  slot_->Unbind(reason == "missing"     ? SymbolSlot::Unbound::kMissing
                : reason == "replaced"  ? SymbolSlot::Unbound::kReplaced
                : reason == "suspended" ? SymbolSlot::Unbound::kSuspended
                                        : SymbolSlot::Unbound::kClosed);
}

}  // namespace dynamic_reload
