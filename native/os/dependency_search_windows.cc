#include <algorithm>
#include <optional>
#include <utility>

#include "os/dependency_search.h"
#include "os/image_traits.h"
#include "os/loaded_module.h"
#include "os/wide_text.h"
#include "os/windows_api.h"

namespace dynamic_reload {

namespace {

bool Exists(const std::wstring& path) {
  return GetFileAttributesW(path.c_str()) != INVALID_FILE_ATTRIBUTES;
}

bool IsIn(const std::vector<std::wstring>& directories, const std::wstring& name) {
  return std::any_of(directories.begin(), directories.end(), [&](const std::wstring& directory) {
    return Exists(directory + L'\\' + name);
  });
}

std::wstring PathVariable() {
  std::wstring value(GetEnvironmentVariableW(L"PATH", nullptr, 0), L'\0');
  const auto size = static_cast<DWORD>(value.size());
  value.resize(size > 0 ? GetEnvironmentVariableW(L"PATH", value.data(), size) : 0);
  return value;
}

// The first of a list of directories that has a file of that name. Empty when none has.
std::wstring FirstWith(const std::wstring& name, const std::wstring& directories) {
  const wchar_t* const list = directories.c_str();
  const DWORD size = SearchPathW(list, name.c_str(), nullptr, 0, nullptr, nullptr);
  std::wstring path(size, L'\0');
  const DWORD length = SearchPathW(list, name.c_str(), nullptr, size, path.data(), nullptr);
  if (length == 0 || length >= size) return L"";
  return path.substr(0, path.find_last_of(L"\\/"));
}

// Where the loader looks for every library.
std::vector<std::wstring> SystemDirectories() {
  wchar_t system[MAX_PATH];
  const UINT length = GetSystemDirectoryW(system, MAX_PATH);
  const std::wstring program =
      WidePath(PathOfModule(reinterpret_cast<uintptr_t>(GetModuleHandleW(nullptr))));
  return {{system, length}, program.substr(0, program.rfind(L'\\'))};
}

// Names that no file has: "Windows API sets" in the documentation of Windows.
bool IsApiSet(const std::wstring& name) {
  constexpr int kLength = 7;
  return name.size() > kLength &&
         (CompareStringOrdinal(name.c_str(), kLength, L"api-ms-", kLength, TRUE) == CSTR_EQUAL ||
          CompareStringOrdinal(name.c_str(), kLength, L"ext-ms-", kLength, TRUE) == CSTR_EQUAL);
}

}  // namespace

DependencySearch SearchForDependencies(const std::string& path, std::vector<std::wstring> known) {
  DependencySearch search;
  const auto file = File::Open(path, ErrorCode::kLibraryLoad);
  const auto traits = file.ok() ? ReadImageTraits(file.value()) : std::nullopt;
  if (!traits) return search;
  for (std::wstring& directory : SystemDirectories()) known.push_back(std::move(directory));
  const std::wstring places = PathVariable();
  for (const std::string& needed : traits->needed) {
    const std::wstring name = Utf16(needed);
    if (IsApiSet(name) || GetModuleHandleW(name.c_str()) != nullptr || IsIn(known, name)) continue;
    std::wstring directory = places.empty() ? L"" : FirstWith(name, places);
    if (directory.empty()) {
      search.missing.push_back(needed);
    } else {
      search.directories.push_back(std::move(directory));
    }
  }
  return search;
}

}  // namespace dynamic_reload
