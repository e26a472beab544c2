// The paths that are watched on Windows, and the directories that are read for it.

#ifndef DYNAMIC_RELOAD_OS_DIRECTORY_WATCHES_H_
#define DYNAMIC_RELOAD_OS_DIRECTORY_WATCHES_H_

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/trace.h"
#include "os/directory_reader.h"
#include "os/path_plan.h"
#include "os/watcher.h"

namespace dynamic_reload {

// Each path is watched as its PathPlan says, and is planned anew whenever the plan may no longer
// hold. One reader serves every path that needs its directory. Plain directories on the way are not
// watched: while one of ours is open below them Windows lets nobody move them. Not thread-safe.
class DirectoryWatches {
 public:
  using OnEvent = std::function<void(WatchId, FileEvent)>;
  using OnError = std::function<void(WatchId, const Error&)>;

  // `port` and `trace` outlive this.
  DirectoryWatches(HANDLE port, const Trace& trace) : port_(port), trace_(trace) {}

  // Waits for the answers that are still to come.
  ~DirectoryWatches();

  Status Add(WatchId watch, const std::string& path);
  void Remove(WatchId watch);

  // `reader` is the key of what came from the port.
  void Take(DirectoryReader* reader, bool succeeded, DWORD size, const OnEvent& on_event,
            const OnError& on_error);

 private:
  struct WatchedPath {
    std::string path;
    PathPlan plan;  // The last one.
  };

  Status Replan(WatchedPath& watched);
  Status OpenReaders(const PathPlan& plan);
  void CloseUnused();
  void CloseReader(const std::string& directory);
  void Handle(const std::string& directory, const DirectoryReader::Change& change,
              const OnEvent& on_event, const OnError& on_error);
  void Rescan(WatchId watch, const char* why, const OnEvent& on_event, const OnError& on_error);
  std::vector<WatchId> WatchesIn(const std::string& directory) const;

  const HANDLE port_;
  const Trace& trace_;
  std::map<WatchId, WatchedPath> paths_;
  std::map<std::string, std::unique_ptr<DirectoryReader>> readers_;  // By directory.
  std::vector<std::unique_ptr<DirectoryReader>> closed_;             // Still to be answered.
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_DIRECTORY_WATCHES_H_
