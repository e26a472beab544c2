// Turns file events into loadable copies of libraries.

#ifndef DYNAMIC_RELOAD_OS_LIBRARY_MONITOR_H_
#define DYNAMIC_RELOAD_OS_LIBRARY_MONITOR_H_

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "base/attempt_schedule.h"
#include "base/change.h"
#include "base/change_queue.h"
#include "os/preparation.h"
#include "os/shadow_directory.h"
#include "os/watcher.h"

namespace dynamic_reload {

// Watches library files on one thread. Whenever a file is different from the version that runs, and
// fully written, makes a shadow copy of it and pushes that copy into a queue; when it stays
// damaged, pushes why, once. Public methods: any thread; none of them waits for the disk.
class LibraryMonitor final : private Watcher::Handler {
 public:
  // What the libraries of one reloader have in common.
  struct Subscription {
    std::shared_ptr<ChangeQueue> queue;
    std::shared_ptr<ShadowDirectory> directory;
    std::chrono::milliseconds debounce{0};
  };

  static Result<std::unique_ptr<LibraryMonitor>> Create();

  // Stops the thread.
  ~LibraryMonitor() override;

  // Watches `path`, absolute, and pushes a first change about it in any case: a copy, or an error.
  LibraryId Add(const std::string& path, Subscription subscription);
  void Remove(LibraryId library);

  // What became of a copy that was pushed. An accepted copy is the running version from now on: a
  // file that would load as the same is no change. A rejected copy could not be loaded; it is
  // deleted.
  void Accept(LibraryId library, std::string copy);
  void Reject(LibraryId library, std::string copy);

  // Deletes a copy that is no longer loaded, or never will be.
  void Discard(std::string copy);

  // Returns when everything that was asked for before is done.
  void Flush();

 private:
  struct Library {
    Library(std::string original_path, Subscription its_subscription)
        : path(std::move(original_path)),
          subscription(std::move(its_subscription)),
          schedule(subscription.debounce) {}

    std::string path;
    Subscription subscription;
    AttemptSchedule schedule;
    bool answered = false;     // The first change was pushed.
    bool may_be_busy = true;   // Look again by ourselves while a writer is there.
    bool failed = false;       // The last look ended with an error.
    bool is_news = true;       // More than attributes changed since that change.
    std::string running_copy;  // Of the current version; empty before the first.
    std::string newest_copy;   // Pushed, and neither accepted nor rejected yet; else empty.
  };

  LibraryMonitor() = default;

  void OnFileEvent(WatchId watch, FileEvent event) override;
  void OnWatchError(std::optional<WatchId> watch, const Error& error) override;
  std::optional<Watcher::Clock::time_point> OnTick(Watcher::Clock::time_point now) override;

  void StartWatching(LibraryId id, Library library);
  void Look(LibraryId id, Library& library);
  void Push(LibraryId id, Library& library, Result<std::string> copy);

  std::atomic<LibraryId> next_id_{1};
  std::map<LibraryId, Library> libraries_;  // Watcher thread only.
  std::unique_ptr<Watcher> watcher_;        // Last: its thread uses everything above.
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_LIBRARY_MONITOR_H_
