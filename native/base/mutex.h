// std::mutex that clang can reason about (-Wthread-safety).

#ifndef DYNAMIC_RELOAD_BASE_MUTEX_H_
#define DYNAMIC_RELOAD_BASE_MUTEX_H_

#include <mutex>

#if defined(__clang__)
#define DR_THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define DR_THREAD_ATTRIBUTE(x)
#endif

#define GUARDED_BY(mutex) DR_THREAD_ATTRIBUTE(guarded_by(mutex))
#define REQUIRES(mutex) DR_THREAD_ATTRIBUTE(requires_capability(mutex))

namespace dynamic_reload {

// The lower-case names are what std::condition_variable_any asks for.
class DR_THREAD_ATTRIBUTE(capability("mutex")) Mutex {
 public:
  void lock() DR_THREAD_ATTRIBUTE(acquire_capability()) { mutex_.lock(); }
  void unlock() DR_THREAD_ATTRIBUTE(release_capability()) { mutex_.unlock(); }

 private:
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

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_BASE_MUTEX_H_
