// The one place where the watcher thread and the JavaScript thread meet.

#ifndef DYNAMIC_RELOAD_BASE_CHANGE_QUEUE_H_
#define DYNAMIC_RELOAD_BASE_CHANGE_QUEUE_H_

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "base/change.h"
#include "base/error.h"
#include "base/mutex.h"

namespace dynamic_reload {

// Holds what has not been handled yet: for each library its newest change, and every warning and
// error of the watcher itself. A library that changes fifty times while JavaScript is busy is one
// entry, so the queue never grows past the number of libraries.
//
// The doorbell rings for each time the queue goes from empty to non-empty. It carries no data:
// whoever answers it calls Drain(). A caller that polls may ignore it. All methods: any thread.
class ChangeQueue {
 public:
  struct Drained {
    std::vector<Change> changes;    // In the order of the library ids.
    std::vector<Warning> warnings;  // In the order they happened, as the next.
    std::vector<Error> errors;
  };

  // `doorbell` runs on the pushing thread, without the lock held.
  explicit ChangeQueue(std::function<void()> doorbell);

  ChangeQueue(const ChangeQueue&) = delete;
  ChangeQueue& operator=(const ChangeQueue&) = delete;

  // Returns the older change of the same library that this one replaces. Its copy is the caller's
  // again.
  std::optional<Change> Push(Change change);

  // Rings for a change that may follow: whoever answers is awake by the time it comes, but finds
  // nothing if it never does.
  void Announce() { doorbell_(); }

  void PushWarning(Warning warning);
  void PushError(Error error);

  // Takes everything.
  Drained Drain();

  // Takes the change of one library, and waits for it if there is none yet.
  // REQUIRES: another thread pushes one sooner or later.
  Change WaitFor(LibraryId library);

 private:
  bool Empty() const REQUIRES(mutex_) {
    return changes_.empty() && warnings_.empty() && errors_.empty();
  }

  const std::function<void()> doorbell_;
  Mutex mutex_;
  ConditionVariable pushed_;
  std::map<LibraryId, Change> changes_ GUARDED_BY(mutex_);
  std::vector<Warning> warnings_ GUARDED_BY(mutex_);
  std::vector<Error> errors_ GUARDED_BY(mutex_);
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_BASE_CHANGE_QUEUE_H_
