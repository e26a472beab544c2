// Everything that the loader has loaded into this process.

#ifndef DYNAMIC_RELOAD_OS_LOADED_OBJECTS_H_
#define DYNAMIC_RELOAD_OS_LOADED_OBJECTS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dynamic_reload {

struct AddressRange {
  uintptr_t begin = 0;
  uintptr_t end = 0;

  bool Contains(uintptr_t address) const { return address >= begin && address < end; }
};

struct LoadedObject {
  std::string path;  // As the loader spells it. Empty for the program itself.
  std::string soname;
  std::vector<std::string> needed;  // By which names it asks for the libraries that it depends on.
  AddressRange code;                // What can be executed of it.

  // Whether the loader takes it when asked for this name.
  bool IsCalled(std::string_view name) const;
  bool Needs(const LoadedObject& other) const;
};

// In the order of loading, the program first.
std::vector<LoadedObject> ListLoadedObjects();

// Where the object at `path` lies; empty when there is none.
AddressRange RangeOfLoadedObject(const std::string& path);

// What the object at `path` depends on, directly or not.
std::vector<LoadedObject> DependenciesOf(const std::string& path,
                                         const std::vector<LoadedObject>& objects);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_LOADED_OBJECTS_H_
