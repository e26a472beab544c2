#include "napi/addon.h"

#include <utility>

#include "napi/call_functions.h"
#include "napi/errors.h"
#include "napi/file_functions.h"
#include "napi/function.h"
#include "napi/image_object.h"
#include "napi/slot_object.h"
#include "napi/watcher_object.h"
#include "os/parent_process.h"

namespace dynamic_reload {

Addon::Addon(Napi::Env env, Napi::Object exports)
    : env_(env),
      calls_(env),
      foreign_calls_(std::make_shared<ForeignCalls>(env)),
      callbacks_(calls_, foreign_calls_) {
  DefineAddon(exports,
              {
                  InstanceMethod("initialize", &Addon::Initialize),
                  InstanceMethod("endWithParent", &Addon::EndWithParentProcess),
                  InstanceMethod("stopWatchers", &Addon::StopWatchers),
                  InstanceValue("createFunction", Napi::Function::New<CreateFunction>(env)),
                  InstanceValue("calls", DefineCallFunctions(env)),
                  InstanceValue("files", DefineFileFunctions(env)),
                  InstanceValue("Image", ImageObject::Define(env)),
                  InstanceValue("Slot", SlotObject::Define(env)),
                  InstanceValue("Watcher", WatcherObject::Define(env)),
              });
  napi_add_env_cleanup_hook(env, &StopThreads, this);
}

Addon::~Addon() {
  if (has_hook_) napi_remove_env_cleanup_hook(env_, &StopThreads, this);
}

Addon& Addon::Of(napi_env env) { return *Napi::Env(env).GetInstanceData<Addon>(); }

// Hooks run in the reverse order of their making, so every WatcherObject has let go by now and the
// thread is joined here. It must be: what it tells of its work ends with the environment.
void Addon::StopThreads(void* self) {
  auto* addon = static_cast<Addon*>(self);
  addon->has_hook_ = false;
  addon->monitor_.reset();
  addon->StopCalls();
}

// Calls on other threads may wait in a callback: those have to be let go first.
void Addon::StopCalls() {
  foreign_calls_->Stop();
  for (const auto& queue : queues_) queue->Stop();
}

// process.exit() runs the hooks of workers, not those of the main thread.
void Addon::StopWatchers(const Napi::CallbackInfo& /*info*/) {
  for (WatcherObject* watcher : std::set<WatcherObject*>(watchers_)) watcher->Stop();
  if (monitor_ != nullptr) monitor_->Flush();
  StopCalls();
}

Result<std::shared_ptr<LibraryMonitor>> Addon::Monitor() {
  if (monitor_ == nullptr) {
    auto created = LibraryMonitor::Create();
    if (!created.ok()) return created.error();
    monitor_ = std::move(created).value();
  }
  return monitor_;
}

void Addon::Initialize(const Napi::CallbackInfo& info) {
  make_error_ = Napi::Persistent(info[0].As<Napi::Function>());
}

void Addon::EndWithParentProcess(const Napi::CallbackInfo& /*info*/) { EndWithParent(); }

}  // namespace dynamic_reload

namespace {
using DynamicReloadAddon = dynamic_reload::Addon;
}

NODE_API_NAMED_ADDON(dynamic_reload, DynamicReloadAddon)
