#include "base/trace_queue.h"

namespace dynamic_reload {

bool TraceQueue::Switch(bool on) {
  MutexLock lock(mutex_);
  if (!on) {
    entries_.clear();
    lost_ = 0;
  }
  return std::exchange(on_, on) != on;
}

void TraceQueue::Push(TraceEntry entry) {
  bool was_empty = false;
  {
    MutexLock lock(mutex_);
    if (!on_) return;
    was_empty = entries_.empty();
    if (entries_.size() < kCapacity) {
      entries_.push_back({Clock::now(), std::move(entry)});
    } else {
      ++lost_;
    }
  }
  if (was_empty) doorbell_();
}

TraceQueue::Drained TraceQueue::Drain() {
  MutexLock lock(mutex_);
  return {std::exchange(entries_, {}), std::exchange(lost_, 0), Clock::now()};
}

}  // namespace dynamic_reload
