#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

#include "os/shadow_copy.h"
#include "os/system_error.h"
#include "os/unique_fd.h"

namespace dynamic_reload {

namespace {

Error CopyError(int number, const char* syscall, const File& source,
                const std::string& destination) {
  Error error = SystemError(ErrorCode::kShadowCopy, number, syscall, source.path());
  error.destination = destination;
  return error;
}

// sendfile() and not copy_file_range(): the latter shares blocks on xfs and btrfs, which for a file
// that was just built waits until it is on disk and costs four to nine times the copy. Returns the
// name of the call that failed, or null.
const char* CopyRange(const File& source, const ByteRange& range, int out) {
  const auto in = static_cast<int>(source.handle());
  auto offset = static_cast<off_t>(range.begin);
  if (lseek(out, offset, SEEK_SET) < 0) return "lseek";
  while (static_cast<uint64_t>(offset) < range.end) {
    const size_t left = range.end - static_cast<uint64_t>(offset);
    const ssize_t count = sendfile(out, in, &offset, left);
    if (count == 0) break;
    if (count < 0 && errno != EINTR) return "sendfile";
  }
  return nullptr;
}

// Of a library that it must not execute the loader of glibc leaves the first pages in memory.
bool ForbidsExecution(const UniqueFd& copy) {
  struct statvfs status {};
  return fstatvfs(copy.get(), &status) == 0 && (status.f_flag & ST_NOEXEC) != 0;
}

}  // namespace

Status CopyFile(const File& source, uint64_t size, const std::string& destination) {
  return CopyRanges(source, {{0, size}}, destination);
}

Status CopyRanges(const File& source, const std::vector<ByteRange>& ranges,
                  const std::string& destination) {
  UniqueFd out(
      open(destination.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0500));
  if (!out.valid()) return CopyError(errno, "open", source, destination);
  if (ForbidsExecution(out)) {
    DeleteCopy(destination);
    Error error = CopyError(EACCES, "fstatvfs", source, destination);
    error.message = "the file system of the copy is mounted noexec";
    return error;
  }

  const char* failed = nullptr;
  for (const ByteRange& range : ranges) {
    failed = CopyRange(source, range, out.get());
    if (failed != nullptr) break;
  }
  // File systems over a network report here what they could not write.
  if (failed == nullptr && close(out.release()) != 0) failed = "close";
  if (failed == nullptr) return Done{};
  const Error error = CopyError(errno, failed, source, destination);
  DeleteCopy(destination);
  return error;
}

Status LinkCopy(const std::string& copy, const std::string& destination) {
  if (link(copy.c_str(), destination.c_str()) == 0) return Done{};
  const auto file = File::Open(copy, ErrorCode::kShadowCopy);
  if (!file.ok()) return file.error();
  const auto identity = file.value().Identity();
  if (!identity.ok()) return identity.error();
  return CopyFile(file.value(), identity.value().size, destination);
}

void DeleteCopy(const std::string& path) { unlink(path.c_str()); }

}  // namespace dynamic_reload
