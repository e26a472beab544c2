#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "os/shadow_directory.h"
#include "os/system_error.h"

namespace dynamic_reload {

namespace {

const std::string kPrefix = "dynamic-reload-";
const std::string kUnique = "XXXXXX";  // mkdtemp() puts as many letters in its place.
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

// "12-libfoo.so", as NextPath() makes them. Nothing else is ever deleted: the directory may not be
// ours after all.
bool IsCopy(const std::string& name) {
  const auto end =
      std::find_if(name.begin(), name.end(), [](unsigned char c) { return std::isdigit(c) == 0; });
  return end != name.begin() && end != name.end() && *end == '-';
}

enum class LockFile { kMustExist, kMayBeMade };

// Locks a shadow directory; invalid while another process has it, or when it has no lock file.
UniqueFd TakeLock(int directory, LockFile file) {
  const int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | (file == LockFile::kMayBeMade ? O_CREAT : 0);
  UniqueFd lock(openat(directory, kLockFile, flags, 0600));
  struct stat status {};
  if (!lock.valid() || flock(lock.get(), LOCK_EX | LOCK_NB) != 0 ||
      fstat(lock.get(), &status) != 0) {
    return UniqueFd();
  }
  // Another process may have removed the directory between the two calls.
  return status.st_nlink > 0 ? std::move(lock) : UniqueFd();
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

void RemoveLeftOvers(const std::string& parent_path) {
  // The parent itself may be a link. The user named it, so that is fine.
  const UniqueFd parent = OpenDirectory(AT_FDCWD, (parent_path + "/.").c_str());
  if (!parent.valid()) return;
  for (const std::string& name : Entries(parent.get())) {
    if (!IsNameOfOurs(name)) continue;
    const UniqueFd directory = OpenDirectory(parent.get(), name.c_str());
    if (!directory.valid() || !IsPrivate(directory.get())) continue;
    const UniqueFd lock = TakeLock(directory.get(), LockFile::kMustExist);
    if (lock.valid()) Remove(parent.get(), name, directory.get());
    // A process that died before it made the lock file left an empty directory.
    unlinkat(parent.get(), name.c_str(), AT_REMOVEDIR);
  }
}

}  // namespace

Result<std::shared_ptr<ShadowDirectory>> ShadowDirectory::Create(const std::string& parent) {
  RemoveLeftOvers(parent);
  // Another process may take a directory for a left-over before its lock is held. It then sees the
  // lock file go, and starts again with another name.
  constexpr int kAttempts = 16;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    std::string path = parent + '/' + kPrefix + kUnique;
    if (mkdtemp(path.data()) == nullptr) {
      return SystemError(ErrorCode::kShadowCopy, errno, "mkdtemp", parent);
    }
    const UniqueFd directory = OpenDirectory(AT_FDCWD, path.c_str());
    UniqueFd lock =
        directory.valid() ? TakeLock(directory.get(), LockFile::kMayBeMade) : UniqueFd();
    if (lock.valid()) {
      return std::shared_ptr<ShadowDirectory>(
          new ShadowDirectory(std::move(path), std::move(lock)));
    }
  }
  return Error{ErrorCode::kShadowCopy, "flock", parent, "cannot lock a private directory", 0, ""};
}

ShadowDirectory::ShadowDirectory(std::string path, UniqueFd lock)
    : path_(std::move(path)), lock_(std::move(lock)) {}

ShadowDirectory::~ShadowDirectory() {
  const UniqueFd directory = OpenDirectory(AT_FDCWD, path_.c_str());
  if (directory.valid()) Remove(AT_FDCWD, path_, directory.get());
}

std::string ShadowDirectory::NextPath(const std::string& original_path) {
  const std::string name = original_path.substr(original_path.rfind('/') + 1);
  return path_ + '/' + std::to_string(++copies_) + '-' + name;
}

}  // namespace dynamic_reload
