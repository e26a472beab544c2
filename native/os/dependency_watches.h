// Which paths are watched for the dependencies of which library, and which copies belong together.

#ifndef DYNAMIC_RELOAD_OS_DEPENDENCY_WATCHES_H_
#define DYNAMIC_RELOAD_OS_DEPENDENCY_WATCHES_H_

#include <functional>
#include <map>
#include <set>
#include <string>

#include "base/change.h"
#include "base/result.h"
#include "os/dependency_preparation.h"
#include "os/watcher.h"

namespace dynamic_reload {

// One thread only: that of the watcher.
class DependencyWatches {
 public:
  // How a path is watched for a library. Fails as Watcher::Watch() does.
  using Watch = std::function<Status(WatchId, const std::string&)>;
  using Unwatch = std::function<void(WatchId)>;
  using NextId = std::function<WatchId()>;

  // Watches `places` for the library, and no others. Calls `on_error` for each that cannot be
  // watched. Returns whether there is one that was not watched before.
  bool Update(LibraryId library, const std::set<std::string>& places, const NextId& next_id,
              const Watch& watch, const Unwatch& unwatch,
              const std::function<void(const Error&)>& on_error);

  void Remove(LibraryId library, const Unwatch& unwatch);

  // The library that `watch` is for: `watch` itself when it is not one of these.
  LibraryId OwnerOf(WatchId watch) const;

  // The copies that are made for the first one of them.
  void AddSet(CopySet set);
  const CopySet* SetOf(const std::string& copy) const;

  // Deletes a copy with those that are made for it.
  void DeleteSet(const std::string& copy);

 private:
  std::map<LibraryId, std::map<std::string, WatchId>> places_;
  std::map<WatchId, LibraryId> owners_;
  std::map<std::string, CopySet> sets_;  // By the first copy.
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_DEPENDENCY_WATCHES_H_
