// What the headers of a module say that Windows has loaded: "PE Format" in its documentation.

#ifndef DYNAMIC_RELOAD_OS_MODULE_HEADERS_H_
#define DYNAMIC_RELOAD_OS_MODULE_HEADERS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "os/loaded_objects.h"

namespace dynamic_reload {

// Everything is read through the system: another thread may unload the module meanwhile, which is
// an error then, and not a fault. Offsets are from the beginning of the module.
class ModuleHeaders {
 public:
  // Of the module at this address. Empty when there is none any more.
  static std::optional<ModuleHeaders> Read(uintptr_t base);

  AddressRange range() const { return range_; }
  AddressRange code() const { return code_; }

  // The name that its exports give it. Empty when it has none.
  std::string Name() const;

  // The names of the modules that it asks for before it runs.
  std::vector<std::string> Dependencies() const;

  // Where the loader found what the module asks for by this name; null when it does not.
  void* FindImport(const std::string& symbol) const;

 private:
  struct Import {
    std::string module;
    uint32_t names;      // The offset of a list of what is asked for,
    uint32_t addresses;  // and of where that was found.
  };

  std::vector<Import> Imports() const;
  void* FindIn(const Import& import, const std::string& symbol) const;

  AddressRange range_;
  AddressRange code_;
  uint32_t exports_ = 0;  // Offsets of tables; 0 when there is none.
  uint32_t imports_ = 0;
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_MODULE_HEADERS_H_
