#include "napi/watcher_object.h"

#include <chrono>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "napi/addon.h"
#include "napi/errors.h"
#include "napi/image_object.h"
#include "napi/watch_options.h"

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

double Milliseconds(ChangeTimes::Clock::duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

// The clock of the watcher thread, its trace and the times of a change: one that never goes back.
double Milliseconds(ChangeTimes::Clock::time_point time) {
  return Milliseconds(time.time_since_epoch());
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

// As `NativeCosts` of binding.d.ts says.
Napi::Array ToArray(Napi::Env env, const ChangeTimes& times) {
  const double values[] = {Milliseconds(times.noticed), Milliseconds(times.looked),
                           Milliseconds(times.ready), Milliseconds(times.copying.time),
                           static_cast<double>(times.copying.bytes)};
  auto array = Napi::Array::New(env, std::size(values));
  uint32_t index = 0;
  for (const double value : values) array.Set(index++, value);
  return array;
}

}  // namespace

Napi::Function WatcherObject::Define(Napi::Env env) {
  return DefineClass(
      env, "Watcher",
      {InstanceMethod<&WatcherObject::Add>("add"),
       InstanceMethod<&WatcherObject::WaitFor>("waitFor"),
       InstanceMethod<&WatcherObject::Share>("share"),
       InstanceMethod<&WatcherObject::IsNews>("isNews"),
       InstanceMethod<&WatcherObject::Join>("join"),
       InstanceMethod<&WatcherObject::Remove>("remove"),
       InstanceMethod<&WatcherObject::Accept>("accept"),
       InstanceMethod<&WatcherObject::Reject>("reject"),
       InstanceMethod<&WatcherObject::Discard>("discard"),
       InstanceMethod<&WatcherObject::Drain>("drain"), InstanceMethod<&WatcherObject::Now>("now"),
       InstanceMethod<&WatcherObject::SwitchTrace>("switchTrace"),
       InstanceMethod<&WatcherObject::DrainTrace>("drainTrace"),
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
  auto directory = ShadowDirectory::CreateInFirst(ShadowParentsOf(info[0]));
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
      WatchModeOf(info[3]),
      std::make_shared<TraceQueue>([doorbell = doorbell_] { doorbell->Ring(); }),
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
  seats_.clear();
  monitor_->SwitchTrace(*subscription_.trace, false);
  subscription_ = {};
  monitor_.reset();
  napi_remove_env_cleanup_hook(Env(), &OnEnvironmentEnd, this);
  Addon::Of(Env()).Unregister(this);
}

Napi::Value WatcherObject::Add(const Napi::CallbackInfo& info) {
  if (monitor_ == nullptr) return ThrowClosed(info.Env());
  const LibraryId library =
      monitor_->Add(info[0].As<Napi::String>(), subscription_, WatchOptionsOf(info[1]));
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
  seats_.erase(library);
  monitor_->Remove(library);
}

// The seat may be asked by other threads, and at the end of this environment.
SharedVersions::SeatOptions WatcherObject::SeatOptionsFor(LibraryId library) {
  const std::weak_ptr<LibraryMonitor> monitor = monitor_;
  const std::weak_ptr<Doorbell> doorbell = doorbell_;
  return {subscription_.directory,
          [monitor, library](const OfferedCopy& offer) {
            if (const auto its = monitor.lock()) its->Offer(library, offer);
          },
          [doorbell] {
            if (const auto its = doorbell.lock()) its->Ring();
          }};
}

Napi::Value WatcherObject::Share(const Napi::CallbackInfo& info) {
  if (monitor_ == nullptr) return ThrowClosed(info.Env());
  const LibraryId library = info[0].As<Napi::Number>();
  const auto versions = SharedVersions::Of(info[1].As<Napi::String>(), info[2].As<Napi::String>());
  if (versions != nullptr) seats_[library] = versions->TakeSeat(SeatOptionsFor(library));
  return Napi::Boolean::New(info.Env(), versions != nullptr);
}

Napi::Value WatcherObject::IsNews(const Napi::CallbackInfo& info) {
  const auto seat = seats_.find(info[0].As<Napi::Number>());
  const bool is_news = seat == seats_.end() || seat->second->IsNews(info[1].As<Napi::String>());
  return Napi::Boolean::New(info.Env(), is_news);
}

Napi::Value WatcherObject::Join(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto seat = seats_.find(info[0].As<Napi::Number>());
  if (seat == seats_.end()) return ThrowClosed(env);
  auto joined = seat->second->Join(info[1].As<Napi::String>());
  if (!joined.ok()) {
    Throw(env, MakeError(env, joined.error()));
    return env.Undefined();
  }
  if (joined.value() == nullptr) return env.Null();
  auto object = Napi::Object::New(env);
  object.Set("path", joined.value()->path());
  auto* hold = new std::unique_ptr<VersionHold>(std::move(joined).value());
  const auto destroy = [](Napi::Env, std::unique_ptr<VersionHold>* its) { delete its; };
  object.Set("hold", VersionHoldValue::New(env, hold, destroy));
  return object;
}

void WatcherObject::Accept(const Napi::CallbackInfo& info) {
  if (monitor_ == nullptr) return;
  const LibraryId library = info[0].As<Napi::Number>();
  monitor_->Accept(library, info[1].As<Napi::String>());
  if (const auto seat = seats_.find(library); seat != seats_.end()) seat->second->Accept();
}

void WatcherObject::Reject(const Napi::CallbackInfo& info) {
  if (monitor_ != nullptr) monitor_->Reject(info[0].As<Napi::Number>(), info[1].As<Napi::String>());
}

void WatcherObject::Discard(const Napi::CallbackInfo& info) {
  if (monitor_ != nullptr) monitor_->Discard(info[0].As<Napi::String>());
}

// Calls back with plain arguments, which is faster than building objects.
void WatcherObject::Drain(const Napi::CallbackInfo& info) {
  if (monitor_ == nullptr) return;
  const Napi::Env env = info.Env();
  const auto on_change = info[0].As<Napi::Function>();
  const auto on_warning = info[1].As<Napi::Function>();
  const auto on_error = info[2].As<Napi::Function>();
  const ChangeQueue::Drained drained = subscription_.queue->Drain();
  for (const auto& [library, copy, times] : drained.changes) {
    const auto id = Napi::Number::New(env, library);
    if (copy.ok() && copy.value().empty()) {
      on_change.Call({id});
    } else if (copy.ok()) {
      on_change.Call(
          {id, Napi::String::New(env, copy.value()), env.Undefined(), ToArray(env, times)});
    } else {
      on_change.Call({id, env.Undefined(), MakeError(env, copy.error())});
    }
  }
  for (const auto& [library, error] : drained.warnings) {
    on_warning.Call({Napi::Number::New(env, library), MakeError(env, error)});
  }
  for (const Error& error : drained.errors) on_error.Call({MakeError(env, error)});
}

Napi::Value WatcherObject::Now(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), Milliseconds(ChangeTimes::Clock::now()));
}

void WatcherObject::SwitchTrace(const Napi::CallbackInfo& info) {
  if (monitor_ != nullptr) monitor_->SwitchTrace(*subscription_.trace, info[0].ToBoolean());
}

// Calls back with kind, subject, words, details and time of each, and with the number of the lost
// ones at the end. Returns the time.
Napi::Value WatcherObject::DrainTrace(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (monitor_ == nullptr) return Napi::Number::New(env, Milliseconds(TraceQueue::Clock::now()));
  const auto on_entry = info[0].As<Napi::Function>();
  const TraceQueue::Drained drained = subscription_.trace->Drain();
  for (const auto& [time, entry] : drained.entries) {
    on_entry.Call({Napi::String::New(env, NameOf(entry.kind)),
                   Napi::Number::New(env, entry.subject), Napi::String::New(env, entry.what),
                   Napi::String::New(env, entry.detail),
                   Napi::Number::New(env, Milliseconds(time))});
  }
  const double now = Milliseconds(drained.now);
  if (drained.lost > 0) {
    const auto detail = std::to_string(drained.lost) + " entries, since nobody took them in time";
    on_entry.Call({Napi::String::New(env, "event"), Napi::Number::New(env, 0),
                   Napi::String::New(env, "lost"), Napi::String::New(env, detail),
                   Napi::Number::New(env, now)});
  }
  return Napi::Number::New(env, now);
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
