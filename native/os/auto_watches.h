// Watches each path the way that works for it: by inotify or by polling.

#ifndef DYNAMIC_RELOAD_OS_AUTO_WATCHES_H_
#define DYNAMIC_RELOAD_OS_AUTO_WATCHES_H_

#include <map>
#include <optional>
#include <string>

#include "os/inotify_watches.h"
#include "os/poll_watches.h"
#include "os/unique_fd.h"
#include "os/watcher.h"

namespace dynamic_reload {

// A path of WatchMode::kAuto is polled when one of its directories is on a file system that does
// not report every change, or when the kernel refuses a watch. Whenever it may lead elsewhere, that
// is decided anew. Not thread-safe.
class AutoWatches {
 public:
  // `inotify` comes from inotify_init1() and does not block. `handler` outlives this.
  AutoWatches(UniqueFd inotify, Watcher::Handler* handler)
      : events_(std::move(inotify), handler->trace()), handler_(handler) {}

  int fd() const { return events_.fd(); }

  Status Add(WatchId watch, const std::string& path, WatchMode mode);
  void Remove(WatchId watch);
  bool IsPolled(WatchId watch) const { return polls_.Has(watch); }

  // As InotifyWatches::ReadEvents(). After a failure whatever may be polled is.
  Status ReadEvents();

  // As InotifyWatches::FollowMounts(). What is polled is followed by being looked at.
  void FollowMounts();

  // When to call Poll() next; empty while nothing is polled.
  std::optional<Watcher::Clock::time_point> due() const { return polls_.due(); }
  void Poll(Watcher::Clock::time_point now);

 private:
  struct WatchedPath {
    std::string path;
    WatchMode mode = WatchMode::kAuto;
  };

  Status AddToEvents(WatchId watch, const std::string& path, WatchMode mode);
  void OnError(WatchId watch, const Error& error);
  void OnPolled(WatchId watch, FileEvent event);
  void PollInstead(WatchId watch, const std::string& path, const Error& reason);

  InotifyWatches events_;
  PollWatches polls_;
  std::map<WatchId, WatchedPath> paths_;
  std::optional<Error> failure_;  // Why there are no events any more.
  Watcher::Handler* const handler_;
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_AUTO_WATCHES_H_
