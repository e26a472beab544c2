// Runs jobs on threads of ours, and hands back those that are done in batches.

#ifndef DYNAMIC_RELOAD_OS_THREAD_POOL_H_
#define DYNAMIC_RELOAD_OS_THREAD_POOL_H_

#include <atomic>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "os/thread.h"

namespace dynamic_reload {

// Belongs to the thread that made it: every method is called there. Threads start when there is
// work for them, up to a number, and then stay until Stop().
class ThreadPool {
 public:
  class Job {
   public:
    virtual ~Job() = default;
    virtual void Run() = 0;  // On a thread of the pool.
  };
  using Jobs = std::vector<std::unique_ptr<Job>>;

  // `on_done` runs on a thread of the pool when a job is done and none was before, since the last
  // TakeDone().
  ThreadPool(size_t most_threads, std::function<void()> on_done)
      : most_threads_(most_threads), on_done_(std::move(on_done)) {}
  ~ThreadPool() { Stop(); }

  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  // Fails when the system has no thread left, not even one; the job is gone then, as it is after
  // Stop().
  Status Submit(std::unique_ptr<Job> job);

  // Takes a job back. Null when it has begun.
  std::unique_ptr<Job> Cancel(const Job* job);

  // In the order in which they ended.
  Jobs TakeDone();

  // Drops the jobs that have not begun, and waits for the others.
  void Stop();

 private:
  void Work();
  std::unique_ptr<Job> Next();
  void LookOut() REQUIRES(mutex_);
  void Finish(std::unique_ptr<Job> job);
  Status StartThread();
  void DropWaiting();

  const size_t most_threads_;
  const std::function<void()> on_done_;
  std::vector<std::unique_ptr<Thread>> threads_;
  Mutex mutex_;
  ConditionVariable changed_;
  std::deque<std::unique_ptr<Job>> waiting_ GUARDED_BY(mutex_);
  Jobs done_ GUARDED_BY(mutex_);
  size_t idle_ GUARDED_BY(mutex_) = 0;         // Threads that wait for a job.
  bool looks_out_ GUARDED_BY(mutex_) = false;  // Whether a thread does.
  std::atomic<bool> has_work_{false};          // Whether `waiting_` has any.
  bool stopped_ GUARDED_BY(mutex_) = false;
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_THREAD_POOL_H_
