// Which directories decide what file a path names.

#ifndef DYNAMIC_RELOAD_OS_PATH_PLAN_H_
#define DYNAMIC_RELOAD_OS_PATH_PLAN_H_

#include <string>
#include <tuple>
#include <vector>

namespace dynamic_reload {

// What to watch so that no change of the file behind a path goes unseen, as of the moment the plan
// is made. A path names another file when any of these happens, so a watch on the file or on its
// directory alone is not enough:
//   - the file is replaced, or appears;
//   - a symbolic link on the way is replaced;
//   - a directory on the way is moved, deleted or swapped for another.
struct PathPlan {
  struct Entry {
    std::string directory;
    std::string name;
    bool is_file;  // The last component. Otherwise a symbolic link, or what is missing so far.

    bool operator==(const Entry& other) const {
      return std::tie(directory, name, is_file) ==
             std::tie(other.directory, other.name, other.is_file);
    }
  };

  std::vector<std::string> directories;  // Every one that resolution passes through.
  std::vector<Entry> entries;            // Names whose appearance or replacement matters.

  bool operator==(const PathPlan& other) const {
    return directories == other.directories && entries == other.entries;
  }
};

// Follows `path`, which is absolute, one component at a time as path_resolution(7) describes. Stops
// at what does not exist: once that appears, plan again.
PathPlan PlanPath(const std::string& path);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_PATH_PLAN_H_
