// `Watcher` in binding.d.ts.

#ifndef DYNAMIC_RELOAD_NAPI_WATCHER_OBJECT_H_
#define DYNAMIC_RELOAD_NAPI_WATCHER_OBJECT_H_

#include <napi.h>

#include <map>
#include <memory>
#include <set>
#include <string>

#include "napi/doorbell.h"
#include "os/library_monitor.h"
#include "os/shared_versions.h"

namespace dynamic_reload {

class WatcherObject : public Napi::ObjectWrap<WatcherObject> {
 public:
  static Napi::Function Define(Napi::Env env);

  explicit WatcherObject(const Napi::CallbackInfo& info);
  ~WatcherObject() override;

  // Stops everything that could call into JavaScript, and removes the shadow directory when the
  // watcher thread is done with it. Doing so twice is fine.
  void Stop();

 private:
  Napi::Value Add(const Napi::CallbackInfo& info);
  Napi::Value WaitFor(const Napi::CallbackInfo& info);
  Napi::Value Share(const Napi::CallbackInfo& info);
  Napi::Value IsNews(const Napi::CallbackInfo& info);
  Napi::Value Join(const Napi::CallbackInfo& info);
  SharedVersions::SeatOptions SeatOptionsFor(LibraryId library);
  void Remove(const Napi::CallbackInfo& info);
  void Accept(const Napi::CallbackInfo& info);
  void Reject(const Napi::CallbackInfo& info);
  void Discard(const Napi::CallbackInfo& info);
  void Drain(const Napi::CallbackInfo& info);
  Napi::Value Now(const Napi::CallbackInfo& info);
  void SwitchTrace(const Napi::CallbackInfo& info);
  Napi::Value DrainTrace(const Napi::CallbackInfo& info);
  void Close(const Napi::CallbackInfo& info);
  void Ref(const Napi::CallbackInfo& info);
  void Unref(const Napi::CallbackInfo& info);

  // The environment may end at any time: worker.terminate(), process.exit().
  static void OnEnvironmentEnd(void* self);

  std::shared_ptr<LibraryMonitor> monitor_;  // Null when the constructor threw, and after Stop().
  std::shared_ptr<Doorbell> doorbell_;
  LibraryMonitor::Subscription subscription_;
  std::set<LibraryId> libraries_;
  std::map<LibraryId, std::unique_ptr<SharedVersions::Seat>> seats_;  // Of those that are shared.
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_NAPI_WATCHER_OBJECT_H_
