// std::mutex that clang can reason about (-Wthread-safety).

#ifndef DYNAMIC_RELOAD_BASE_MUTEX_H_
#define DYNAMIC_RELOAD_BASE_MUTEX_H_

#include <chrono>
#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define DR_THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define DR_THREAD_ATTRIBUTE(x)
#endif

#define GUARDED_BY(mutex) DR_THREAD_ATTRIBUTE(guarded_by(mutex))
#define REQUIRES(mutex) DR_THREAD_ATTRIBUTE(requires_capability(mutex))

namespace dynamic_reload {

class DR_THREAD_ATTRIBUTE(capability("mutex")) Mutex {
 public:
  void lock() DR_THREAD_ATTRIBUTE(acquire_capability()) { mutex_.lock(); }
  void unlock() DR_THREAD_ATTRIBUTE(release_capability()) { mutex_.unlock(); }

 private:
  friend class ConditionVariable;
  std::mutex mutex_;
};

class DR_THREAD_ATTRIBUTE(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) DR_THREAD_ATTRIBUTE(acquire_capability(mutex)) : mutex_(mutex) {
    mutex_.lock();
  }
  ~MutexLock() DR_THREAD_ATTRIBUTE(release_capability()) { mutex_.unlock(); }

  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

// std::condition_variable for a Mutex: the one for mutexes of any kind locks a second one each
// time.
class ConditionVariable {
 public:
  void Wait(Mutex& mutex) REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    changed_.wait(lock);
    lock.release();
  }
  // Returns at the latest when the time comes.
  void WaitUntil(Mutex& mutex, std::chrono::steady_clock::time_point time) REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    changed_.wait_until(lock, time);
    lock.release();
  }
  void NotifyOne() { changed_.notify_one(); }
  void NotifyAll() { changed_.notify_all(); }

 private:
  std::condition_variable changed_;
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_BASE_MUTEX_H_
