#include "napi/watcher_object.h"

#include <chrono>
#include <cstdint>
#include <utility>

#include "napi/addon.h"
#include "napi/errors.h"

namespace dynamic_reload {

namespace {

// Waits for the watcher thread on a thread of the pool, so that JavaScript does not wait while a
// large library is being copied. The last one who holds the shadow directory removes it.
class ClosingWork final : public Napi::AsyncWorker {
 public:
  ClosingWork(const Napi::Function& on_closed, std::shared_ptr<LibraryMonitor> monitor,
              std::shared_ptr<ShadowDirectory> directory)
      : Napi::AsyncWorker(on_closed, "dynamic-reload:close"),
        monitor_(std::move(monitor)),
        directory_(std::move(directory)) {}

  void Execute() override {
    monitor_->Flush();
    monitor_.reset();
    directory_.reset();
  }

 private:
  std::shared_ptr<LibraryMonitor> monitor_;
  std::shared_ptr<ShadowDirectory> directory_;
};

Napi::Value ThrowClosed(Napi::Env env) {
  Throw(env, MakeError(env, Error{ErrorCode::kReloaderClosed, "", "", "", 0, ""}));
  return env.Undefined();
}

Napi::Object ToObject(Napi::Env env, const Change& change) {
  auto object = Napi::Object::New(env);
  object.Set("library", change.library);
  if (change.copy.ok()) {
    object.Set("copy", change.copy.value());
  } else {
    object.Set("error", MakeError(env, change.copy.error()));
  }
  return object;
}

}  // namespace

Napi::Function WatcherObject::Define(Napi::Env env) {
  return DefineClass(
      env, "Watcher",
      {InstanceMethod<&WatcherObject::Add>("add"),
       InstanceMethod<&WatcherObject::WaitFor>("waitFor"),
       InstanceMethod<&WatcherObject::Remove>("remove"),
       InstanceMethod<&WatcherObject::Accept>("accept"),
       InstanceMethod<&WatcherObject::Reject>("reject"),
       InstanceMethod<&WatcherObject::Discard>("discard"),
       InstanceMethod<&WatcherObject::Drain>("drain"),
       InstanceMethod<&WatcherObject::Close>("close"), InstanceMethod<&WatcherObject::Ref>("ref"),
       InstanceMethod<&WatcherObject::Unref>("unref")});
}

WatcherObject::WatcherObject(const Napi::CallbackInfo& info)
    : Napi::ObjectWrap<WatcherObject>(info) {
  const Napi::Env env = info.Env();
  auto monitor = Addon::Of(env).Monitor();
  if (!monitor.ok()) {
    Throw(env, MakeError(env, monitor.error()));
    return;
  }
  auto directory = ShadowDirectory::Create(info[0].As<Napi::String>());
  if (!directory.ok()) {
    Throw(env, MakeError(env, directory.error()));
    return;
  }

  monitor_ = std::move(monitor).value();
  doorbell_ = std::make_shared<Doorbell>(env, info[2].As<Napi::Function>());
  subscription_ = {
      std::make_shared<ChangeQueue>([doorbell = doorbell_] { doorbell->Ring(); }),
      std::move(directory).value(),
      std::chrono::milliseconds(info[1].As<Napi::Number>().Int64Value()),
  };
  // After the threadsafe function: hooks run in reverse, so this one comes before the end of that.
  napi_add_env_cleanup_hook(env, &OnEnvironmentEnd, this);
  Addon::Of(env).Register(this);
}

WatcherObject::~WatcherObject() { Stop(); }

void WatcherObject::OnEnvironmentEnd(void* self) { static_cast<WatcherObject*>(self)->Stop(); }

void WatcherObject::Stop() {
  if (monitor_ == nullptr) return;
  doorbell_->Silence();
  for (const LibraryId library : libraries_) monitor_->Remove(library);
  libraries_.clear();
  subscription_ = {};
  monitor_.reset();
  napi_remove_env_cleanup_hook(Env(), &OnEnvironmentEnd, this);
  Addon::Of(Env()).Unregister(this);
}

Napi::Value WatcherObject::Add(const Napi::CallbackInfo& info) {
  if (monitor_ == nullptr) return ThrowClosed(info.Env());
  const LibraryId library = monitor_->Add(info[0].As<Napi::String>(), subscription_);
  libraries_.insert(library);
  return Napi::Number::New(info.Env(), library);
}

Napi::Value WatcherObject::WaitFor(const Napi::CallbackInfo& info) {
  if (monitor_ == nullptr) return ThrowClosed(info.Env());
  return ToObject(info.Env(), subscription_.queue->WaitFor(info[0].As<Napi::Number>()));
}

void WatcherObject::Remove(const Napi::CallbackInfo& info) {
  if (monitor_ == nullptr) return;
  const LibraryId library = info[0].As<Napi::Number>();
  libraries_.erase(library);
  monitor_->Remove(library);
}

void WatcherObject::Accept(const Napi::CallbackInfo& info) {
  if (monitor_ != nullptr) monitor_->Accept(info[0].As<Napi::Number>(), info[1].As<Napi::String>());
}

void WatcherObject::Reject(const Napi::CallbackInfo& info) {
  if (monitor_ != nullptr) monitor_->Reject(info[0].As<Napi::Number>(), info[1].As<Napi::String>());
}

void WatcherObject::Discard(const Napi::CallbackInfo& info) {
  if (monitor_ != nullptr) monitor_->Discard(info[0].As<Napi::String>());
}

Napi::Value WatcherObject::Drain(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  ChangeQueue::Drained drained;
  if (monitor_ != nullptr) drained = subscription_.queue->Drain();
  auto changes = Napi::Array::New(env);
  for (uint32_t i = 0; i < drained.changes.size(); ++i) {
    changes.Set(i, ToObject(env, drained.changes[i]));
  }
  auto errors = Napi::Array::New(env);
  for (uint32_t i = 0; i < drained.errors.size(); ++i) {
    errors.Set(i, MakeError(env, drained.errors[i]));
  }
  auto result = Napi::Object::New(env);
  result.Set("changes", changes);
  result.Set("errors", errors);
  return result;
}

void WatcherObject::Close(const Napi::CallbackInfo& info) {
  if (monitor_ == nullptr) return;
  auto* work = new ClosingWork(info[0].As<Napi::Function>(), monitor_, subscription_.directory);
  Stop();
  work->Queue();  // Deletes itself when done.
}

void WatcherObject::Ref(const Napi::CallbackInfo& info) { doorbell_->Ref(info.Env()); }
void WatcherObject::Unref(const Napi::CallbackInfo& info) { doorbell_->Unref(info.Env()); }

}  // namespace dynamic_reload
