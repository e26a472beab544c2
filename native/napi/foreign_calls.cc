#include "napi/foreign_calls.h"

#include <cstring>
#include <utility>

namespace dynamic_reload {

ForeignCalls::ForeignCalls(Napi::Env env)
    : env_(env), doorbell_(env, std::function<void()>([this] { RunAll(); })) {
  doorbell_.Unref(env);
}

void ForeignCalls::RunAndWait(Task task, void* result, size_t size) {
  const auto call = std::make_shared<ForeignCall>();
  call->task = std::move(task);
  call->result.resize(size);
  {
    const MutexLock lock(mutex_);
    if (is_stopped_) return;
    queue_.push_back(call);
  }
  doorbell_.Ring();
  const MutexLock lock(mutex_);
  while (!call->is_over && !is_stopped_) changed_.wait(mutex_);
  if (call->is_over) std::memcpy(result, call->result.data(), size);
}

void ForeignCalls::RunAll() {
  while (const auto call = TakeNext()) {
    call->task(call->result.data());
    const MutexLock lock(mutex_);
    call->is_over = true;
    changed_.notify_all();
  }
}

std::shared_ptr<ForeignCalls::ForeignCall> ForeignCalls::TakeNext() {
  const MutexLock lock(mutex_);
  if (queue_.empty()) return nullptr;
  auto next = std::move(queue_.front());
  queue_.pop_front();
  return next;
}

void ForeignCalls::Stop() {
  doorbell_.Silence();
  const MutexLock lock(mutex_);
  is_stopped_ = true;
  queue_.clear();
  changed_.notify_all();
}

void ForeignCalls::Ref() {
  if (references_++ == 0) doorbell_.Ref(env_);
}

void ForeignCalls::Unref() {
  if (--references_ == 0) doorbell_.Unref(env_);
}

}  // namespace dynamic_reload
