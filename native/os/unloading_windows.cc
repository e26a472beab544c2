#include "os/loaded_module.h"
#include "os/unloading.h"
#include "os/windows_api.h"

namespace dynamic_reload {

LibraryHold HoldLoaded(const std::string& path) {
  const auto base = FindModule(path);
  HMODULE held = nullptr;
  if (!base || GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                                  reinterpret_cast<const wchar_t*>(*base), &held) == 0) {
    return nullptr;
  }
  LibraryHold hold(held, [](void* module) { FreeLibrary(static_cast<HMODULE>(module)); });
  // It may have gone before it was held, and something else may be at its address.
  return FindModule(path) == base ? hold : nullptr;
}

void KeepLoaded(const std::string& path) {
  const auto base = FindModule(path);
  HMODULE ignored = nullptr;
  if (!base) return;
  GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN,
                     reinterpret_cast<const wchar_t*>(*base), &ignored);
}

ResidentReasons WhyResident(const std::string& path, const ImageTraits& traits) {
  if (traits.is_go) return {ResidentReason::kGo};
  ResidentReasons reasons;
  if (traits.has_tls_destructors) reasons.push_back(ResidentReason::kTlsDestructor);
  // Who holds a handle cannot be seen, or that somebody made it stay: it is what remains.
  if (reasons.empty() || HasDependents(path)) reasons.push_back(ResidentReason::kDependents);
  return reasons;
}

}  // namespace dynamic_reload
