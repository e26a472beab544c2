// The table of inotify watches, and what their events mean.

#ifndef DYNAMIC_RELOAD_OS_INOTIFY_WATCHES_H_
#define DYNAMIC_RELOAD_OS_INOTIFY_WATCHES_H_

#include <sys/inotify.h>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "os/path_plan.h"
#include "os/unique_fd.h"
#include "os/watcher.h"

namespace dynamic_reload {

// Each path is watched as its PathPlan says, and is planned anew whenever the plan may no longer
// hold. One kernel watch serves every path that needs it. Not thread-safe.
class InotifyWatches {
 public:
  using OnEvent = std::function<void(WatchId, FileEvent)>;
  using OnError = std::function<void(WatchId, const Error&)>;

  // `fd` comes from inotify_init1() and does not block.
  explicit InotifyWatches(UniqueFd fd) : fd_(std::move(fd)) {}

  int fd() const { return fd_.get(); }

  Status Add(WatchId watch, const std::string& path);
  void Remove(WatchId watch);

  // Takes some of the events that the kernel holds; while there are more, fd() is ready to read.
  // One call ends even if events come faster than they are handled. Fails only when the descriptor
  // does.
  Status ReadEvents(const OnEvent& on_event, const OnError& on_error);

 private:
  // Why a kernel watch exists.
  struct Interest {
    enum class Kind {
      kDirectory,  // A directory that the path passes through: moved away.
      kEntry,      // A name in a directory that the path passes through, or will.
      kFile,       // The last name of the path.
      kInode,      // The file itself: written through another name of it.
    };
    WatchId watch;
    Kind kind;
    std::string name;  // kEntry and kFile.
  };
  struct WatchedPath {
    std::string path;
    std::set<int> descriptors;
    bool file_existed = false;  // When it was planned last.
  };
  using Interests = std::map<int, std::vector<Interest>>;  // By watch descriptor.

  Status Replan(WatchId watch, WatchedPath& watched);
  Status ApplyPlan(WatchId watch, const std::string& path, const PathPlan& plan, Interests& wanted);
  void NarrowWatches(const PathPlan& plan);
  static uint32_t MaskOf(Interest::Kind kind);
  static bool MattersTo(Interest::Kind kind, int number);
  void RemoveInterests(WatchId watch, int descriptor);
  void Forget(WatchId watch, int descriptor);

  void Handle(const inotify_event& event, const OnEvent& on_event, const OnError& on_error);
  void HandleInterest(const Interest& interest, const inotify_event& event, const OnEvent& on_event,
                      const OnError& on_error);
  void Rescan(WatchId watch, const OnEvent& on_event, const OnError& on_error);

  const UniqueFd fd_;
  std::map<WatchId, WatchedPath> paths_;
  Interests interests_;
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_INOTIFY_WATCHES_H_
