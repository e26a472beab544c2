// Looks for what a library depends on where Windows' loader was not told to.

#ifndef DYNAMIC_RELOAD_OS_DEPENDENCY_SEARCH_H_
#define DYNAMIC_RELOAD_OS_DEPENDENCY_SEARCH_H_

#include <string>
#include <vector>

namespace dynamic_reload {

struct DependencySearch {
  std::vector<std::wstring> directories;  // Of PATH, in its order, which have something of it.
  std::vector<std::string> missing;       // What is nowhere.
};

// For the library at `path`. What lies in one of the directories `known` is not looked for. Only
// names that the library itself asks for are.
DependencySearch SearchForDependencies(const std::string& path, std::vector<std::wstring> known);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_DEPENDENCY_SEARCH_H_
