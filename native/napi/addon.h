// Everything that belongs to one environment: a Node.js main thread, a worker, an Electron context.

#ifndef DYNAMIC_RELOAD_NAPI_ADDON_H_
#define DYNAMIC_RELOAD_NAPI_ADDON_H_

#include <napi.h>

#include <memory>
#include <set>

#include "base/result.h"
#include "napi/call_engine.h"
#include "napi/callback_receiver.h"
#include "napi/foreign_calls.h"
#include "napi/queued_calls.h"
#include "os/library_monitor.h"

namespace dynamic_reload {

class WatcherObject;

// One process holds many environments, on many threads, and loads the addon once. So there is no
// global: whatever must be found again hangs on this object. JavaScript thread only.
class Addon : public Napi::Addon<Addon> {
 public:
  Addon(Napi::Env env, Napi::Object exports);
  ~Addon();

  static Addon& Of(napi_env env);

  const Napi::FunctionReference& make_error() const { return make_error_; }

  // Every watcher that is open.
  void Register(WatcherObject* watcher) { watchers_.insert(watcher); }
  void Unregister(WatcherObject* watcher) { watchers_.erase(watcher); }

  // The watcher thread, which all reloaders of the environment share. It starts with the first one
  // and sleeps when there is nothing to do, so it stays until the environment ends: closing an
  // inotify descriptor takes the kernel about 10 ms.
  Result<std::shared_ptr<LibraryMonitor>> Monitor();

  CallEngine& calls() { return calls_; }

  // Stays until the environment ends.
  QueuedCalls& AddQueue(const Napi::Function& on_done) {
    queues_.push_back(std::make_unique<QueuedCalls>(calls_, on_done));
    return *queues_.back();
  }

  const std::shared_ptr<ForeignCalls>& foreign_calls() { return foreign_calls_; }
  CallbackReceivers& callbacks() { return callbacks_; }

 private:
  void Initialize(const Napi::CallbackInfo& info);
  void EndWithParentProcess(const Napi::CallbackInfo& info);
  void StopWatchers(const Napi::CallbackInfo& info);
  void StopCalls();
  static void StopThreads(void* self);

  Napi::Env env_;
  Napi::FunctionReference make_error_;
  CallEngine calls_;
  const std::shared_ptr<ForeignCalls> foreign_calls_;
  CallbackReceivers callbacks_;
  std::vector<std::unique_ptr<QueuedCalls>> queues_;
  std::shared_ptr<LibraryMonitor> monitor_;
  std::set<WatcherObject*> watchers_;
  bool has_hook_ = true;  // Deno ends the process over the removal of a hook that ran.
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_NAPI_ADDON_H_
