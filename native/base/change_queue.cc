#include "base/change_queue.h"

#include <utility>

namespace dynamic_reload {

ChangeQueue::ChangeQueue(std::function<void()> doorbell) : doorbell_(std::move(doorbell)) {}

std::optional<Change> ChangeQueue::Push(Change change) {
  bool was_empty = false;
  std::optional<Change> replaced;
  {
    MutexLock lock(mutex_);
    was_empty = Empty();
    const auto it = changes_.find(change.library);
    if (it == changes_.end()) {
      changes_.emplace(change.library, std::move(change));
    } else {
      replaced = std::exchange(it->second, std::move(change));
    }
  }
  pushed_.NotifyAll();
  if (was_empty) doorbell_();
  return replaced;
}

void ChangeQueue::PushWarning(Warning warning) {
  bool was_empty = false;
  {
    MutexLock lock(mutex_);
    was_empty = Empty();
    warnings_.push_back(std::move(warning));
  }
  if (was_empty) doorbell_();
}

void ChangeQueue::PushError(Error error) {
  bool was_empty = false;
  {
    MutexLock lock(mutex_);
    was_empty = Empty();
    errors_.push_back(std::move(error));
  }
  if (was_empty) doorbell_();
}

ChangeQueue::Drained ChangeQueue::Drain() {
  Drained drained;
  MutexLock lock(mutex_);
  for (auto& [library, change] : changes_) drained.changes.push_back(std::move(change));
  changes_.clear();
  drained.warnings.swap(warnings_);
  drained.errors.swap(errors_);
  return drained;
}

Change ChangeQueue::WaitFor(LibraryId library) {
  MutexLock lock(mutex_);
  auto it = changes_.find(library);
  while (it == changes_.end()) {
    pushed_.Wait(mutex_);
    it = changes_.find(library);
  }
  Change change = std::move(it->second);
  changes_.erase(it);
  return change;
}

}  // namespace dynamic_reload
