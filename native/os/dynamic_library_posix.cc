#include <dlfcn.h>
#include <link.h>

#include <algorithm>
#include <utility>

#include "os/dynamic_library.h"
#include "os/exports.h"
#include "os/left_libraries.h"
#include "os/unloading.h"

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
  const bool kept = (flags.value_or(0) & RTLD_NODELETE) != 0;
  return DynamicLibrary(handle, searched, kept);
}

DynamicLibrary::DynamicLibrary(void* handle, bool searched, bool kept)
    : handle_(handle),
      searched_(searched),
      kept_(kept),
      path_(PathOf(handle)),
      range_(RangeOfLoadedObject(path_)) {}

DynamicLibrary::DynamicLibrary(DynamicLibrary&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)),
      searched_(other.searched_),
      kept_(other.kept_),
      path_(std::exchange(other.path_, "")),
      range_(other.range_),
      traits_(std::move(other.traits_)) {}

DynamicLibrary& DynamicLibrary::operator=(DynamicLibrary&& other) noexcept {
  std::swap(handle_, other.handle_);
  std::swap(searched_, other.searched_);
  std::swap(kept_, other.kept_);
  std::swap(path_, other.path_);
  std::swap(range_, other.range_);
  std::swap(traits_, other.traits_);
  return *this;
}

// Nobody is left to hear about it.
DynamicLibrary::~DynamicLibrary() {
  if (handle_ == nullptr) return;
  if (Close() == ResidentReasons{ResidentReason::kThread}) LeaveLibrary(std::move(*this));
}

ResidentReasons DynamicLibrary::Close() {
  // The loader only looks for what it can do without when something is closed, so a handle of what
  // stayed is fetched to be given back.
  if (handle_ == nullptr && !path_.empty()) {
    handle_ = dlopen(path_.c_str(), RTLD_NOW | RTLD_NOLOAD);
    if (handle_ == nullptr) path_.clear();
  }
  if (handle_ == nullptr) return {};
  // It stays even if it did not ask to, and its threads will not end.
  if (Traits().is_go) return {ResidentReason::kGo};
  if (IsInUseByThread()) return {ResidentReason::kThread};

  dlclose(std::exchange(handle_, nullptr));
  if (IsLoaded(path_)) {
    ImageTraits traits = Traits();
    traits.is_nodelete |= kept_;
    return WhyResident(path_, traits);
  }
  path_.clear();
  CloseLeftLibraries();
  return {};
}

DynamicLibrary DynamicLibrary::HandOver() {
  DynamicLibrary given = std::move(*this);
  path_ = given.path_;
  traits_ = given.traits_;
  return given;
}

void DynamicLibrary::GiveBack() {
  if (handle_ != nullptr) dlclose(std::exchange(handle_, nullptr));
  path_.clear();
}

const ImageTraits& DynamicLibrary::Traits() {
  if (!traits_) {
    const auto file = File::Open(path_, ErrorCode::kLibraryLoad);
    if (file.ok()) traits_ = ReadImageTraits(file.value());
    if (!traits_) traits_.emplace();
  }
  return *traits_;
}

bool DynamicLibrary::HasStaticTls() const {
  const link_map* map = handle_ != nullptr ? MapOf(handle_) : nullptr;
  if (map == nullptr) return false;
  for (const ElfW(Dyn)* entry = map->l_ld; entry->d_tag != DT_NULL; ++entry) {
    if (entry->d_tag == DT_FLAGS) return (entry->d_un.d_val & DF_STATIC_TLS) != 0;
  }
  return false;
}

// A library of the system that others use as well does not go. Of libc itself it could not be told
// whom a thread executes in it for.
bool DynamicLibrary::IsInUseByThread() {
  if (searched_ && HasDependents(path_)) return false;
  const ThreadsInside threads = FindThreadsInside(path_);
  if (threads != ThreadsInside::kUnknown || !Traits().starts_threads) {
    return threads == ThreadsInside::kSome;
  }
  return FindStartedThreadsInside(path_) != ThreadsInside::kNone;
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
