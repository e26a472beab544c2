#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "os/shadow_directory.h"
#include "os/system_error.h"

namespace dynamic_reload {

namespace {

constexpr std::string_view kPrefix = "dynamic-reload-";
constexpr std::string_view kUnique = "XXXXXX";  // mkdtemp() puts as many letters in its place.
constexpr char kLockFile[] = ".lock";
constexpr size_t kMaxName = 200;  // A file name has 255 bytes; the rest is for what we put before.

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

// "12-libfoo.so", as NextPath() makes them. Nothing else is ever deleted: the directory may not be
// ours after all.
bool IsCopy(const std::string& name) {
  const auto end =
      std::find_if(name.begin(), name.end(), [](unsigned char c) { return std::isdigit(c) == 0; });
  return end != name.begin() && end != name.end() && *end == '-';
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
void Remove(int parent, const std::string& name, int directory) {
  for (const std::string& entry : Entries(directory)) {
    if (IsCopy(entry)) unlinkat(directory, entry.c_str(), 0);
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

bool IsNameOfOurs(const std::string& name) {
  return name.size() == kPrefix.size() + kUnique.size() &&
         name.compare(0, kPrefix.size(), kPrefix) == 0;
}

// ST_NOEXEC is not in POSIX, and every system has it.
bool ForbidsExecution(const std::string& directory) {
  struct statvfs status {};
  return statvfs(directory.c_str(), &status) == 0 && (status.f_flag & ST_NOEXEC) != 0;
}

void RemoveLeftOvers(const std::string& parent_path) {
  // The parent itself may be a link. The user named it, so that is fine.
  const UniqueFd parent = OpenDirectory(AT_FDCWD, (parent_path + "/.").c_str());
  if (!parent.valid()) return;
  for (const std::string& name : Entries(parent.get())) {
    if (!IsNameOfOurs(name)) continue;
    const UniqueFd directory = OpenDirectory(parent.get(), name.c_str());
    if (!directory.valid() || !IsPrivate(directory.get())) continue;
    const auto lock = TakeLock(directory.get(), LockFile::kMustExist, name);
    if (lock.ok()) Remove(parent.get(), name, directory.get());
    // A process that died before it made the lock file left an empty directory.
    unlinkat(parent.get(), name.c_str(), AT_REMOVEDIR);
  }
}

// Makes a directory and locks it. Fails with ENOENT or EWOULDBLOCK when another process took it for
// a left-over before its lock was held: then another one is to be made.
Result<LockedDirectory> MakeLocked(const std::string& parent) {
  LockedDirectory made;
  made.path = parent + '/' + std::string(kPrefix) + std::string(kUnique);
  if (mkdtemp(made.path.data()) == nullptr) {
    return SystemError(ErrorCode::kShadowCopy, errno, "mkdtemp", parent);
  }
  made.directory = OpenDirectory(AT_FDCWD, made.path.c_str());
  if (!made.directory.valid()) {
    const Error error = SystemError(ErrorCode::kShadowCopy, errno, "open", made.path);
    rmdir(made.path.c_str());
    return error;
  }
  auto lock = TakeLock(made.directory.get(), LockFile::kMayBeMade, made.path);
  if (!lock.ok()) {
    if (lock.error().system_code != EWOULDBLOCK) unlinkat(made.directory.get(), kLockFile, 0);
    rmdir(made.path.c_str());
    return lock.error();
  }
  made.lock = std::move(lock).value();
  return made;
}

Result<LockedDirectory> MakeOne(const std::string& parent) {
  constexpr int kAttempts = 16;
  for (int attempt = 1;; ++attempt) {
    auto made = MakeLocked(parent);
    if (made.ok() || attempt == kAttempts) return made;
    const int number = made.error().system_code;
    const bool taken =
        made.error().syscall != "mkdtemp" && (number == ENOENT || number == EWOULDBLOCK);
    if (!taken) return made;
  }
}

}  // namespace

Result<std::shared_ptr<ShadowDirectory>> ShadowDirectory::Create(const std::string& parent) {
  if (ForbidsExecution(parent)) {
    const char* reason = "its file system is mounted noexec";
    return Error{ErrorCode::kShadowCopy, "statvfs", parent, reason, EACCES, ""};
  }
  RemoveLeftOvers(parent);
  auto made = MakeOne(parent);
  if (!made.ok()) return made.error();
  return std::shared_ptr<ShadowDirectory>(new ShadowDirectory(std::move(made).value()));
}

Result<std::shared_ptr<ShadowDirectory>> ShadowDirectory::CreateInFirst(
    const std::vector<std::string>& parents) {
  auto first = Create(parents.front());
  if (first.ok()) return first;
  for (size_t i = 1; i < parents.size(); ++i) {
    if (auto other = Create(parents[i]); other.ok()) return other;
  }
  return first;
}

ShadowDirectory::~ShadowDirectory() { Remove(AT_FDCWD, made_.path, made_.directory.get()); }

// Or else the path leads to nothing, or to what is not ours.
bool ShadowDirectory::IsInPlace() const {
  struct stat ours {};
  struct stat there {};
  return fstat(made_.directory.get(), &ours) == 0 && lstat(made_.path.c_str(), &there) == 0 &&
         ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
}

std::string ShadowDirectory::NextPath(const std::string& original_path) {
  const MutexLock lock(mutex_);
  if (!IsInPlace()) {
    // Where that fails the copy fails, and says why.
    if (auto made = MakeOne(made_.path.substr(0, made_.path.rfind('/'))); made.ok()) {
      made_ = std::move(made).value();
    }
  }
  std::string name = original_path.substr(original_path.rfind('/') + 1);
  if (name.size() > kMaxName) name.erase(0, name.size() - kMaxName);
  return made_.path + '/' + std::to_string(++copies_) + '-' + name;
}

}  // namespace dynamic_reload
