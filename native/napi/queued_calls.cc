#include "napi/queued_calls.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "napi/call_engine.h"

namespace dynamic_reload {

namespace {

// As many threads as libuv has, which users already know how to set.
size_t ThreadCount() {
  constexpr long kDefault = 4;
  constexpr long kMost = 1024;
  const char* text = std::getenv("UV_THREADPOOL_SIZE");
  const long wanted = text == nullptr ? kDefault : std::strtol(text, nullptr, 10);
  return static_cast<size_t>(std::clamp(wanted, 1L, kMost));
}

}  // namespace

class QueuedCall final : public ThreadPool::Job {
 public:
  QueuedCall(const CallTarget& target, const Scratch& scratch)
      : plan_(target.plan),
        address_(target.slot->address()),
        image_(target.slot->image()),
        job_(scratch.job),
        registers_(scratch.registers),
        error_number_(scratch.error_number) {
    if (plan_->result.size > sizeof small_result_) large_result_.resize(plan_->result.size);
  }

  uint32_t job() const { return job_; }

  void Run() override {
    const ExceptionsOfThread exceptions(exception_);
    errno = error_number_;
    Call(*plan_, address_, registers_, result());
    error_number_ = errno;
  }

  // What a callback threw, if one did.
  KeptException& exception() { return *exception_; }

  void WriteTo(Scratch& scratch) {
    scratch.job = job_;
    scratch.error_number = error_number_;
    std::memcpy(scratch.result, result(),
                std::max<size_t>(plan_->result.size, sizeof small_result_));
  }

 private:
  uint8_t* result() { return large_result_.empty() ? small_result_ : large_result_.data(); }

  const std::shared_ptr<const CallPlan> plan_;
  void* const address_;
  const ImagePin image_;
  const uint32_t job_;
  const RegisterFile registers_;
  int32_t error_number_;
  alignas(16) uint8_t small_result_[16] = {};
  std::vector<uint8_t> large_result_;
  const std::shared_ptr<KeptException> exception_ = std::make_shared<KeptException>();
};

QueuedCalls::QueuedCalls(CallEngine& engine, const Napi::Function& on_done)
    : engine_(engine),
      doorbell_(engine.env(), on_done),
      pool_(ThreadCount(), [this] { doorbell_.Ring(); }) {
  doorbell_.Unref(engine.env());
}

QueuedCalls::~QueuedCalls() = default;

Status QueuedCalls::Start() {
  Scratch& scratch = *engine_.scratch();
  const CallTarget& target = engine_.target(scratch.target);
  if (target.slot->address() == nullptr) {
    scratch.status = Scratch::kUnbound;
    return Done{};
  }
  auto call = std::make_unique<QueuedCall>(target, scratch);
  if (calls_.size() <= scratch.job) calls_.resize(scratch.job + 1);
  calls_[scratch.job] = call.get();
  if (unfinished_++ == 0) doorbell_.Ref(engine_.env());
  Status submitted = pool_.Submit(std::move(call));
  if (!submitted.ok()) Forget(scratch.job);
  return submitted;
}

bool QueuedCalls::Cancel(uint32_t job) {
  if (pool_.Cancel(calls_[job]) == nullptr) return false;
  Forget(job);
  return true;
}

void QueuedCalls::Take() {
  if (taken_ < done_.size()) done_[taken_++].reset();
  if (taken_ == done_.size()) {
    done_ = pool_.TakeDone();
    taken_ = 0;
  }
  Scratch& scratch = *engine_.scratch();
  scratch.job = Scratch::kNoJob;
  if (taken_ == done_.size()) return;
  auto& call = static_cast<QueuedCall&>(*done_[taken_]);
  call.WriteTo(scratch);
  if (call.exception().exists()) {
    engine_.exception().TakeOver(call.exception());
    scratch.status = Scratch::kThrew;
  }
  Forget(call.job());
}

void QueuedCalls::Forget(uint32_t job) {
  calls_[job] = nullptr;
  if (--unfinished_ == 0) doorbell_.Unref(engine_.env());
}

void QueuedCalls::Stop() {
  doorbell_.Silence();
  pool_.Stop();
}

}  // namespace dynamic_reload
