#include "os/dynamic_library.h"

#include <utility>

#include "os/left_libraries.h"
#include "os/unloading.h"

namespace dynamic_reload {

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
    handle_ = OpenLoaded(path_);
    if (handle_ == nullptr) path_.clear();
  }
  if (handle_ == nullptr) return {};
  // It stays even if it did not ask to, and its threads will not end.
  if (Traits().is_go) return {ResidentReason::kGo};
  if (IsInUseByThread()) return {ResidentReason::kThread};

  CloseHandle(std::exchange(handle_, nullptr));
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
  if (handle_ != nullptr) CloseHandle(std::exchange(handle_, nullptr));
  path_.clear();
}

const ImageTraits& DynamicLibrary::Traits() {
  if (!traits_) {
    auto file = File::Open(path_, ErrorCode::kLibraryLoad);
    if (file.ok()) {
      file.value().Remember();
      traits_ = ReadImageTraits(file.value());
    }
    if (!traits_) traits_.emplace();
  }
  return *traits_;
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

}  // namespace dynamic_reload
