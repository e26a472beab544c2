#include <cerrno>
#include <cstdint>
#include <utility>
#include <vector>

#include "os/access_rights.h"
#include "os/last_error.h"
#include "os/locked_directory.h"
#include "os/unique_handle.h"
#include "os/wide_text.h"
#include "os/windows_api.h"

namespace dynamic_reload {

namespace {

constexpr char kMakeDirectory[] = "CreateDirectoryW";

HANDLE HandleOf(const UniqueFile& file) { return reinterpret_cast<HANDLE>(file.get()); }

// Opens what is there itself, should it be a link: the parent may be open to every user.
UniqueFile Open(const std::string& path, DWORD access, DWORD share, DWORD disposition) {
  constexpr DWORD kFlags = FILE_FLAG_OPEN_REPARSE_POINT | FILE_FLAG_BACKUP_SEMANTICS;
  return UniqueFile(reinterpret_cast<intptr_t>(
      CreateFileW(WidePath(path).c_str(), access, share, nullptr, disposition, kFlags, nullptr)));
}

// The lock is that nobody else can open the file. Fails while another process has it.
UniqueFile TakeLock(const std::string& directory, DWORD disposition) {
  return Open(directory + '\\' + kLockFile, GENERIC_READ | DELETE, 0, disposition);
}

struct Entry {
  std::string name;
  DWORD attributes;
};

std::vector<Entry> Entries(const std::string& directory) {
  std::vector<Entry> entries;
  WIN32_FIND_DATAW found;
  const HANDLE search = FindFirstFileW(WidePath(directory + "\\*").c_str(), &found);
  if (search == INVALID_HANDLE_VALUE) return entries;
  do {
    entries.push_back({Utf8(found.cFileName), found.dwFileAttributes});
  } while (FindNextFileW(search, &found) != 0);
  FindClose(search);
  return entries;
}

// Returns whether none is left.
bool RemoveCopies(const std::string& directory) {
  bool all = true;
  for (const Entry& entry : Entries(directory)) {
    if (!IsNameOfCopy(entry.name) || (entry.attributes & FILE_ATTRIBUTE_DIRECTORY) != 0) continue;
    all &= DeleteFileW(WidePath(directory + '\\' + entry.name).c_str()) != 0;
  }
  return all;
}

// As long as there are copies the lock file stays, for somebody to find them later.
void RemoveDirectoryOf(const std::string& path, UniqueFile lock) {
  if (!RemoveCopies(path)) return;
  FILE_DISPOSITION_INFO deleted{TRUE};
  SetFileInformationByHandle(HandleOf(lock), FileDispositionInfo, &deleted, sizeof deleted);
  lock = UniqueFile();
  RemoveDirectoryW(WidePath(path).c_str());  // Fails, rightly, when something else is in it.
}

// Only a directory that this user made, and that no one else can write to; and no link to one.
bool IsPrivate(const std::string& path) {
  constexpr DWORD kShareAll = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
  const UniqueFile directory =
      Open(path, READ_CONTROL | FILE_READ_ATTRIBUTES, kShareAll, OPEN_EXISTING);
  FILE_ATTRIBUTE_TAG_INFO info;
  return directory.valid() &&
         GetFileInformationByHandleEx(HandleOf(directory), FileAttributeTagInfo, &info,
                                      sizeof info) != 0 &&
         (info.FileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0 &&
         (info.FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) == 0 &&
         IsPrivateDirectory(HandleOf(directory));
}

class WindowsDirectory final : public LockedDirectory {
 public:
  WindowsDirectory(std::string path, UniqueFile lock)
      : LockedDirectory(std::move(path)), lock_(std::move(lock)) {}

  // Nobody can move or delete a directory in which a file is open.
  bool IsInPlace() const override { return true; }

  void Remove() override { RemoveDirectoryOf(path(), std::move(lock_)); }

 private:
  UniqueFile lock_;
};

// Another one each time. It need not be a secret: where it is taken there is another.
std::string MakeUniquePart() {
  constexpr char kLetters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
  constexpr uint64_t kCount = sizeof kLetters - 1;
  LARGE_INTEGER ticks;
  QueryPerformanceCounter(&ticks);
  // Multiplied by a large odd number, all that differs reaches the upper bits.
  uint64_t number = (static_cast<uint64_t>(ticks.QuadPart) +
                     (uint64_t{GetCurrentProcessId()} << 40) + GetCurrentThreadId()) *
                    0x9e37'79b9'7f4a'7c15;
  std::string part;
  for (size_t letter = 0; letter < kUniquePart.size(); ++letter) {
    number = number >> 8 | number << 56;
    part += kLetters[(number >> 32) % kCount];
  }
  return part;
}

Result<std::unique_ptr<LockedDirectory>> MakeLocked(const std::string& parent) {
  const std::string name = std::string(kDirectoryPrefix) + MakeUniquePart();
  const std::wstring wide = WidePath(parent + '\\' + name);
  if (!MakePrivateDirectory(wide)) {
    return LastError(ErrorCode::kShadowCopy, kMakeDirectory, parent);
  }
  std::string path = Utf8Path(wide);
  UniqueFile lock = TakeLock(path, CREATE_NEW);
  if (!lock.valid()) {
    const Error error = LastError(ErrorCode::kShadowCopy, "CreateFileW", path);
    RemoveDirectoryW(wide.c_str());
    return error;
  }
  return std::unique_ptr<LockedDirectory>(
      std::make_unique<WindowsDirectory>(std::move(path), std::move(lock)));
}

}  // namespace

Result<std::unique_ptr<LockedDirectory>> LockedDirectory::Make(const std::string& parent) {
  constexpr int kAttempts = 16;
  for (int attempt = 1;; ++attempt) {
    auto made = MakeLocked(parent);
    if (made.ok() || attempt == kAttempts) return made;
    // The name was there, or another process took it for a left-over before it was locked.
    const Error& error = made.error();
    const bool taken = error.syscall != kMakeDirectory || error.system_code == EEXIST;
    if (!taken) return made;
  }
}

void LockedDirectory::RemoveLeftOvers(const std::string& parent) {
  for (const Entry& entry : Entries(parent)) {
    if (!IsNameOfDirectory(entry.name)) continue;
    const std::string path = parent + '\\' + entry.name;
    if (!IsPrivate(path)) continue;
    UniqueFile lock = TakeLock(path, OPEN_EXISTING);
    if (lock.valid()) RemoveDirectoryOf(path, std::move(lock));
    // A process that died before it made the lock file left an empty directory.
    RemoveDirectoryW(WidePath(path).c_str());
  }
}

}  // namespace dynamic_reload
