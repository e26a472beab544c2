#include "napi/call_engine.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include "napi/addon.h"

namespace dynamic_reload {

namespace {

// One thread may run several environments, one after the other and within each other.
struct CurrentEngine {
  napi_env env = nullptr;
  CallEngine* engine = nullptr;
};
thread_local CurrentEngine current;

// The engines of this thread: of several environments, or of several copies of the package.
thread_local CallEngine* engines_of_thread = nullptr;

}  // namespace

std::atomic<napi_env> CallEngine::first_env{nullptr};
CallEngine* CallEngine::first_engine = nullptr;

CallEngine::CallEngine(napi_env env)
    : env_(env), error_number_(&errno), next_of_thread_(std::exchange(engines_of_thread, this)) {
  napi_env none = nullptr;
  if (first_env.compare_exchange_strong(none, env)) first_engine = this;
}

CallEngine::~CallEngine() {
  if (current.engine == this) current = {};
  if (first_env == env_) first_env = nullptr;
  CallEngine** link = &engines_of_thread;
  while (*link != this) link = &(*link)->next_of_thread_;
  *link = next_of_thread_;
}

CallEngine& CallEngine::OfAnother(napi_env env) {
  if (current.env != env) current = {env, &Addon::Of(env).calls()};
  return *current.engine;
}

Napi::Value CallEngine::ScratchBuffer() {
  if (scratch_ == nullptr) {
    auto buffer = Napi::ArrayBuffer::New(env_, sizeof(Scratch));
    std::memset(buffer.Data(), 0, sizeof(Scratch));
    scratch_ = static_cast<Scratch*>(buffer.Data());
    buffer_ = Napi::Persistent(buffer.As<Napi::Object>());
  }
  return buffer_.Value();
}

uint32_t CallEngine::AddTarget(CallTarget target) {
  SymbolSlot* slot = target.slot.get();
  const Invoke invoke = target.plan->result_by_address ? nullptr : target.plan->invoke;
  HotTarget added = {slot, invoke, std::make_unique<CallTarget>(std::move(target))};
  if (free_.empty()) {
    targets_.push_back(std::move(added));
    return static_cast<uint32_t>(targets_.size() - 1);
  }
  const uint32_t index = free_.back();
  free_.pop_back();
  targets_[index] = std::move(added);
  return index;
}

void CallEngine::RemoveTarget(uint32_t index) {
  targets_[index] = {};
  free_.push_back(index);
}

void CallEngine::PinForCalls(Image& image) {
  for (RunningCall* call = running_; call != nullptr; call = call->outer()) call->Pin(image);
}

// The function writes its result while it runs, so not where a nested call may write too.
void CallEngine::InvokeForLargeResult(const CallTarget& target, void* address) {
  alignas(16) uint8_t result[Scratch::kResultSize];
  dynamic_reload::Call(*target.plan, address, scratch_->registers, result);
  std::memcpy(scratch_->result, result, target.plan->result.size);
}

void CallEngine::CallDirectly(const SymbolSlot& slot, const CallPlan& plan,
                              const RegisterFile& registers, void* result) {
  const CallInProgress call(*this, *slot.image());
  *error_number_ = scratch_->error_number;
  dynamic_reload::Call(plan, slot.address(), registers, result);
  scratch_->error_number = *error_number_;
}

CallEngine* CallEngine::FindOtherCaller() const {
  CallEngine* engine = engines_of_thread;
  while (engine != nullptr && !engine->running_->exists()) engine = engine->next_of_thread_;
  return engine;
}

void CallEngine::ThrowStatus(uint32_t index) {
  const uint32_t status = std::exchange(scratch_->status, Scratch::kDone);
  if (status == Scratch::kUnbound) {
    Throw(env_, targets_[index].slot->MakeUnboundError(env_));
  } else if (exception_.exists()) {
    ThrowException();
  }
}

}  // namespace dynamic_reload
