#include <algorithm>
#include <cstring>

#include "os/file.h"
#include "os/last_error.h"
#include "os/wide_text.h"
#include "os/windows_api.h"

namespace dynamic_reload {

namespace {

constexpr DWORD kShareAll = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

HANDLE HandleOf(const UniqueFile& file) { return reinterpret_cast<HANDLE>(file.get()); }

// The flag is what it takes to open a directory.
UniqueFile OpenShared(const std::string& path, DWORD access) {
  return UniqueFile(
      reinterpret_cast<intptr_t>(CreateFileW(WidePath(path).c_str(), access, kShareAll, nullptr,
                                             OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, nullptr)));
}

// Windows counts in steps of 100 ns since 1601; nanoseconds since then do not fit.
int64_t Nanoseconds(const LARGE_INTEGER& time) {
  constexpr int64_t kEpochOfPosix = 116'444'736'000'000'000;
  return (time.QuadPart - kEpochOfPosix) * 100;
}

struct FileNumber {
  uint64_t device;
  uint64_t file;
};

// 128 bits on ReFS, of which elsewhere the upper half is empty. Some file systems of a network only
// know the older call.
std::optional<FileNumber> NumberOf(HANDLE file) {
  FILE_ID_INFO id;
  if (GetFileInformationByHandleEx(file, FileIdInfo, &id, sizeof id) != 0) {
    uint64_t halves[2];
    static_assert(sizeof halves == sizeof id.FileId);
    std::memcpy(halves, &id.FileId, sizeof halves);
    return FileNumber{id.VolumeSerialNumber, halves[0] ^ halves[1]};
  }
  BY_HANDLE_FILE_INFORMATION older;
  if (GetFileInformationByHandle(file, &older) == 0) return std::nullopt;
  const uint64_t high = older.nFileIndexHigh;
  return FileNumber{older.dwVolumeSerialNumber, high << 32 | older.nFileIndexLow};
}

std::optional<FileIdentity> IdentityOf(HANDLE file) {
  FILE_STANDARD_INFO standard;
  FILE_BASIC_INFO basic;
  if (GetFileInformationByHandleEx(file, FileStandardInfo, &standard, sizeof standard) == 0 ||
      GetFileInformationByHandleEx(file, FileBasicInfo, &basic, sizeof basic) == 0) {
    return std::nullopt;
  }
  const auto number = NumberOf(file);
  if (!number) return std::nullopt;
  return FileIdentity{number->device, number->file,
                      static_cast<uint64_t>(standard.EndOfFile.QuadPart),
                      Nanoseconds(basic.LastWriteTime), Nanoseconds(basic.ChangeTime)};
}

bool IsRegular(HANDLE file) {
  FILE_STANDARD_INFO standard;
  return GetFileType(file) == FILE_TYPE_DISK &&
         GetFileInformationByHandleEx(file, FileStandardInfo, &standard, sizeof standard) != 0 &&
         standard.Directory == FALSE;
}

}  // namespace

void CloseFile(intptr_t file) { CloseHandle(reinterpret_cast<HANDLE>(file)); }

Result<File> File::Open(const std::string& path, ErrorCode code) {
  UniqueFile file = OpenShared(path, GENERIC_READ);
  if (!file.valid()) return LastError(code, "CreateFileW", path);
  if (!IsRegular(HandleOf(file))) {
    return Error{code, "CreateFileW", path, "not a regular file", 0, ""};
  }
  return File(std::move(file), path);
}

Result<FileIdentity> File::Identity() const {
  const auto identity = IdentityOf(HandleOf(file_));
  if (identity) return *identity;
  return LastError(ErrorCode::kShadowCopy, "GetFileInformationByHandleEx", path_);
}

std::optional<FileIdentity> File::IdentityAt(const std::string& path) {
  const UniqueFile file = OpenShared(path, FILE_READ_ATTRIBUTES);
  return file.valid() ? IdentityOf(HandleOf(file)) : std::nullopt;
}

bool File::ReadFromDisk(uint64_t offset, void* buffer, size_t size) const {
  constexpr size_t kMost = size_t{1} << 30;  // A DWORD says how much.
  auto* out = static_cast<char*>(buffer);
  while (size > 0) {
    OVERLAPPED where{};
    where.Offset = static_cast<DWORD>(offset);
    where.OffsetHigh = static_cast<DWORD>(offset >> 32);
    DWORD count = 0;
    const auto wanted = static_cast<DWORD>(std::min(size, kMost));
    if (::ReadFile(HandleOf(file_), out, wanted, &count, &where) == 0 || count == 0) return false;
    out += count;
    offset += count;
    size -= count;
  }
  return true;
}

}  // namespace dynamic_reload
