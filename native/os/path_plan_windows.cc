#include <optional>
#include <string>
#include <string_view>

#include "os/path_plan.h"
#include "os/unique_handle.h"
#include "os/wide_text.h"
#include "os/windows_api.h"

namespace dynamic_reload {

namespace {

constexpr int kMaxLinks = 63;  // "Reparse points" in the documentation of Windows.

// An absolute path as its beginning, such as `C:\` or `\\server\share\`, and the names after that.
struct Split {
  std::wstring root;
  std::wstring rest;
};

bool IsSlash(wchar_t character) { return character == L'\\' || character == L'/'; }

size_t AfterName(std::wstring_view path, size_t begin) {
  while (begin < path.size() && !IsSlash(path[begin])) ++begin;
  return begin < path.size() ? begin + 1 : begin;
}

Split SplitRoot(const std::wstring& path) {
  constexpr size_t kShare = 2;  // `\\`
  const bool is_share = path.size() > kShare && IsSlash(path[0]) && IsSlash(path[1]);
  const size_t end = is_share ? AfterName(path, AfterName(path, kShare)) : AfterName(path, 0);
  return {path.substr(0, end), path.substr(end)};
}

std::wstring TakeName(std::wstring& rest) {
  const size_t begin = rest.find_first_not_of(L"\\/");
  if (begin == std::wstring::npos) {
    rest.clear();
    return L"";
  }
  const size_t end = AfterName(rest, begin);
  std::wstring name = rest.substr(begin, end - begin);
  while (IsSlash(name.back())) name.pop_back();
  rest.erase(0, end);
  return name;
}

// Where a symbolic link or a junction leads to in the end. Empty when that is nothing.
std::wstring TargetOf(const std::wstring& path) {
  constexpr DWORD kShareAll = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
  const UniqueFile target(reinterpret_cast<intptr_t>(CreateFileW(
      path.c_str(), 0, kShareAll, nullptr, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, nullptr)));
  if (!target.valid()) return L"";
  const auto handle = reinterpret_cast<HANDLE>(target.get());
  const DWORD size = GetFinalPathNameByHandleW(handle, nullptr, 0, FILE_NAME_NORMALIZED);
  std::wstring result(size, L'\0');
  const DWORD length = GetFinalPathNameByHandleW(handle, result.data(), size, FILE_NAME_NORMALIZED);
  result.resize(length < size ? length : 0);
  return Utf16(Utf8Path(result));
}

}  // namespace

// Windows itself takes "." and ".." off a path before it looks at any name: so does WidePath().
PathPlan PlanPath(const std::string& path) {
  PathPlan plan;
  auto [directory, rest] = SplitRoot(Utf16(Utf8Path(WidePath(path))));
  for (int links = 0; links <= kMaxLinks;) {
    const std::wstring name = TakeName(rest);
    if (name.empty()) break;
    const bool is_file = rest.empty();
    const std::wstring full = directory + name;
    const DWORD attributes = GetFileAttributesW(WidePath(Utf8(full)).c_str());
    const bool exists = attributes != INVALID_FILE_ATTRIBUTES;
    const bool is_link = exists && (attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0;
    const bool is_directory = exists && !is_link && (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
    plan.entries.push_back({Utf8(directory), Utf8(name), is_file, is_directory});
    const std::wstring target = is_link ? TargetOf(WidePath(Utf8(full))) : L"";
    if (!target.empty() && target != full) {
      const std::wstring behind = rest;
      Split split = SplitRoot(target);
      directory = split.root;
      rest = behind.empty() ? split.rest : split.rest + L'\\' + behind;
      ++links;
    } else if (is_directory && !is_file) {
      directory = full + L'\\';
    } else {
      plan.file_exists = exists && is_file;  // Else missing, or nothing that can be passed through.
      break;
    }
  }
  return plan;
}

}  // namespace dynamic_reload
