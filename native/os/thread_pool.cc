#include "os/thread_pool.h"

#include <algorithm>
#include <chrono>

namespace dynamic_reload {

namespace {

// About what it takes to wake a thread: looking out longer would cost more than it saves.
constexpr std::chrono::microseconds kLookOut{20};

}  // namespace

Status ThreadPool::Submit(std::unique_ptr<Job> job) {
  bool has_idle = false;
  bool is_awaited = false;
  {
    MutexLock lock(mutex_);
    if (stopped_) return Done{};
    has_idle = idle_ > waiting_.size();
    is_awaited = looks_out_ || !waiting_.empty();
    waiting_.push_back(std::move(job));
    has_work_.store(true, std::memory_order_relaxed);
  }
  if (!has_idle && threads_.size() < most_threads_) return StartThread();
  // Waking one takes longer than most jobs. Who takes a job wakes the next one, if there is more.
  if (!is_awaited) changed_.NotifyOne();
  return Done{};
}

// The threads that there are will do.
Status ThreadPool::StartThread() {
  auto thread = Thread::Start([this] { Work(); }, Thread::Signals::kInherited);
  if (thread.ok()) {
    threads_.push_back(std::move(thread).value());
  } else if (threads_.empty()) {
    DropWaiting();
    return thread.error();
  }
  return Done{};
}

// Jobs end outside of the lock: what they own may do anything then.
void ThreadPool::DropWaiting() {
  std::deque<std::unique_ptr<Job>> dropped;
  MutexLock lock(mutex_);
  dropped.swap(waiting_);
  has_work_.store(false, std::memory_order_relaxed);
}

void ThreadPool::Work() {
  while (std::unique_ptr<Job> job = Next()) {
    job->Run();
    Finish(std::move(job));
  }
}

// Null after Stop().
std::unique_ptr<ThreadPool::Job> ThreadPool::Next() {
  std::unique_ptr<Job> job;
  bool wake_another = false;
  {
    MutexLock lock(mutex_);
    ++idle_;
    if (waiting_.empty() && !looks_out_) LookOut();
    while (waiting_.empty() && !stopped_) changed_.Wait(mutex_);
    --idle_;
    if (stopped_) return nullptr;
    job = std::move(waiting_.front());
    waiting_.pop_front();
    has_work_.store(!waiting_.empty(), std::memory_order_relaxed);
    wake_another = idle_ > 0 && !waiting_.empty() && !looks_out_;
  }
  if (wake_another) changed_.NotifyOne();
  return job;
}

// Stays awake for a moment: who makes one short call after the other need not wake a thread for
// each.
void ThreadPool::LookOut() {
  looks_out_ = true;
  mutex_.unlock();
  const auto end = std::chrono::steady_clock::now() + kLookOut;
  while (!has_work_.load(std::memory_order_relaxed) && std::chrono::steady_clock::now() < end) {
  }
  mutex_.lock();
  looks_out_ = false;
}

void ThreadPool::Finish(std::unique_ptr<Job> job) {
  bool is_first = false;
  {
    MutexLock lock(mutex_);
    is_first = done_.empty();
    done_.push_back(std::move(job));
  }
  if (is_first) on_done_();
}

std::unique_ptr<ThreadPool::Job> ThreadPool::Cancel(const Job* job) {
  MutexLock lock(mutex_);
  const auto found = std::find_if(waiting_.begin(), waiting_.end(),
                                  [job](const auto& waiting) { return waiting.get() == job; });
  if (found == waiting_.end()) return nullptr;
  std::unique_ptr<Job> taken = std::move(*found);
  waiting_.erase(found);
  has_work_.store(!waiting_.empty(), std::memory_order_relaxed);
  return taken;
}

ThreadPool::Jobs ThreadPool::TakeDone() {
  MutexLock lock(mutex_);
  return std::exchange(done_, {});
}

void ThreadPool::Stop() {
  {
    MutexLock lock(mutex_);
    stopped_ = true;
  }
  changed_.NotifyAll();
  DropWaiting();
  threads_.clear();
  TakeDone();
}

}  // namespace dynamic_reload
