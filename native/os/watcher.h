// Tells when the files behind a set of paths may have changed.

#ifndef DYNAMIC_RELOAD_OS_WATCHER_H_
#define DYNAMIC_RELOAD_OS_WATCHER_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/result.h"
#include "base/trace.h"

namespace dynamic_reload {

using WatchId = uint32_t;

enum class FileEvent {
  kWritten,       // A writer closed the file, or wrote to it a moment ago (polling).
  kReplaced,      // The path may name another file now, or the system lost events.
  kCreated,       // The file appeared. Usually a writer has just begun.
  kAttributes,    // Owner, mode or times changed, not the content.
  kMaybeWritten,  // Either kWritten or kAttributes: polling does not always tell.
};

// The word for it in a trace.
constexpr const char* NameOf(FileEvent event) {
  switch (event) {
    case FileEvent::kWritten:
      return "written";
    case FileEvent::kReplaced:
      return "replaced";
    case FileEvent::kCreated:
      return "created";
    case FileEvent::kAttributes:
      return "touched";
    case FileEvent::kMaybeWritten:
      return "written or touched";
  }
  return "";
}

// How changes are found.
enum class WatchMode {
  kAuto,    // By events where they come, by polling elsewhere.
  kEvents,  // By what the system reports. Nothing is done, and nothing missed, in between.
  kPoll,    // By looking again and again: also sees what other machines do to a shared file system.
};

// A thread that sleeps until the system reports a change, a task is posted or a time comes, and
// does not wake up for anything else, unless a path is polled.
class Watcher {
 public:
  using Clock = std::chrono::steady_clock;

  // What runs on the watcher thread. Must not destroy the watcher.
  class Handler {
   public:
    // `sink` gets what is traced, while somebody reads that.
    explicit Handler(Trace::Sink sink = nullptr) : trace_(std::move(sink)) {}
    virtual ~Handler() = default;

    Trace& trace() { return trace_; }

    virtual void OnFileEvent(WatchId watch, FileEvent event) = 0;
    // The path is no longer watched, wholly or in part, or the whole watcher stopped (no `watch`).
    virtual void OnWatchError(std::optional<WatchId> watch, const Error& error) = 0;
    // The system refused to report changes of the path, so it is polled (kAuto).
    virtual void OnEventsRefused(WatchId watch, const Error& reason) = 0;
    // Runs after the above and after tasks, and when the time comes that it asked for last.
    virtual std::optional<Clock::time_point> OnTick(Clock::time_point now) = 0;

   private:
    Trace trace_;
  };

  // `handler` outlives the watcher. Where the system refuses to report anything at all, makes one
  // that polls.
  static Result<std::unique_ptr<Watcher>> Create(Handler* handler);

  // One that only polls; `reason` is what kEvents gets for an answer. On any POSIX system.
  static Result<std::unique_ptr<Watcher>> CreatePolling(Handler* handler, Error reason);

  // Runs what is posted, stops the thread and waits for it.
  virtual ~Watcher() = default;

  // Any thread. Tasks run in order.
  virtual void Post(std::function<void()> task) = 0;

  // Watcher thread only. When this returns, a change made from now on will be reported. `path` is
  // absolute and need not exist. REQUIRES: `watch` is not in use.
  virtual Status Watch(WatchId watch, const std::string& path, WatchMode mode) = 0;

  // Watcher thread only.
  virtual void Unwatch(WatchId watch) = 0;

  // Watcher thread only. Whether the path is polled: then the end of a write is no event of its
  // own.
  virtual bool IsPolled(WatchId watch) const = 0;
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_WATCHER_H_
