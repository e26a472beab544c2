// `Callback` in binding.d.ts: a C function that calls JavaScript.

#ifndef DYNAMIC_RELOAD_NAPI_CALLBACK_OBJECT_H_
#define DYNAMIC_RELOAD_NAPI_CALLBACK_OBJECT_H_

#include <napi.h>

#include <memory>

namespace dynamic_reload {

class CallbackReceiver;
class ForeignCalls;

class CallbackObject : public Napi::ObjectWrap<CallbackObject> {
 public:
  static Napi::Function Define(Napi::Env env);

  explicit CallbackObject(const Napi::CallbackInfo& info);
  // NOLINTNEXTLINE(bugprone-exception-escape): a reference that can be made can be reset.
  ~CallbackObject() override;

 private:
  Napi::Value Address(const Napi::CallbackInfo& info);
  void Ref(const Napi::CallbackInfo& info);
  void Unref(const Napi::CallbackInfo& info);
  void Close(const Napi::CallbackInfo& info);

  void LetProcessEnd();
  void End(const Napi::Value& on_dead_call);

  std::shared_ptr<CallbackReceiver> receiver_;  // Null once closed, or when the constructor threw.
  std::shared_ptr<ForeignCalls> refed_;         // Null unless it keeps the process alive.
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_NAPI_CALLBACK_OBJECT_H_
