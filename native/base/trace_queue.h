// Entries of a trace on their way to the JavaScript thread.

#ifndef DYNAMIC_RELOAD_BASE_TRACE_QUEUE_H_
#define DYNAMIC_RELOAD_BASE_TRACE_QUEUE_H_

#include <chrono>
#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "base/trace.h"

namespace dynamic_reload {

// Holds a bounded number of entries while it is on, and none while it is not. The time of an entry
// is that at which it came in, so that the order of entries is that of their times. All methods:
// any thread.
class TraceQueue {
 public:
  using Clock = std::chrono::steady_clock;

  // Of more than so many the newest are lost, and counted.
  static constexpr size_t kCapacity = 10'000;

  struct Entry {
    Clock::time_point time;
    TraceEntry entry;
  };
  struct Drained {
    std::vector<Entry> entries;  // In order.
    size_t lost = 0;             // After all of these.
    // Not before the time of any of these, and not after that of any other.
    Clock::time_point now;
  };

  // `doorbell` runs on the pushing thread when there is a first entry, without the lock held.
  explicit TraceQueue(std::function<void()> doorbell) : doorbell_(std::move(doorbell)) {}

  TraceQueue(const TraceQueue&) = delete;
  TraceQueue& operator=(const TraceQueue&) = delete;

  // Returns whether it was another way before.
  bool Switch(bool on);

  void Push(TraceEntry entry);

  // Takes everything.
  Drained Drain();

 private:
  const std::function<void()> doorbell_;
  Mutex mutex_;
  bool on_ GUARDED_BY(mutex_) = false;
  std::vector<Entry> entries_ GUARDED_BY(mutex_);
  size_t lost_ GUARDED_BY(mutex_) = 0;
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_BASE_TRACE_QUEUE_H_
