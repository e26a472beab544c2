#include <algorithm>
#include <string>
#include <vector>

#include "os/last_error.h"
#include "os/shadow_copy.h"
#include "os/unique_handle.h"
#include "os/wide_text.h"
#include "os/windows_api.h"

// Behind <windows.h>, without which it does not compile.
#include <winioctl.h>

namespace dynamic_reload {

namespace {

constexpr uint64_t kChunk = uint64_t{1} << 18;

// REQUIRES: as LastError()
Error CopyError(const char* syscall, const File& source, const std::string& destination) {
  Error error = LastError(ErrorCode::kShadowCopy, syscall, source.path());
  error.destination = destination;
  return error;
}

HANDLE HandleOf(intptr_t file) { return reinterpret_cast<HANDLE>(file); }

// Or else what lies between the ranges would be written as zeros. A file system that cannot do
// without does just that.
void AllowHoles(HANDLE file) {
  DWORD size = 0;
  DeviceIoControl(file, FSCTL_SET_SPARSE, nullptr, 0, nullptr, 0, &size, nullptr);
}

OVERLAPPED At(uint64_t offset) {
  OVERLAPPED where{};
  where.Offset = static_cast<DWORD>(offset);
  where.OffsetHigh = static_cast<DWORD>(offset >> 32);
  return where;
}

// By the handle and not by CopyFileExW(), which goes to what the path names by now. Returns the
// name of the call that failed, or null.
const char* CopyRange(const File& source, const ByteRange& range, HANDLE out,
                      std::vector<char>& buffer) {
  uint64_t offset = range.begin;
  while (offset < range.end) {
    const auto wanted = static_cast<DWORD>(std::min<uint64_t>(buffer.size(), range.end - offset));
    OVERLAPPED from = At(offset);
    DWORD count = 0;
    if (ReadFile(HandleOf(source.handle()), buffer.data(), wanted, &count, &from) == 0) {
      return GetLastError() == ERROR_HANDLE_EOF ? nullptr : "ReadFile";
    }
    if (count == 0) return nullptr;
    OVERLAPPED to = At(offset);
    if (WriteFile(out, buffer.data(), count, &count, &to) == 0) return "WriteFile";
    offset += count;
  }
  return nullptr;
}

}  // namespace

Status CopyFile(const File& source, uint64_t size, const std::string& destination) {
  return CopyRanges(source, {{0, size}}, destination);
}

Status CopyRanges(const File& source, const std::vector<ByteRange>& ranges,
                  const std::string& destination) {
  // Who scans new files for viruses may read and keep it from nothing.
  UniqueFile out(reinterpret_cast<intptr_t>(
      CreateFileW(WidePath(destination).c_str(), GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_DELETE,
                  nullptr, CREATE_NEW, FILE_ATTRIBUTE_NORMAL, nullptr)));
  if (!out.valid()) return CopyError("CreateFileW", source, destination);
  if (ranges.size() > 1) AllowHoles(HandleOf(out.get()));

  uint64_t longest = 0;
  for (const ByteRange& range : ranges) longest = std::max(longest, range.end - range.begin);
  std::vector<char> buffer(std::min(longest, kChunk));
  for (const ByteRange& range : ranges) {
    if (const char* failed = CopyRange(source, range, HandleOf(out.get()), buffer)) {
      const Error error = CopyError(failed, source, destination);
      out = UniqueFile();
      DeleteCopy(destination);
      return error;
    }
  }
  return Done{};
}

// No second name: as long as the library is loaded Windows would delete none of them, and take both
// for one library.
Status LinkCopy(const std::string& copy, const std::string& destination) {
  const auto file = File::Open(copy, ErrorCode::kShadowCopy);
  if (!file.ok()) return file.error();
  const auto identity = file.value().Identity();
  if (!identity.ok()) return identity.error();
  return CopyFile(file.value(), identity.value().size, destination);
}

void DeleteCopy(const std::string& path) { DeleteFileW(WidePath(path).c_str()); }

}  // namespace dynamic_reload
