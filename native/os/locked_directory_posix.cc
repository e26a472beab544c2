#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "os/locked_directory.h"
#include "os/system_error.h"
#include "os/unique_fd.h"

namespace dynamic_reload {

namespace {

constexpr char kLockFile[] = ".lock";

// Does not follow a symbolic link: the parent may be open to every user of the machine.
UniqueFd OpenDirectory(int parent, const char* name) {
  return UniqueFd(openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

std::vector<std::string> Entries(int directory) {
  std::vector<std::string> names;
  UniqueFd copy = OpenDirectory(directory, ".");  // closedir() closes the descriptor it was given.
  DIR* stream = copy.valid() ? fdopendir(copy.get()) : nullptr;
  if (stream == nullptr) return names;
  copy.release();
  while (const dirent* entry = readdir(stream)) names.emplace_back(entry->d_name);
  closedir(stream);
  return names;
}

enum class LockFile { kMustExist, kMayBeMade };

// Locks a shadow directory. Fails with EWOULDBLOCK while another process has it, and with ENOENT
// when it has no lock file, or when it was removed between two calls here.
Result<UniqueFd> TakeLock(int directory, LockFile file, const std::string& path) {
  const int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | (file == LockFile::kMayBeMade ? O_CREAT : 0);
  UniqueFd lock(openat(directory, kLockFile, flags, 0600));
  if (!lock.valid()) return SystemError(ErrorCode::kShadowCopy, errno, "open", path);
  if (flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    return SystemError(ErrorCode::kShadowCopy, errno, "flock", path);
  }
  struct stat status {};
  if (fstat(lock.get(), &status) != 0 || status.st_nlink == 0) {
    return SystemError(ErrorCode::kShadowCopy, ENOENT, "open", path);
  }
  return lock;
}

// REQUIRES: the caller holds the lock of the directory
void RemoveCopies(int parent, const std::string& name, int directory) {
  for (const std::string& entry : Entries(directory)) {
    if (IsNameOfCopy(entry)) unlinkat(directory, entry.c_str(), 0);
  }
  unlinkat(directory, kLockFile, 0);
  unlinkat(parent, name.c_str(), AT_REMOVEDIR);  // Fails, rightly, when something else is in it.
}

// Only a directory that this user made, and that no one else can write to.
bool IsPrivate(int directory) {
  struct stat status {};
  return fstat(directory, &status) == 0 && status.st_uid == geteuid() &&
         (status.st_mode & 07777) == 0700;
}

// ST_NOEXEC is not in POSIX, and every system has it.
bool ForbidsExecution(const std::string& directory) {
  struct statvfs status {};
  return statvfs(directory.c_str(), &status) == 0 && (status.f_flag & ST_NOEXEC) != 0;
}

class PosixDirectory final : public LockedDirectory {
 public:
  PosixDirectory(std::string path, UniqueFd directory, UniqueFd lock)
      : LockedDirectory(std::move(path)),
        directory_(std::move(directory)),
        lock_(std::move(lock)) {}

  bool IsInPlace() const override {
    struct stat ours {};
    struct stat there {};
    return fstat(directory_.get(), &ours) == 0 && lstat(path().c_str(), &there) == 0 &&
           ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
  }

  void Remove() override { RemoveCopies(AT_FDCWD, path(), directory_.get()); }

 private:
  const UniqueFd directory_;
  const UniqueFd lock_;
};

// Makes a directory and locks it. Fails with ENOENT or EWOULDBLOCK when another process took it for
// a left-over before its lock was held: then another one is to be made.
Result<std::unique_ptr<LockedDirectory>> MakeLocked(const std::string& parent) {
  std::string path = parent + '/' + std::string(kDirectoryPrefix) + std::string(kUniquePart);
  if (mkdtemp(path.data()) == nullptr) {
    return SystemError(ErrorCode::kShadowCopy, errno, "mkdtemp", parent);
  }
  UniqueFd directory = OpenDirectory(AT_FDCWD, path.c_str());
  if (!directory.valid()) {
    const Error error = SystemError(ErrorCode::kShadowCopy, errno, "open", path);
    rmdir(path.c_str());
    return error;
  }
  auto lock = TakeLock(directory.get(), LockFile::kMayBeMade, path);
  if (!lock.ok()) {
    if (lock.error().system_code != EWOULDBLOCK) unlinkat(directory.get(), kLockFile, 0);
    rmdir(path.c_str());
    return lock.error();
  }
  return std::unique_ptr<LockedDirectory>(std::make_unique<PosixDirectory>(
      std::move(path), std::move(directory), std::move(lock).value()));
}

}  // namespace

Result<std::unique_ptr<LockedDirectory>> LockedDirectory::Make(const std::string& parent) {
  constexpr int kAttempts = 16;
  if (ForbidsExecution(parent)) {
    const char* reason = "its file system is mounted noexec";
    return Error{ErrorCode::kShadowCopy, "statvfs", parent, reason, EACCES, ""};
  }
  for (int attempt = 1;; ++attempt) {
    auto made = MakeLocked(parent);
    if (made.ok() || attempt == kAttempts) return made;
    const int number = made.error().system_code;
    const bool taken =
        made.error().syscall != "mkdtemp" && (number == ENOENT || number == EWOULDBLOCK);
    if (!taken) return made;
  }
}

void LockedDirectory::RemoveLeftOvers(const std::string& parent_path) {
  // The parent itself may be a link. The user named it, so that is fine.
  const UniqueFd parent = OpenDirectory(AT_FDCWD, (parent_path + "/.").c_str());
  if (!parent.valid()) return;
  for (const std::string& name : Entries(parent.get())) {
    if (!IsNameOfDirectory(name)) continue;
    const UniqueFd directory = OpenDirectory(parent.get(), name.c_str());
    if (!directory.valid() || !IsPrivate(directory.get())) continue;
    const auto lock = TakeLock(directory.get(), LockFile::kMustExist, name);
    if (lock.ok()) RemoveCopies(parent.get(), name, directory.get());
    // A process that died before it made the lock file left an empty directory.
    unlinkat(parent.get(), name.c_str(), AT_REMOVEDIR);
  }
}

}  // namespace dynamic_reload
