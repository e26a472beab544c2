#include <dlfcn.h>
#include <link.h>

#include <algorithm>

#include "os/dynamic_library.h"
#include "os/exports.h"

namespace dynamic_reload {

namespace {

// Null when the loader does not say.
const link_map* MapOf(void* handle) {
  const link_map* map = nullptr;
  return dlinfo(handle, RTLD_DI_LINKMAP, &map) == 0 ? map : nullptr;
}

// Where the loader found it.
std::string PathOf(void* handle) {
  const link_map* map = MapOf(handle);
  return map != nullptr ? map->l_name : "";
}

}  // namespace

Result<DynamicLibrary> DynamicLibrary::Open(const std::string& path, std::optional<int> flags,
                                            const std::string& /*original_path*/) {
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
  const bool searched = path.find('/') == std::string::npos;
  const bool kept = (flags.value_or(0) & RTLD_NODELETE) != 0;
  return DynamicLibrary(handle, searched, kept);
}

DynamicLibrary::DynamicLibrary(void* handle, bool searched, bool kept)
    : handle_(handle),
      searched_(searched),
      kept_(kept),
      path_(PathOf(handle)),
      range_(RangeOfLoadedObject(path_)) {}

void* DynamicLibrary::OpenLoaded(const std::string& path) {
  return dlopen(path.c_str(), RTLD_NOW | RTLD_NOLOAD);
}

void DynamicLibrary::CloseHandle(void* handle) { dlclose(handle); }

bool DynamicLibrary::HasStaticTls() const {
  const link_map* map = handle_ != nullptr ? MapOf(handle_) : nullptr;
  if (map == nullptr) return false;
  for (const ElfW(Dyn)* entry = map->l_ld; entry->d_tag != DT_NULL; ++entry) {
    if (entry->d_tag == DT_FLAGS) return (entry->d_un.d_val & DF_STATIC_TLS) != 0;
  }
  return false;
}

void* DynamicLibrary::Find(const std::string& symbol) const {
  void* address = dlsym(handle_, symbol.c_str());
  return address != nullptr && Owns(address, symbol) ? address : nullptr;
}

void* DynamicLibrary::FindAnywhere(const std::string& symbol) const {
  void* address = searched_ ? nullptr : Find(symbol);
  if (address == nullptr) address = dlsym(RTLD_DEFAULT, symbol.c_str());
  return address != nullptr ? address : dlsym(handle_, symbol.c_str());
}

void* DynamicLibrary::FindVariable(const std::string& symbol) const {
  void* address = searched_ ? dlsym(RTLD_DEFAULT, symbol.c_str()) : nullptr;
  return address != nullptr ? address : Find(symbol);
}

bool DynamicLibrary::Owns(const void* address, const std::string& symbol) const {
  const auto place = reinterpret_cast<uintptr_t>(address);
  if (searched_ || (place >= range_.begin && place < range_.end)) return true;
  // A thread-local variable lies outside, in memory of the thread.
  const auto file = File::Open(LoadedPath(), ErrorCode::kLibraryLoad);
  if (!file.ok()) return false;
  const auto exports = ReadExports(file.value());
  return exports && std::any_of(exports->begin(), exports->end(),
                                [&symbol](const Export& its) { return its.name == symbol; });
}

}  // namespace dynamic_reload
