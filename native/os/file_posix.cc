#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

#include "os/file.h"
#include "os/system_error.h"
#include "os/unique_fd.h"

namespace dynamic_reload {

namespace {

int64_t Nanoseconds(const timespec& time) {
  return static_cast<int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

FileIdentity IdentityOf(const struct stat& status) {
  return FileIdentity{status.st_dev, status.st_ino, static_cast<uint64_t>(status.st_size),
                      Nanoseconds(status.st_mtim), Nanoseconds(status.st_ctim)};
}

}  // namespace

void CloseFile(intptr_t file) { close(static_cast<int>(file)); }

Result<File> File::Open(const std::string& path, ErrorCode code) {
  UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd.valid()) return SystemError(code, errno, "open", path);
  struct stat status {};
  if (fstat(fd.get(), &status) != 0) return SystemError(code, errno, "fstat", path);
  if (!S_ISREG(status.st_mode)) return Error{code, "open", path, "not a regular file", 0, ""};
  return File(UniqueFile(fd.release()), path);
}

Result<FileIdentity> File::Identity() const {
  struct stat status {};
  if (fstat(static_cast<int>(file_.get()), &status) != 0) {
    return SystemError(ErrorCode::kShadowCopy, errno, "fstat", path_);
  }
  return IdentityOf(status);
}

std::optional<FileIdentity> File::IdentityAt(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return std::nullopt;
  return IdentityOf(status);
}

bool File::ReadFromDisk(uint64_t offset, void* buffer, size_t size) const {
  auto* out = static_cast<char*>(buffer);
  const auto fd = static_cast<int>(file_.get());
  while (size > 0) {
    const ssize_t count = pread(fd, out, size, static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    out += count;
    offset += static_cast<uint64_t>(count);
    size -= static_cast<size_t>(count);
  }
  return true;
}

}  // namespace dynamic_reload
