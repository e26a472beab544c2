#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "os/file.h"
#include "os/system_error.h"

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

Result<File> File::Open(const std::string& path, ErrorCode code) {
  UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd.valid()) return SystemError(code, errno, "open", path);
  struct stat status {};
  if (fstat(fd.get(), &status) != 0) return SystemError(code, errno, "fstat", path);
  if (!S_ISREG(status.st_mode)) return Error{code, "open", path, "not a regular file", 0, ""};
  return File(std::move(fd), path);
}

Result<FileIdentity> File::Identity() const {
  struct stat status {};
  if (fstat(fd_.get(), &status) != 0) {
    return SystemError(ErrorCode::kShadowCopy, errno, "fstat", path_);
  }
  return IdentityOf(status);
}

std::optional<FileIdentity> File::IdentityAt(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return std::nullopt;
  return IdentityOf(status);
}

bool File::ReadAt(uint64_t offset, void* buffer, size_t size) const {
  auto* out = static_cast<char*>(buffer);
  while (size > 0) {
    const ssize_t count = pread(fd_.get(), out, size, static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    out += count;
    offset += static_cast<uint64_t>(count);
    size -= static_cast<size_t>(count);
  }
  return true;
}

bool File::Equals(const File& other) const {
  const auto own = Identity();
  const auto others = other.Identity();
  if (!own.ok() || !others.ok() || own.value().size != others.value().size) return false;
  constexpr uint64_t kChunk = 65536;
  std::vector<char> one(kChunk);
  std::vector<char> two(kChunk);
  const uint64_t size = own.value().size;
  for (uint64_t offset = 0; offset < size; offset += kChunk) {
    const size_t count = std::min(kChunk, size - offset);
    if (!ReadAt(offset, one.data(), count) || !other.ReadAt(offset, two.data(), count) ||
        std::memcmp(one.data(), two.data(), count) != 0) {
      return false;
    }
  }
  return true;
}

}  // namespace dynamic_reload
