#include "napi/addon.h"

#include <utility>

#include "napi/errors.h"
#include "napi/function.h"
#include "napi/image_object.h"
#include "napi/slot_object.h"
#include "napi/variable.h"
#include "napi/watcher_object.h"
#include "os/image.h"

namespace dynamic_reload {

Addon::Addon(Napi::Env env, Napi::Object exports) : env_(env) {
  DefineAddon(exports,
              {
                  InstanceMethod("initialize", &Addon::Initialize),
                  InstanceMethod("exportedSymbols", &Addon::ExportedSymbolsOf),
                  InstanceMethod("stopWatchers", &Addon::StopWatchers),
                  InstanceValue("createFunction", Napi::Function::New<CreateFunction>(env)),
                  InstanceValue("readVariable", Napi::Function::New<ReadVariable>(env)),
                  InstanceValue("writeVariable", Napi::Function::New<WriteVariable>(env)),
                  InstanceValue("Image", ImageObject::Define(env)),
                  InstanceValue("Slot", SlotObject::Define(env)),
                  InstanceValue("Watcher", WatcherObject::Define(env)),
              });
  napi_add_env_cleanup_hook(env, &StopMonitor, this);
}

Addon::~Addon() { napi_remove_env_cleanup_hook(env_, &StopMonitor, this); }

Addon& Addon::Of(napi_env env) { return *Napi::Env(env).GetInstanceData<Addon>(); }

// Hooks run in the reverse order of their making, so every WatcherObject has let go by now and the
// thread is joined here. It must be: Node.js may unmap the addon after the last environment.
void Addon::StopMonitor(void* self) { static_cast<Addon*>(self)->monitor_.reset(); }

// process.exit() runs the hooks of workers, not those of the main thread.
void Addon::StopWatchers(const Napi::CallbackInfo& /*info*/) {
  for (WatcherObject* watcher : std::set<WatcherObject*>(watchers_)) watcher->Stop();
  if (monitor_ != nullptr) monitor_->Flush();
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

Napi::Value Addon::ExportedSymbolsOf(const Napi::CallbackInfo& info) {
  const auto file = File::Open(info[0].As<Napi::String>(), ErrorCode::kLibraryLoad);
  auto names = Napi::Array::New(info.Env());
  if (!file.ok()) return names;
  uint32_t index = 0;
  for (const std::string& name : ExportedSymbols(file.value())) names.Set(index++, name);
  return names;
}

}  // namespace dynamic_reload

namespace {
using DynamicReloadAddon = dynamic_reload::Addon;
}

NODE_API_NAMED_ADDON(dynamic_reload, DynamicReloadAddon)
