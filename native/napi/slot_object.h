// `Slot` in binding.d.ts.

#ifndef DYNAMIC_RELOAD_NAPI_SLOT_OBJECT_H_
#define DYNAMIC_RELOAD_NAPI_SLOT_OBJECT_H_

#include <napi.h>

#include <memory>

#include "napi/symbol_slot.h"

namespace dynamic_reload {

class SlotObject : public Napi::ObjectWrap<SlotObject> {
 public:
  static Napi::Function Define(Napi::Env env);

  explicit SlotObject(const Napi::CallbackInfo& info);

  const std::shared_ptr<SymbolSlot>& slot() const { return slot_; }

 private:
  Napi::Value Address(const Napi::CallbackInfo& info);
  Napi::Value IsMissing(const Napi::CallbackInfo& info);
  void Bind(const Napi::CallbackInfo& info);
  void Unbind(const Napi::CallbackInfo& info);

  const std::shared_ptr<SymbolSlot> slot_;
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_NAPI_SLOT_OBJECT_H_
