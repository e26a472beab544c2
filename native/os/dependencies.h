// What a library depends on beside it.

#ifndef DYNAMIC_RELOAD_OS_DEPENDENCIES_H_
#define DYNAMIC_RELOAD_OS_DEPENDENCIES_H_

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace dynamic_reload {

struct DependencyGraph {
  struct Member {
    std::string path;
    std::map<std::string, size_t> needed;  // Members, by the name that this one asks for them by.

    bool operator==(const Member& other) const {
      return path == other.path && needed == other.needed;
    }
  };

  std::vector<Member> members;               // The library itself first. Each file is here once.
  std::map<std::string, std::string> found;  // Where each name led to.
  std::set<std::string> missing;             // Names that are left to the system's loader.
  std::set<std::string> places;  // The paths that decide it; the library's own is not among them.
};

// Follows what the library at `path` and its dependencies ask for, as the loader does: by
// DT_RUNPATH or DT_RPATH with `$ORIGIN`, and then, as it does not, in the directory of who asks. A
// name that led to a file once leads there for everybody.
//
// What the program itself depends on is one for the process, and what lies in a directory of the
// system is the system's: neither is a member.
DependencyGraph FindDependencies(const std::string& path);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_DEPENDENCIES_H_
