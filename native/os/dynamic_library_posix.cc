#include <dlfcn.h>
#include <link.h>

#include <utility>

#include "os/dynamic_library.h"

namespace dynamic_reload {

Result<DynamicLibrary> DynamicLibrary::Open(const std::string& path, std::optional<int> flags) {
  void* handle = dlopen(path.c_str(), flags.value_or(RTLD_NOW | RTLD_LOCAL));
  if (handle == nullptr) {
    // dlerror() is per thread on every libc we ship for.
    const char* message = dlerror();
    return Error{ErrorCode::kLibraryLoad,
                 "dlopen",
                 path,
                 message != nullptr ? message : "unknown error",
                 0,
                 ""};
  }
  return DynamicLibrary(handle);
}

DynamicLibrary::DynamicLibrary(DynamicLibrary&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)) {}

DynamicLibrary& DynamicLibrary::operator=(DynamicLibrary&& other) noexcept {
  std::swap(handle_, other.handle_);
  return *this;
}

DynamicLibrary::~DynamicLibrary() {
  if (handle_ != nullptr) dlclose(handle_);  // Nobody is left to hear about an error.
}

void* DynamicLibrary::Find(const std::string& symbol) const {
  return dlsym(handle_, symbol.c_str());
}

std::string DynamicLibrary::LoadedPath() const {
  const link_map* map = nullptr;
  if (dlinfo(handle_, RTLD_DI_LINKMAP, &map) != 0 || map == nullptr) return "";
  return map->l_name;
}

}  // namespace dynamic_reload
