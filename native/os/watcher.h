// Tells when the files behind a set of paths may have changed.

#ifndef DYNAMIC_RELOAD_OS_WATCHER_H_
#define DYNAMIC_RELOAD_OS_WATCHER_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"

namespace dynamic_reload {

using WatchId = uint32_t;

enum class FileEvent {
  kWritten,     // A writer closed the file.
  kReplaced,    // The path may name another file now, or the system lost events.
  kCreated,     // The file appeared. Usually a writer has just begun.
  kAttributes,  // Owner, mode or times changed, not the content.
};

// A thread that sleeps until the system reports a change, a task is posted or a time comes, and
// does not wake up for anything else.
//
// CMake compiles exactly one watcher_*.cc, and each of them defines Create().
class Watcher {
 public:
  using Clock = std::chrono::steady_clock;

  // What runs on the watcher thread. Must not destroy the watcher.
  class Handler {
   public:
    virtual ~Handler() = default;
    virtual void OnFileEvent(WatchId watch, FileEvent event) = 0;
    // The path is no longer watched, wholly or in part, or the whole watcher stopped (no `watch`).
    virtual void OnWatchError(std::optional<WatchId> watch, const Error& error) = 0;
    // Runs after the above and after tasks, and when the time comes that it asked for last.
    virtual std::optional<Clock::time_point> OnTick(Clock::time_point now) = 0;
  };

  // `handler` outlives the watcher.
  static Result<std::unique_ptr<Watcher>> Create(Handler* handler);

  // Runs what is posted, stops the thread and waits for it.
  virtual ~Watcher() = default;

  // Any thread. Tasks run in order.
  virtual void Post(std::function<void()> task) = 0;

  // Watcher thread only. When this returns, a change made from now on will be reported. `path` is
  // absolute and need not exist. REQUIRES: `watch` is not in use.
  virtual Status Watch(WatchId watch, const std::string& path) = 0;

  // Watcher thread only.
  virtual void Unwatch(WatchId watch) = 0;
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_WATCHER_H_
