// Which directories decide what file a path names.

#ifndef DYNAMIC_RELOAD_OS_PATH_PLAN_H_
#define DYNAMIC_RELOAD_OS_PATH_PLAN_H_

#include <string>
#include <tuple>
#include <vector>

namespace dynamic_reload {

// A name that decides what file a path names: whatever appears under it in the directory may be
// another file, another directory or another link than before.
struct PlannedEntry {
  std::string directory;
  std::string name;
  bool is_file;  // The last component. The others are passed through.

  bool operator==(const PlannedEntry& other) const {
    return std::tie(directory, name, is_file) ==
           std::tie(other.directory, other.name, other.is_file);
  }
};

// Every name to watch so that no change of the file behind a path goes unseen, as of now, from the
// root on. A watch on the file or on its directory alone is not enough: a directory further up may
// be swapped for another, or a symbolic link be replaced. Nor is it enough to wait until a
// directory is gone: that is reported only when the last process that stands in it leaves.
using PathPlan = std::vector<PlannedEntry>;

// Follows `path`, which is absolute, one component at a time as path_resolution(7) describes. Stops
// at what does not exist: once that appears, plan again.
PathPlan PlanPath(const std::string& path);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_PATH_PLAN_H_
