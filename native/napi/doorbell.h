// Wakes the JavaScript thread from another one.

#ifndef DYNAMIC_RELOAD_NAPI_DOORBELL_H_
#define DYNAMIC_RELOAD_NAPI_DOORBELL_H_

#include <napi.h>

#include <functional>
#include <utility>

#include "base/mutex.h"

namespace dynamic_reload {

// A threadsafe function that carries no data: data in flight is lost, or leaks, when the
// environment ends before it is delivered.
class Doorbell {
 public:
  // `on_ring` runs on the JavaScript thread once or more after each Ring(), as long as JavaScript
  // may run.
  Doorbell(Napi::Env env, const Napi::Function& on_ring)
      : ring_(Function::New(env, on_ring, "dynamic-reload", 0, 1)) {}

  // The same without JavaScript. It also runs while the event loop comes to its end in a terminated
  // worker, when no JavaScript does.
  Doorbell(Napi::Env env, std::function<void()> on_ring)
      : on_ring_(std::move(on_ring)), ring_(Function::New(env, "dynamic-reload", 0, 1, this)) {}

  ~Doorbell() { Silence(); }

  Doorbell(const Doorbell&) = delete;
  Doorbell& operator=(const Doorbell&) = delete;

  // Any thread.
  void Ring() {
    MutexLock lock(mutex_);
    if (!silent_) ring_.NonBlockingCall();  // Fails only while the environment ends.
  }

  // JavaScript thread. No ring is delivered after this: unlike Release(), Abort() drops those that
  // are on their way.
  void Silence() {
    MutexLock lock(mutex_);
    if (!silent_) ring_.Abort();
    silent_ = true;
  }

  // JavaScript thread. Whether the doorbell keeps the event loop running; at first it does.
  void Ref(Napi::Env env) {
    MutexLock lock(mutex_);
    if (!silent_) ring_.Ref(env);
  }
  void Unref(Napi::Env env) {
    MutexLock lock(mutex_);
    if (!silent_) ring_.Unref(env);
  }

 private:
  // `self` is null when there is a JavaScript function. It may be gone when there is no environment
  // any more.
  static void OnRing(Napi::Env env, Napi::Function on_ring, Doorbell* self, void* /*data*/) {
    if (env == nullptr) return;
    if (self != nullptr) {
      self->on_ring_();
    } else if (!on_ring.IsEmpty()) {
      on_ring.Call({});
    }
  }
  using Function = Napi::TypedThreadSafeFunction<Doorbell, void, OnRing>;

  const std::function<void()> on_ring_;
  Mutex mutex_;
  Function ring_ GUARDED_BY(mutex_);
  bool silent_ GUARDED_BY(mutex_) = false;
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_NAPI_DOORBELL_H_
