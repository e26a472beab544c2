// Which directories decide what file a path names.

#ifndef DYNAMIC_RELOAD_OS_PATH_PLAN_H_
#define DYNAMIC_RELOAD_OS_PATH_PLAN_H_

#include <string>
#include <tuple>
#include <vector>

namespace dynamic_reload {

// What decides which file a path names, from the root on, as of the moment the plan is made. A
// watch on the file or on its directory alone is not enough: a directory further up may be swapped
// for another, or a symbolic link be replaced.
struct PathPlan {
  // A name that the path goes through.
  struct Entry {
    std::string directory;
    std::string name;
    bool is_file;       // The last component. It may be a link to the next entry.
    bool is_directory;  // A plain directory, not a link to one. False while there is nothing.

    bool operator==(const Entry& other) const {
      return std::tie(directory, name, is_file, is_directory) ==
             std::tie(other.directory, other.name, other.is_file, other.is_directory);
    }
  };

  std::vector<Entry> entries;
  bool file_exists = false;

  bool operator==(const PathPlan& other) const {
    return entries == other.entries && file_exists == other.file_exists;
  }
};

// Follows `path`, which is absolute, one component at a time as path_resolution(7) describes. Stops
// at what does not exist: once that appears, plan again.
PathPlan PlanPath(const std::string& path);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_PATH_PLAN_H_
