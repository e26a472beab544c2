#include <dlfcn.h>

#include "os/unloading.h"

namespace dynamic_reload {

namespace {

bool IsMusl() { return dlsym(RTLD_DEFAULT, "gnu_get_libc_version") == nullptr; }

}  // namespace

// RTLD_NOLOAD only finds what is loaded.
LibraryHold HoldLoaded(const std::string& path) {
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_NOLOAD);
  return handle != nullptr ? LibraryHold(handle, dlclose) : nullptr;
}

// RTLD_NODELETE lasts, whoever closes it.
void KeepLoaded(const std::string& path) {
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
  if (handle != nullptr) dlclose(handle);
}

ResidentReasons WhyResident(const std::string& path, const ImageTraits& traits) {
  if (IsMusl()) return {ResidentReason::kMusl};
  if (traits.is_go) return {ResidentReason::kGo};
  ResidentReasons reasons;
  if (traits.has_unique_symbols) reasons.push_back(ResidentReason::kUnique);
  if (traits.is_nodelete) reasons.push_back(ResidentReason::kNodelete);
  if (traits.has_tls_destructors) reasons.push_back(ResidentReason::kTlsDestructor);
  // What binds to it by a symbol alone, or holds a handle, cannot be seen: it is what remains.
  if (reasons.empty() || HasDependents(path)) reasons.push_back(ResidentReason::kDependents);
  return reasons;
}

}  // namespace dynamic_reload
