#include "os/wide_text.h"
#include "os/windows_api.h"

namespace dynamic_reload {

namespace {

constexpr std::wstring_view kShare = L"\\\\";
constexpr std::wstring_view kLongPath = L"\\\\?\\";
constexpr std::wstring_view kLongShare = L"\\\\?\\UNC\\";
constexpr std::wstring_view kDevice = L"\\\\.\\";

// A directory must leave room for a name of MS-DOS, eight and three letters, in it.
constexpr size_t kLongestPath = MAX_PATH - 12;

bool StartsWith(std::wstring_view text, std::wstring_view start) {
  return text.substr(0, start.size()) == start;
}

// Empty when the system cannot make it absolute.
std::wstring FullPath(const std::wstring& path) {
  const DWORD size = GetFullPathNameW(path.c_str(), 0, nullptr, nullptr);
  std::wstring full(size, L'\0');
  const DWORD length = GetFullPathNameW(path.c_str(), size, full.data(), nullptr);
  full.resize(length < size ? length : 0);
  return full;
}

}  // namespace

std::wstring Utf16(std::string_view text) {
  const int size = static_cast<int>(text.size());
  const int length = MultiByteToWideChar(CP_UTF8, 0, text.data(), size, nullptr, 0);
  std::wstring wide(static_cast<size_t>(length), L'\0');
  MultiByteToWideChar(CP_UTF8, 0, text.data(), size, wide.data(), length);
  return wide;
}

std::string Utf8(std::wstring_view text) {
  const int size = static_cast<int>(text.size());
  const int length =
      WideCharToMultiByte(CP_UTF8, 0, text.data(), size, nullptr, 0, nullptr, nullptr);
  std::string narrow(static_cast<size_t>(length), '\0');
  WideCharToMultiByte(CP_UTF8, 0, text.data(), size, narrow.data(), length, nullptr, nullptr);
  return narrow;
}

std::wstring WidePath(const std::string& path) {
  const std::wstring wide = Utf16(path);
  if (StartsWith(wide, kLongPath)) return wide;
  const std::wstring full = FullPath(wide);
  if (full.empty()) return wide;
  if (full.size() < kLongestPath || StartsWith(full, kDevice)) return full;
  if (StartsWith(full, kShare)) {
    return std::wstring(kLongShare) + full.substr(kShare.size());
  }
  return std::wstring(kLongPath) + full;
}

std::string Utf8Path(std::wstring_view path) {
  if (StartsWith(path, kLongShare)) {
    return Utf8(std::wstring(kShare) + std::wstring(path.substr(kLongShare.size())));
  }
  return Utf8(StartsWith(path, kLongPath) ? path.substr(kLongPath.size()) : path);
}

}  // namespace dynamic_reload
