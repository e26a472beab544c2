#include <cstdint>
#include <utility>
#include <vector>

#include "os/dependency_search.h"
#include "os/dynamic_library.h"
#include "os/loaded_module.h"
#include "os/module_headers.h"
#include "os/system_error.h"
#include "os/wide_text.h"
#include "os/windows_api.h"

namespace dynamic_reload {

namespace {

constexpr DWORD kDefaultFlags = LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_DEFAULT_DIRS;

// While it exists the loader also searches this directory, for whoever loads something then.
class SearchedDirectory {
 public:
  explicit SearchedDirectory(const std::wstring& path) : cookie_(AddDllDirectory(path.c_str())) {}
  SearchedDirectory(SearchedDirectory&& other) noexcept
      : cookie_(std::exchange(other.cookie_, nullptr)) {}
  ~SearchedDirectory() {
    if (cookie_ != nullptr) RemoveDllDirectory(cookie_);
  }

  SearchedDirectory& operator=(SearchedDirectory&&) = delete;

 private:
  DLL_DIRECTORY_COOKIE cookie_;
};

// While it exists no window pops up on this thread to say that a library is no good.
class NoMessageBoxes {
 public:
  NoMessageBoxes() { SetThreadErrorMode(GetThreadErrorMode() | SEM_FAILCRITICALERRORS, &before_); }
  ~NoMessageBoxes() { SetThreadErrorMode(before_, nullptr); }

  NoMessageBoxes(const NoMessageBoxes&) = delete;
  NoMessageBoxes& operator=(const NoMessageBoxes&) = delete;

 private:
  DWORD before_ = 0;
};

std::wstring DirectoryOf(const std::string& path) {
  const std::wstring wide = WidePath(path);
  return wide.substr(0, wide.rfind(L'\\'));
}

struct Loaded {
  HMODULE module;  // Null when that failed, for this reason:
  DWORD number;
};

Loaded Load(const std::wstring& path, DWORD flags, const std::vector<std::wstring>& directories) {
  const std::vector<SearchedDirectory> searched(directories.begin(), directories.end());
  const NoMessageBoxes quiet;
  const HMODULE module = LoadLibraryExW(path.c_str(), nullptr, flags);
  return {module, GetLastError()};
}

Result<HMODULE> ResultOf(const Loaded& loaded, const std::string& path) {
  if (loaded.module != nullptr) return loaded.module;
  const auto number = static_cast<int>(loaded.number);
  return SystemError(ErrorCode::kLibraryLoad, number, "LoadLibraryExW", path);
}

// The loader does not search PATH with our flags, and with others not the directory of the
// original. So it is told which directories of PATH have what it did not find.
Result<HMODULE> LoadFile(const std::string& path, DWORD flags, const std::string& original_path) {
  const std::wstring wide = WidePath(path);
  std::vector<std::wstring> directories;
  if (!original_path.empty()) directories.push_back(DirectoryOf(original_path));
  const Loaded loaded = Load(wide, flags, directories);
  if (loaded.module != nullptr || loaded.number != ERROR_MOD_NOT_FOUND) {
    return ResultOf(loaded, path);
  }

  std::vector<std::wstring> known = directories;
  known.push_back(DirectoryOf(path));
  DependencySearch search = SearchForDependencies(path, std::move(known));
  if (!search.missing.empty()) {
    Error error = ResultOf(loaded, path).error();
    for (const std::string& name : search.missing) error.message += "; there is no " + name;
    return error;
  }
  for (std::wstring& directory : search.directories) directories.push_back(std::move(directory));
  return ResultOf(Load(wide, flags, directories), path);
}

bool IsBareName(const std::string& path) { return path.find_first_of("\\/:") == std::string::npos; }

// Two bits say that it was mapped to be read, and not to be executed.
bool IsData(HMODULE module) { return (reinterpret_cast<uintptr_t>(module) & 3) != 0; }

void* AddressIn(HMODULE module, const std::string& symbol) {
  return module == nullptr ? nullptr
                           : reinterpret_cast<void*>(GetProcAddress(module, symbol.c_str()));
}

}  // namespace

Result<DynamicLibrary> DynamicLibrary::Open(const std::string& path, std::optional<int> flags,
                                            const std::string& original_path) {
  const bool searched = IsBareName(path);
  const auto loaded =
      searched ? ResultOf(Load(Utf16(path), static_cast<DWORD>(flags.value_or(0)), {}), path)
               : LoadFile(path, flags ? static_cast<DWORD>(*flags) : kDefaultFlags, original_path);
  if (!loaded.ok()) return loaded.error();
  if (IsData(loaded.value())) {
    FreeLibrary(loaded.value());
    return Error{ErrorCode::kLibraryLoad,
                 "LoadLibraryExW",
                 path,
                 "with these flags nothing of it can be executed",
                 0,
                 ""};
  }
  return DynamicLibrary(loaded.value(), searched, false);
}

DynamicLibrary::DynamicLibrary(void* handle, bool searched, bool kept)
    : handle_(handle),
      searched_(searched),
      kept_(kept),
      path_(PathOfModule(reinterpret_cast<uintptr_t>(handle))),
      range_(RangeOfLoadedObject(path_)) {}

void* DynamicLibrary::OpenLoaded(const std::string& path) {
  const auto base = FindModule(path);
  HMODULE module = nullptr;
  if (base) {
    GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                       reinterpret_cast<const wchar_t*>(*base), &module);
  }
  return module;
}

void DynamicLibrary::CloseHandle(void* handle) { FreeLibrary(static_cast<HMODULE>(handle)); }

// The loader finds room for those of any number of libraries.
bool DynamicLibrary::HasStaticTls() const { return false; }

// Never that of a dependency; only of the one that a library names itself as the place where
// something is that it exports.
void* DynamicLibrary::Find(const std::string& symbol) const {
  return AddressIn(static_cast<HMODULE>(handle_), symbol);
}

// A library asks a certain other one for each symbol, and need not ask for this one at all.
void* DynamicLibrary::FindAnywhere(const std::string& symbol) const {
  if (void* address = Find(symbol)) return address;
  const auto headers = ModuleHeaders::Read(range_.begin);
  if (!headers) return nullptr;
  if (void* address = headers->FindImport(symbol)) return address;
  for (const std::string& name : headers->Dependencies()) {
    if (void* address = AddressIn(GetModuleHandleW(Utf16(name).c_str()), symbol)) return address;
  }
  return AddressIn(GetModuleHandleW(nullptr), symbol);
}

void* DynamicLibrary::FindVariable(const std::string& symbol) const { return Find(symbol); }

}  // namespace dynamic_reload
