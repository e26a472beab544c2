#include "os/loaded_objects.h"

#include <algorithm>
#include <set>

namespace dynamic_reload {

bool LoadedObject::Needs(const LoadedObject& other) const {
  return std::any_of(needed.begin(), needed.end(),
                     [&](const std::string& name) { return other.IsCalled(name); });
}

std::vector<LoadedObject> DependenciesOf(const std::string& path,
                                         const std::vector<LoadedObject>& objects) {
  std::set<std::string> found{path};
  std::vector<LoadedObject> dependencies;
  const auto add_needs_of = [&](const LoadedObject& dependent) {
    for (const LoadedObject& object : objects) {
      if (dependent.Needs(object) && found.insert(object.path).second) {
        dependencies.push_back(object);
      }
    }
  };
  for (const LoadedObject& object : objects) {
    if (object.path == path) add_needs_of(object);
  }
  for (size_t next = 0; next < dependencies.size(); ++next) {
    add_needs_of(LoadedObject(dependencies[next]));  // A copy, since the list grows.
  }
  return dependencies;
}

}  // namespace dynamic_reload
