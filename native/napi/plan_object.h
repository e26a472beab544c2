// `Plan` in binding.d.ts.

#ifndef DYNAMIC_RELOAD_NAPI_PLAN_OBJECT_H_
#define DYNAMIC_RELOAD_NAPI_PLAN_OBJECT_H_

#include <napi.h>

#include <memory>

#include "ffi/call_plan.h"

namespace dynamic_reload {

// A scalar by its name in binding.d.ts.
Type TypeNamed(const Napi::Value& name);

// `types` is { arguments, return, variadicFrom? } of binding.d.ts.
Signature SignatureFrom(const Napi::Object& types);

// Where JavaScript has to write the arguments of a plan, or read those of a callback.
Napi::Array PlacesOf(Napi::Env env, const CallPlan& plan);

class PlanObject : public Napi::ObjectWrap<PlanObject> {
 public:
  static Napi::Function Define(Napi::Env env);

  explicit PlanObject(const Napi::CallbackInfo& info);

  const std::shared_ptr<const CallPlan>& plan() const { return plan_; }

 private:
  Napi::Value Places(const Napi::CallbackInfo& info);

  std::shared_ptr<const CallPlan> plan_;  // Null when the constructor threw.
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_NAPI_PLAN_OBJECT_H_
