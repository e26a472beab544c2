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
#include "base/trace.h"
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

  // `fd` comes from inotify_init1() and does not block. `trace` outlives this.
  InotifyWatches(UniqueFd fd, const Trace& trace) : fd_(std::move(fd)), trace_(trace) {}

  int fd() const { return fd_.get(); }

  enum class Demand {
    kEveryChange,  // Fails where the file system does not report what others do to it.
    kWhatIsReported,
  };

  Status Add(WatchId watch, const std::string& path, Demand demand);
  void Remove(WatchId watch);

  // Takes some of the events that the kernel holds; while there are more, fd() is ready to read.
  // One call ends even if events come faster than they are handled. Fails only when the descriptor
  // does.
  Status ReadEvents(const OnEvent& on_event, const OnError& on_error);

  // Something was mounted or unmounted, which is no event of any directory. Tells of the paths that
  // lead elsewhere now.
  void FollowMounts(const OnEvent& on_event, const OnError& on_error) {
    RescanAll({"something was mounted or unmounted", false}, on_event, on_error);
  }

 private:
  struct RescanReason {
    const char* words;  // For the trace.
    bool is_news;       // Also when the path leads where it led.
  };

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
    Demand demand = Demand::kEveryChange;
    PathPlan plan;  // The last one.
    std::set<int> descriptors;
    int inode = -1;  // That of `descriptors` that watches the file itself, or -1.
  };
  using Interests = std::map<int, std::vector<Interest>>;  // By watch descriptor.

  Status Replan(WatchId watch, WatchedPath& watched);
  Status ApplyPlan(WatchId watch, const std::string& path, const PathPlan& plan, Interests& wanted);
  bool RenewInode(WatchId watch, WatchedPath& watched);
  void NarrowWatches(const PathPlan& plan);
  static uint32_t MaskOf(Interest::Kind kind);
  static bool MattersTo(Interest::Kind kind, int number);
  void RemoveInterests(WatchId watch, int descriptor);
  void Forget(WatchId watch, int descriptor);

  void Handle(const inotify_event& event, const OnEvent& on_event, const OnError& on_error);
  void HandleInterest(const Interest& interest, const inotify_event& event, const OnEvent& on_event,
                      const OnError& on_error);
  void RescanAll(const RescanReason& why, const OnEvent& on_event, const OnError& on_error);
  void Rescan(WatchId watch, const RescanReason& why, const OnEvent& on_event,
              const OnError& on_error);
  void HandleReplaced(WatchId watch, const OnEvent& on_event, const OnError& on_error);

  void TraceEvent(WatchId watch, const inotify_event& event) const;

  const UniqueFd fd_;
  const Trace& trace_;
  std::map<WatchId, WatchedPath> paths_;
  Interests interests_;
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_INOTIFY_WATCHES_H_
