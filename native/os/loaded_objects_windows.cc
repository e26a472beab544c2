#include <algorithm>

#include "os/loaded_module.h"
#include "os/loaded_objects.h"
#include "os/module_headers.h"
#include "os/wide_text.h"
#include "os/windows_api.h"

// Behind <windows.h>, without which it does not compile.
#include <psapi.h>

namespace dynamic_reload {

namespace {

// The program first. Others may load and unload meanwhile, which makes the system read what has
// gone: then it is asked again.
std::vector<uintptr_t> ListModules() {
  constexpr int kAttempts = 16;
  std::vector<HMODULE> modules(256);
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const auto size = static_cast<DWORD>(modules.size() * sizeof(HMODULE));
    DWORD needed = 0;
    if (EnumProcessModules(GetCurrentProcess(), modules.data(), size, &needed) == 0) continue;
    modules.resize(needed / sizeof(HMODULE));
    if (needed <= size) break;
  }
  std::vector<uintptr_t> bases;
  for (const HMODULE module : modules) bases.push_back(reinterpret_cast<uintptr_t>(module));
  return bases;
}

std::string_view NameIn(std::string_view path) { return path.substr(path.find_last_of("\\/") + 1); }

// Names of modules are the same in capitals.
bool SameName(const std::string& one, const std::string& other) {
  return CompareStringOrdinal(Utf16(one).c_str(), -1, Utf16(other).c_str(), -1, TRUE) == CSTR_EQUAL;
}

}  // namespace

std::string PathOfModule(uintptr_t base) {
  std::wstring path(MAX_PATH, L'\0');
  for (;;) {
    const auto size = static_cast<DWORD>(path.size());
    const DWORD length = GetModuleFileNameW(reinterpret_cast<HMODULE>(base), path.data(), size);
    if (length < size) return Utf8Path({path.data(), length});
    path.resize(path.size() * 2);
  }
}

std::optional<uintptr_t> FindModule(const std::string& path) {
  if (path.empty()) return std::nullopt;
  for (const uintptr_t base : ListModules()) {
    if (PathOfModule(base) == path) return base;
  }
  return std::nullopt;
}

bool LoadedObject::IsCalled(std::string_view name) const {
  const std::string own(name);
  return SameName(own, path) || SameName(own, soname) || SameName(own, std::string(NameIn(path)));
}

std::vector<LoadedObject> ListLoadedObjects() {
  std::vector<LoadedObject> objects;
  for (const uintptr_t base : ListModules()) {
    const auto headers = ModuleHeaders::Read(base);
    if (!headers) continue;
    std::string path = objects.empty() ? "" : PathOfModule(base);
    objects.push_back({std::move(path), headers->Name(), headers->Dependencies(), headers->code()});
  }
  return objects;
}

AddressRange RangeOfLoadedObject(const std::string& path) {
  const auto base = FindModule(path);
  const auto headers = base ? ModuleHeaders::Read(*base) : std::nullopt;
  return headers ? headers->range() : AddressRange();
}

}  // namespace dynamic_reload
