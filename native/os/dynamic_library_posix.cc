#include <dlfcn.h>
#include <link.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "os/dynamic_library.h"
#include "os/image.h"

namespace dynamic_reload {

namespace {

const link_map* LinkMapOf(void* handle) {
  const link_map* map = nullptr;
  return dlinfo(handle, RTLD_DI_LINKMAP, &map) == 0 ? map : nullptr;
}

}  // namespace

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
  const bool searched = path.find('/') == std::string::npos;
  return DynamicLibrary(handle, searched);
}

DynamicLibrary::DynamicLibrary(void* handle, bool searched) : handle_(handle), searched_(searched) {
  struct Search {
    const link_map* map = nullptr;
    Range range;
  };
  Search search = {LinkMapOf(handle), {}};
  const auto look = [](dl_phdr_info* info, size_t /*size*/, void* data) {
    auto* found = static_cast<Search*>(data);
    if (found->map == nullptr || info->dlpi_addr != found->map->l_addr ||
        std::strcmp(info->dlpi_name, found->map->l_name) != 0) {
      return 0;
    }
    found->range.begin = UINTPTR_MAX;
    for (const auto* segment = info->dlpi_phdr; segment < info->dlpi_phdr + info->dlpi_phnum;
         ++segment) {
      if (segment->p_type != PT_LOAD) continue;
      const uintptr_t begin = info->dlpi_addr + segment->p_vaddr;
      found->range.begin = std::min(found->range.begin, begin);
      found->range.end = std::max(found->range.end, begin + segment->p_memsz);
    }
    return 1;
  };
  dl_iterate_phdr(look, &search);
  range_ = search.range;
}

DynamicLibrary::DynamicLibrary(DynamicLibrary&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)),
      searched_(other.searched_),
      range_(other.range_) {}

DynamicLibrary& DynamicLibrary::operator=(DynamicLibrary&& other) noexcept {
  std::swap(handle_, other.handle_);
  std::swap(searched_, other.searched_);
  std::swap(range_, other.range_);
  return *this;
}

DynamicLibrary::~DynamicLibrary() {
  if (handle_ != nullptr) dlclose(handle_);  // Nobody is left to hear about an error.
}

void* DynamicLibrary::Find(const std::string& symbol) const {
  void* address = dlsym(handle_, symbol.c_str());
  return address != nullptr && Owns(address, symbol) ? address : nullptr;
}

bool DynamicLibrary::Owns(const void* address, const std::string& symbol) const {
  const auto place = reinterpret_cast<uintptr_t>(address);
  if (searched_ || (place >= range_.begin && place < range_.end)) return true;
  // A thread-local variable lies outside, in memory of the thread.
  const auto file = File::Open(LoadedPath(), ErrorCode::kLibraryLoad);
  if (!file.ok()) return false;
  const auto names = ExportedSymbols(file.value());
  return std::find(names.begin(), names.end(), symbol) != names.end();
}

std::string DynamicLibrary::LoadedPath() const {
  const link_map* map = LinkMapOf(handle_);
  return map == nullptr ? "" : map->l_name;
}

}  // namespace dynamic_reload
