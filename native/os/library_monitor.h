// Turns file events into loadable copies of libraries.

#ifndef DYNAMIC_RELOAD_OS_LIBRARY_MONITOR_H_
#define DYNAMIC_RELOAD_OS_LIBRARY_MONITOR_H_

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/attempt_schedule.h"
#include "base/change.h"
#include "base/change_queue.h"
#include "base/trace_queue.h"
#include "os/dependency_watches.h"
#include "os/preparation.h"
#include "os/shadow_directory.h"
#include "os/shared_version.h"
#include "os/watcher.h"

namespace dynamic_reload {

// Watches library files on one thread. Whenever a file is different from the version that runs, and
// fully written, makes a shadow copy of it and pushes that copy into a queue; when it stays
// damaged, pushes why, once. When what was pushed last was no good, and the file is the running
// version again, pushes that, too. Public methods: any thread; none of them waits for the disk.
class LibraryMonitor final : private Watcher::Handler {
 public:
  // What the libraries of one reloader have in common.
  struct Subscription {
    std::shared_ptr<ChangeQueue> queue;
    std::shared_ptr<ShadowDirectory> directory;
    std::chrono::milliseconds debounce{0};
    WatchMode mode = WatchMode::kAuto;
    std::shared_ptr<TraceQueue> trace = nullptr;  // None, where nobody can ask for it.
  };

  // What is special about one library.
  struct Options {
    PatchOptions patch;
    // How long its file must have been left alone before a look; without one, `debounce`.
    std::optional<std::chrono::milliseconds> settle;
    // Says nothing about a file that is missing or not finished until there is a first version.
    bool wait_for_file = false;
    // What it depends on beside it is copied and watched with it (dependencies.h).
    bool watch_dependencies = false;
    CopyExtent extent = CopyExtent::kFull;
  };

  static Result<std::unique_ptr<LibraryMonitor>> Create();

  // Stops the thread.
  ~LibraryMonitor() override;

  // Watches `path`, absolute, and pushes a first change about it in any case, soon unless it waits
  // for the file: a copy, or an error.
  LibraryId Add(const std::string& path, Subscription subscription, const Options& options);
  LibraryId Add(const std::string& path, Subscription subscription) {
    return Add(path, std::move(subscription), Options());
  }
  void Remove(LibraryId library);

  // What became of a copy that was pushed. An accepted copy is the running version from now on: a
  // file that would load as the same is no change. A rejected copy could not be loaded; it is
  // deleted.
  void Accept(LibraryId library, std::string copy);
  void Reject(LibraryId library, std::string copy);

  // Pushes what another environment loaded, whatever the file is.
  void Offer(LibraryId library, const OfferedCopy& offer);

  // Deletes a copy that is no longer loaded, or never will be.
  void Discard(std::string copy);

  // From now on what happens to the libraries of a subscription goes to its `trace`, or no longer.
  void SwitchTrace(TraceQueue& trace, bool on);

  // Returns when everything that was asked for before is done.
  void Flush();

 private:
  struct Library {
    Library(std::string original_path, Subscription its_subscription, const Options& options)
        : path(std::move(original_path)),
          subscription(std::move(its_subscription)),
          patch(options.patch),
          extent(options.extent),
          schedule(options.settle.value_or(subscription.debounce)),
          waits_for_file(options.wait_for_file),
          watches_dependencies(options.watch_dependencies) {}

    // Nobody waits for a first change that has to come soon.
    bool may_be_silent() const { return answered || waits_for_file; }

    std::string path;
    Subscription subscription;
    PatchOptions patch;
    const CopyExtent extent;
    AttemptSchedule schedule;
    const bool waits_for_file;
    const bool watches_dependencies;
    bool answered = false;                // The first change was pushed.
    bool may_be_busy = true;              // Look again by ourselves while a writer is there.
    bool failed = false;                  // The last look ended with an error.
    bool rejected = false;                // The copy that was pushed last was rejected.
    bool is_news = true;                  // More than attributes changed since that change.
    std::optional<FileIdentity> settled;  // What the file was when the last look could not tell.
    std::map<std::string, FileIdentity> settled_set;  // The same, of it and its dependencies.
    // The first event of a change about which nothing was concluded yet.
    std::optional<Watcher::Clock::time_point> noticed;
    std::string running_copy;  // Of the current version; empty before the first.
    std::string newest_copy;   // Pushed, and neither accepted nor rejected yet; else empty.
    std::string look_after;    // When it is known what became of this copy, look at the file.
  };

  LibraryMonitor() : Handler([this](TraceEntry entry) { Route(std::move(entry)); }) {}

  // Hands an entry to those whom it concerns.
  void Route(TraceEntry entry);

  void OnFileEvent(WatchId watch, FileEvent event) override;
  void OnWatchError(std::optional<WatchId> watch, const Error& error) override;
  void OnEventsRefused(WatchId watch, const Error& reason) override;
  std::optional<Watcher::Clock::time_point> OnTick(Watcher::Clock::time_point now) override;

  void StartWatching(LibraryId id, Library library);
  static std::string BaselineOf(const Library& library);
  void Look(LibraryId id, Library& library);
  Preparation LookAtFile(LibraryId id, Library& library);
  Preparation LookAtSet(LibraryId id, Library& library);
  DependencyGraph WatchDependencies(LibraryId id, const Library& library);
  // Whether there is to be another look before anything is said. It is scheduled then.
  bool WillLookAgain(LibraryId id, Library& library, const Preparation& preparation) const;
  void Conclude(LibraryId id, Library& library, Preparation preparation, const ChangeTimes& times);
  static void LookAfter(Library& library, const std::string& copy);
  void Push(LibraryId id, Library& library, Result<std::string> copy,
            const ChangeTimes& times = {});

  std::atomic<LibraryId> next_id_{1};
  std::map<LibraryId, Library> libraries_;  // Watcher thread only.
  DependencyWatches dependencies_;          // Watcher thread only.
  std::unique_ptr<Watcher> watcher_;        // Last: its thread uses everything above.
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_LIBRARY_MONITOR_H_
