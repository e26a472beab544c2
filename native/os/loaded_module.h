// Modules of this process by their paths.

#ifndef DYNAMIC_RELOAD_OS_LOADED_MODULE_H_
#define DYNAMIC_RELOAD_OS_LOADED_MODULE_H_

#include <cstdint>
#include <optional>
#include <string>

namespace dynamic_reload {

// Where the loader found the module at `base`, which is its HMODULE. Empty when there is none.
std::string PathOfModule(uintptr_t base);

// Where the module is that was loaded from `path`, spelled as PathOfModule() does. Empty when there
// is none.
//
// Not by GetModuleHandleExW(): whether that takes the long form of a path depends on how the module
// was loaded.
std::optional<uintptr_t> FindModule(const std::string& path);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_LOADED_MODULE_H_
